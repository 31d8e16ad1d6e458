//! The order of events in a room, and catching up: after a disconnect, after a long absence, and by
//! pages.

use serde_json::json;

use crate::support::Site;

#[tokio::test]
async fn twenty_from_each_side_at_once_get_one_order_without_gaps() {
    let site = Site::start().await;
    let (ana, bo) = site.friends("ana", "bo").await;
    let (mut at_ana, mut at_bo) = (ana.open_room(&bo).await, bo.open_room(&ana).await);
    let twenty = async |room: &mut crate::support::Room, name: &str| {
        for i in 0..20 {
            room.post(&format!("{name} {i}")).await;
        }
    };

    tokio::join!(twenty(&mut at_ana, "ana"), twenty(&mut at_bo, "bo"));

    let mut seen = Vec::new();
    for seq in 1..=40 {
        let (one, other) = (at_ana.next_message().await, at_bo.next_message().await);
        assert_eq!(one["seq"], seq, "in order, without a gap");
        assert_eq!(one["body"], other["body"]);
        seen.push(one["body"].as_str().unwrap().to_owned());
    }
    assert_eq!(
        bo.open(&format!("/rooms/{}/", at_bo.id)).await.messages(),
        seen
    );
}

#[tokio::test]
async fn coming_back_gets_exactly_what_was_missed() {
    let site = Site::start().await;
    let (ana, bo) = site.friends("ana", "bo").await;
    let mut room = ana.open_room(&bo).await;
    for body in ["one", "two", "three"] {
        room.post(body).await;
    }

    let mut at_bo = bo.socket().await;
    let known = &at_bo.hello["rooms"][0];
    assert_eq!(
        (&known["room"], &known["last_seq"]),
        (&json!(room.id), &json!(3))
    );
    let missed = at_bo.resume(room.id, 1).await;
    let nothing = at_bo.resume(room.id, 3).await;

    let bodies = |answer: &serde_json::Value| {
        let events = answer["events"].as_array().unwrap().clone();
        events
            .iter()
            .map(|event| event["body"].as_str().unwrap().to_owned())
            .collect::<Vec<_>>()
    };
    assert_eq!(bodies(&missed), ["two", "three"]);
    assert_eq!(missed["events"][0]["type"], "message.created");
    assert_eq!(
        (&missed["last_seq"], &missed["missing"]),
        (&json!(3), &json!(null))
    );
    assert!(bodies(&nothing).is_empty());
    assert_eq!(nothing["last_seq"], 3);
}

#[tokio::test]
async fn after_a_very_long_absence_the_hole_has_a_name() {
    let site = Site::start_with(|settings| {
        settings.limits.resume_len = 60;
        settings.rates.messages = "1000/1s".parse().unwrap();
        settings.limits.socket_events = "1000/1s".parse().unwrap();
    })
    .await;
    let (ana, bo) = site.friends("ana", "bo").await;
    let mut room = ana.open_room(&bo).await;
    for i in 1..=70 {
        room.post(&format!("{i}")).await;
    }

    let answer = bo.socket().await.resume(room.id, 5).await;

    let events = answer["events"].as_array().unwrap();
    assert_eq!(events.len(), 50);
    assert_eq!(events[0]["seq"], 21);
    assert_eq!(events[49]["seq"], 70);
    assert_eq!(answer["missing"], json!({"from": 6, "to": 20}));
}

#[tokio::test]
async fn the_page_of_a_long_room_leads_to_earlier_messages() {
    let site = Site::start_with(|settings| {
        settings.limits.page_len = 5;
    })
    .await;
    let (ana, bo) = site.friends("ana", "bo").await;
    let mut room = ana.open_room(&bo).await;
    for i in 1..=12 {
        room.post(&format!("{i}")).await;
    }

    bo.read_all().await;
    let mut path = format!("/rooms/{}/", room.id);
    let mut pages = Vec::new();
    loop {
        let page = bo.open(&path).await;
        pages.push(page.messages());
        match page.attribute("#earlier", "href") {
            Some(earlier) => path = earlier,
            None => break,
        }
    }

    assert_eq!(pages.concat().len(), 12);
    assert_eq!(pages[0], ["8", "9", "10", "11", "12"]);
    assert_eq!(pages[1], ["3", "4", "5", "6", "7"]);
    assert_eq!(pages[2], ["1", "2"]);
}
