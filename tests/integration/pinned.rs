//! Pinned messages: who may pin, live and after an interruption, the limit, deletion, the pages,
//! and what is blocked.

use reqwest::Method;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::{
    stage::database::{change, number},
    support::{Person, Room, Site},
};

/// Pins or unpins by a socket that follows the room. Returns the answer, accepted or refused.
async fn pin_as(room: &mut Room, client_id: Uuid, id: &Value, on: bool) -> Value {
    let client_id = client_id.to_string();
    room.socket
        .send(json!({
            "type": "message.pin", "room": room.id, "id": id, "client_id": client_id, "on": on,
        }))
        .await;
    let is_answer = |event: &Value| event["client_id"] == client_id.as_str();
    room.socket
        .wait_until("the answer to a pin", is_answer)
        .await
}

async fn pin(room: &mut Room, id: &Value, on: bool) -> Value {
    pin_as(room, Uuid::new_v4(), id, on).await
}

/// Pins or unpins by the form, also where no page offers it.
async fn pin_by_form(person: &Person, room: i64, id: &Value, on: &str) -> u16 {
    let action = format!("messages/{id}/pin/");
    person.about_room(room, &action, &[("on", on)]).await.status
}

/// Returns the texts on the page of pinned messages, the last one first.
async fn listed(person: &Person, room: i64) -> Vec<String> {
    let page = person.open(&format!("/rooms/{room}/pins/")).await;
    page.texts(".pin-text")
}

/// A room with roles, which ana owns and whose other members are bo and cleo; bo's socket.
async fn tea(site: &Site) -> (Person, Person, Person, Room) {
    let (ana, bo) = site.friends("ana", "bo").await;
    let cleo = site.sign_up("cleo").await;
    ana.befriend(&cleo).await;
    let id = ana.make_room("closed", "Tea", &[&bo, &cleo]).await;
    let socket = bo.socket().await;
    (ana, bo, cleo, Room { id, socket })
}

#[tokio::test]
async fn a_pin_is_live_marked_listed_and_told_in_the_log() {
    let site = Site::start().await;
    let (ana, bo) = site.friends("ana", "bo").await;
    let mut room = ana.open_room(&bo).await;
    let id = room.id;
    let (one, two) = (room.post("the plan").await, room.post("the place").await);
    let mut at_bo = bo.socket().await;
    let head = format!("a[href='/rooms/{id}/pins/']");
    assert!(!bo.open(&format!("/rooms/{id}/")).await.has(&head));

    let accepted = pin(&mut room, &one["id"], true).await;

    let told = at_bo.wait_in(id, "message.changed").await;
    assert_eq!(told["change"], json!("pinned"));
    assert_eq!(
        (&told["by"], &told["pinned_by"]),
        (&json!(ana.id), &json!(ana.id))
    );
    assert!(
        told["html"].as_str().unwrap().contains("Pinned by ana"),
        "{told}"
    );
    let notice = at_bo.wait_in(id, "room.changed").await;
    assert_eq!(
        notice["seq"], accepted["seq"],
        "the answer names the last event"
    );
    let line = notice["html"].as_str().unwrap();
    assert!(line.contains("pinned a message"), "{line}");
    let link = format!("href=\"/rooms/{id}/messages/{}/\"", one["id"]);
    assert!(line.contains(&link), "{line}");

    pin(&mut room, &two["id"], true).await;
    let page = bo.open(&format!("/rooms/{id}/")).await;
    assert_eq!(
        page.attribute(&head, "aria-label").unwrap(),
        "2 pinned messages"
    );
    assert_eq!(
        page.all_attributes("article .pinned", "aria-label").len(),
        2
    );
    assert_eq!(page.texts(".gathered"), ["ana pinned 2 messages"]);
    assert_eq!(listed(&bo, id).await, ["the place", "the plan"]);
    let details = bo.open(&format!("/rooms/{id}/details/")).await;
    assert_eq!(
        details.texts("#details-pins .pin-text"),
        ["the place", "the plan"]
    );

    // Each of the two may unpin what the other one pinned.
    let pins = format!("/rooms/{id}/pins/");
    let form = format!("/rooms/{id}/messages/{}/pin/", one["id"]);
    let answer = bo.submit(&pins, &form, &[]).await;
    assert_eq!((answer.status, answer.location()), (303, pins.as_str()));
    let told = room
        .socket
        .wait_until("unpinned", |event| event["change"] == "unpinned")
        .await;
    assert!(told.get("pinned_by").is_none(), "{told}");
    let left = bo.open(&pins).await;
    assert_eq!(left.texts(".pin-text"), ["the place"]);
    assert_eq!(left.texts(".flash"), ["The message is no longer pinned."]);
    assert_eq!(ana.told_in(id).await.len(), 2, "unpinning has no line");
}

#[tokio::test]
async fn pins_reach_somebody_who_was_away_and_a_repeat_changes_nothing() {
    let site = Site::start().await;
    let (ana, bo) = site.friends("ana", "bo").await;
    let mut room = ana.open_room(&bo).await;
    let message = room.post("the plan").await;
    let key = Uuid::new_v4();

    let first = pin_as(&mut room, key, &message["id"], true).await;
    assert_eq!(
        (&first["type"], &first["seq"]),
        (&json!("change.accepted"), &json!(3))
    );
    let repeat = pin_as(&mut room, key, &message["id"], true).await;
    assert_eq!(
        (&repeat["type"], &repeat["seq"]),
        (&json!("change.accepted"), &Value::Null)
    );
    assert_eq!(site.count("pins"), 1);

    let missed = bo.socket().await.resume(room.id, 1).await;
    let events = missed["events"].as_array().unwrap();
    let kinds: Vec<_> = events
        .iter()
        .map(|event| event["type"].as_str().unwrap())
        .collect();
    assert_eq!(kinds, ["message.changed", "room.changed"]);
    assert_eq!(events[0]["pinned_by"], json!(ana.id));

    let unpinned = pin(&mut room, &message["id"], false).await;
    assert_eq!(unpinned["seq"], json!(5));
    let repeat = pin(&mut room, &message["id"], false).await;
    assert_eq!(repeat["seq"], Value::Null);
    let all = bo.socket().await.resume(room.id, 0).await;
    assert!(
        !all["events"][0]["html"]
            .as_str()
            .unwrap()
            .contains("Pinned by"),
        "{all}"
    );
}

#[tokio::test]
async fn strangers_find_nothing() {
    let site = Site::start().await;
    let (ana, bo, _, mut room) = tea(&site).await;
    let stranger = site.sign_up("dan").await;
    let id = room.id;
    let message = room.post("the rules").await;
    let other = ana.room_with(&bo).await;
    assert_eq!(
        pin_by_form(&stranger, id, &message["id"], "true").await,
        404
    );
    assert_eq!(
        pin_by_form(&ana, other, &message["id"], "true").await,
        404,
        "of another room"
    );
    assert_eq!(
        stranger.get(&format!("/rooms/{id}/pins/")).await.status,
        404
    );
    let mut at_stranger = Room {
        id,
        socket: stranger.socket().await,
    };
    let refused = pin(&mut at_stranger, &message["id"], true).await;
    assert_eq!(refused["code"], json!("not_allowed"));
    assert!(!refused.to_string().contains("Tea"), "{refused}");
    let switch = [("may", "false")];
    let switched = stranger.about_room(id, "members/pin/", &switch).await;
    assert_eq!(switched.status, 404);
    assert_eq!(site.count("pins"), 0);
}

#[tokio::test]
async fn a_room_may_leave_pins_to_moderators() {
    let site = Site::start().await;
    let (ana, bo, cleo, mut room) = tea(&site).await;
    let id = room.id;
    let message = room.post("the rules").await;
    let actions = format!("/rooms/{id}/messages/{}/actions/", message["id"]);
    let form = format!("/rooms/{id}/messages/{}/pin/", message["id"]);
    assert_eq!(cleo.submit(&actions, &form, &[]).await.status, 303);
    assert_eq!(listed(&bo, id).await, ["the rules"]);

    let right = "members/pin/";
    let switch = [("may", "false")];
    assert_eq!(bo.about_room(id, right, &switch).await.status, 403);
    assert_eq!(
        ana.about_room(id, "members/fly/", &switch).await.status,
        404
    );
    let details = format!("/rooms/{id}/details/");
    assert!(!bo.open(&details).await.has("#rights-heading"));
    let switched = ana
        .submit(&details, &format!("/rooms/{id}/{right}"), &[])
        .await;
    assert_eq!(switched.status, 303);

    let refused = pin(&mut room, &message["id"], false).await;
    assert_eq!(refused["code"], json!("not_allowed"));
    assert_eq!(
        refused["text"],
        json!("Only moderators can pin messages in this room.")
    );
    let page = bo.open(&actions).await;
    assert!(!page.has(&format!("form[action='{form}']")));
    assert!(
        !bo.open(&format!("/rooms/{id}/pins/"))
            .await
            .has(".pin form")
    );
    assert_eq!(
        bo.open(&format!("/rooms/{id}/")).await.page_data()["can_pin"],
        json!(false)
    );
    assert_eq!(pin_by_form(&ana, id, &message["id"], "false").await, 303);
    assert_eq!(site.count("pins"), 0);
    assert_eq!(pin_by_form(&ana, id, &message["id"], "true").await, 303);

    // Nobody writes in an archived room, and its pins stay.
    assert_eq!(ana.about_room(id, "archive/", &[]).await.status, 303);
    pin_by_form(&ana, id, &message["id"], "false").await;
    assert_eq!(listed(&bo, id).await, ["the rules"]);
}

#[tokio::test]
async fn a_room_has_a_limited_number_of_pins_and_says_so() {
    let site = Site::start_with(|settings| settings.limits.room_pins = 2).await;
    let (ana, bo) = site.friends("ana", "bo").await;
    let mut room = ana.open_room(&bo).await;
    let mut ids = Vec::new();
    for text in ["one", "two", "three"] {
        ids.push(room.post(text).await["id"].clone());
    }
    for id in &ids[..2] {
        assert_eq!(
            pin(&mut room, id, true).await["type"],
            json!("change.accepted")
        );
    }
    let words = "This conversation already has 2 pinned messages. Unpin one first.";
    let refused = pin(&mut room, &ids[2], true).await;
    assert_eq!(
        (&refused["code"], &refused["text"]),
        (&json!("too_many"), &json!(words))
    );
    assert_eq!(pin_by_form(&bo, room.id, &ids[2], "true").await, 303);
    let page = bo.open(&format!("/rooms/{}/", room.id)).await;
    assert_eq!(page.texts(".flash"), [words]);
    assert_eq!(listed(&bo, room.id).await, ["two", "one"]);
    pin(&mut room, &ids[0], false).await;
    assert_eq!(
        pin(&mut room, &ids[2], true).await["type"],
        json!("change.accepted")
    );
}

#[tokio::test]
async fn a_deleted_message_is_no_longer_pinned_and_cannot_be() {
    let site = Site::start().await;
    let (ana, bo) = site.friends("ana", "bo").await;
    let mut room = ana.open_room(&bo).await;
    let message = room.post("secret").await;
    pin(&mut room, &message["id"], true).await;
    let mut at_bo = bo.socket().await;

    let path = format!("/rooms/{}/messages/{}/delete/", room.id, message["id"]);
    assert_eq!(ana.submit(&path, &path, &[]).await.status, 303);

    let told = at_bo.wait_in(room.id, "message.changed").await;
    assert_eq!(told["change"], json!("deleted"));
    assert!(!told.to_string().contains("Pinned by"), "{told}");
    at_bo.wait_in(room.id, "room.changed").await;
    assert_eq!(site.count("pins"), 0);
    let page = bo.open(&format!("/rooms/{}/pins/", room.id)).await;
    assert_eq!(page.texts(".pin-text").len(), 0);
    assert!(page.body.contains("No messages are pinned here."));
    assert!(
        !bo.open(&format!("/rooms/{}/", room.id))
            .await
            .has(".head-pins")
    );
    let refused = pin(&mut room, &message["id"], true).await;
    assert_eq!(refused["code"], json!("gone"));
}

#[tokio::test]
async fn notes_can_be_pinned_and_a_purged_room_takes_its_pins_along() {
    let site = Site::start().await;
    let (ana, _bo, _cleo, mut room) = tea(&site).await;
    let message = room.post("the rules").await;
    pin(&mut room, &message["id"], true).await;
    let notes = ana.begin(&[("kind", "notes")], &[]).await;
    let notes = crate::support::number(notes.location());
    assert_eq!(ana.post_by_form(notes, "buy tea").await, 303);
    let page = ana.open(&format!("/rooms/{notes}/")).await;
    let id = page.attribute("article[data-id]", "data-id").unwrap();
    assert_eq!(
        pin_by_form(&ana, notes, &json!(id.parse::<i64>().unwrap()), "true").await,
        303
    );
    assert_eq!(listed(&ana, notes).await, ["buy tea"]);
    assert_eq!(site.count("pins"), 2);

    let database = site.settings.database_path();
    change(
        &database,
        &format!("DELETE FROM rooms WHERE id = {}", room.id),
    );
    assert_eq!(number(&database, "SELECT count(*) AS number FROM pins"), 1);
}

#[tokio::test]
async fn what_others_pinned_since_is_in_the_summary_without_blocked_people() {
    let site = Site::start().await;
    let (ana, bo, cleo, mut room) = tea(&site).await;
    let id = room.id;
    let (plan, noise) = (room.post("the plan").await, room.post("the noise").await);
    for person in [&ana, &bo, &cleo] {
        person.read_all().await;
    }
    // Older than what ana has read, but pinned since.
    pin(&mut room, &plan["id"], true).await;
    assert_eq!(pin_by_form(&cleo, id, &noise["id"], "true").await, 303);
    room.post("something new").await;

    let page = ana.open("/catch-up/").await;
    assert_eq!(
        page.texts(".missed-group h3")[0],
        "Pinned since you were here"
    );
    let group = ".missed-group:first-of-type";
    assert_eq!(
        page.texts(&format!("{group} .missed-text")),
        ["the noise", "the plan"]
    );
    assert_eq!(
        page.texts(&format!("{group} .missed-why")),
        ["Pinned by cleo", "Pinned by bo"]
    );
    let of_room = ana.open(&format!("/rooms/{id}/catch-up/")).await;
    assert_eq!(
        of_room.texts(".missed-group h2")[0],
        "Pinned since you were here"
    );
    // Nobody needs to be told of their own pins.
    assert!(
        !bo.open(&format!("/rooms/{id}/catch-up/"))
            .await
            .body
            .contains("the plan")
    );

    ana.press_and_confirm("block", &cleo).await;
    let page = ana.open("/catch-up/").await;
    assert_eq!(page.texts(&format!("{group} .missed-text"))[0], "the plan");
    assert!(!page.body.contains("the noise"));
    ana.press_and_confirm("block", &bo).await;
    let pins = ana.open(&format!("/rooms/{id}/pins/")).await;
    assert_eq!(
        pins.texts("details.blocked-line").len(),
        2,
        "texts of blocked people are folded"
    );
    let of_room = ana.open(&format!("/rooms/{id}/catch-up/")).await;
    assert!(!of_room.body.contains("Pinned since you were here"));
}

#[tokio::test]
async fn visitors_are_asked_to_log_in() {
    let site = Site::start().await;
    let (_ana, _bo, _cleo, room) = tea(&site).await;
    let visitor = site.visitor();
    let page = visitor.request(Method::GET, &format!("/rooms/{}/pins/", room.id));
    let answer = page.send().await.unwrap();
    assert_eq!(answer.status().as_u16(), 303);
}
