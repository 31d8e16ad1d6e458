//! Presence (online, away, offline), and who may see it.

use serde_json::{Value, json};

use crate::support::{Site, Socket};

async fn set(socket: &mut Socket, state: &str) {
    socket
        .send(json!({"type": "presence.set", "state": state}))
        .await;
    // Taken before the next is answered.
    socket.heard("").await;
}

/// Waits until the other person is online. A new friendship may have reported them as offline
/// first.
async fn came(socket: &mut Socket) {
    let is_online = |event: &serde_json::Value| {
        event["type"] == "presence.changed" && event["state"] == "online"
    };
    socket.wait_until("the other to come", is_online).await;
    socket.take_heard(&["presence.changed"]).await;
}

#[tokio::test]
async fn the_most_of_all_tabs_counts_and_less_is_told_after_a_while() {
    let site = Site::start().await;
    let (ana, bo) = site.friends("ana", "bo").await;
    let mut at_ana = ana.socket().await;
    let (mut tab, mut other) = (bo.socket().await, bo.socket().await);
    came(&mut at_ana).await;

    set(&mut tab, "away").await;
    assert!(at_ana.heard("presence.changed").await.is_empty());
    set(&mut other, "away").await;
    set(&mut other, "online").await;
    assert!(
        at_ana.heard("presence.changed").await.is_empty(),
        "a look elsewhere does not blink"
    );
    set(&mut other, "away").await;
    let changed = at_ana.wait_for("presence.changed").await;
    assert_eq!(
        (changed["user"].as_i64(), changed["state"].as_str()),
        (Some(bo.id), Some("away"))
    );
    let again = ana.socket().await;
    assert_eq!(again.hello["away"], json!([bo.id]));
    assert_eq!(again.hello["online"], json!([]));
    let page = ana.open("/").await;
    assert_eq!(
        page.attribute("a[href^='/rooms/'] [data-presence-of]", "data-presence"),
        Some("away".to_owned())
    );
    set(&mut tab, "online").await;
    assert_eq!(at_ana.wait_for("presence.changed").await["state"], "online");
    set(&mut tab, "offline").await;
    let again = ana.socket().await;
    assert_eq!(again.hello["online"], json!([bo.id]), "an open tab is here");
}

#[tokio::test]
async fn a_block_hides_both_at_once_and_its_end_shows_nothing_to_strangers() {
    let site = Site::start().await;
    let (ana, bo) = site.friends("ana", "bo").await;
    let (mut at_ana, mut at_bo) = (ana.socket().await, bo.socket().await);
    came(&mut at_ana).await;

    ana.press_and_confirm("block", &bo).await;

    for (socket, other) in [(&mut at_ana, bo.id), (&mut at_bo, ana.id)] {
        // People who arrive at the same moment may be notified twice.
        let gone = |event: &Value| {
            event["type"] == "presence.changed"
                && event["user"] == other
                && event["state"] == "offline"
        };
        socket.wait_until("the other's going", gone).await;
    }
    assert_eq!(bo.socket().await.hello["online"], json!([]));
    ana.press("unblock", &bo).await;
    assert_eq!(bo.socket().await.hello["online"], json!([]));
}

#[tokio::test]
async fn who_does_not_show_typing_is_not_told_of_it_either() {
    let site = Site::start().await;
    let (ana, bo) = site.friends("ana", "bo").await;
    let room = ana.room_with(&bo).await;
    let (mut at_ana, mut at_bo) = (ana.socket().await, bo.socket().await);
    let start = json!({"type": "typing.start", "room": room});
    at_ana.send(start.clone()).await;
    at_bo.wait_for("typing.started").await;
    at_ana
        .send(json!({"type": "typing.stop", "room": room}))
        .await;
    at_bo.wait_for("typing.stopped").await;

    let path = "/accounts/preferences/";
    let mut fields = bo.open(path).await.form(path);
    fields.retain(|(name, _)| name != "typing");
    let choices = [
        ("open_at", "unread"),
        ("enter", "sends"),
        ("quiet_from", "22:00"),
        ("quiet_until", "07:00"),
        ("time_zone", ""),
    ];
    fields.extend(choices.map(|(name, value)| (name.to_owned(), value.to_owned())));
    assert_eq!(bo.post(path, &fields).await.status, 303);

    for socket in [&mut at_ana, &mut at_bo] {
        socket.send(start.clone()).await;
        socket.heard("").await;
    }
    // Only other tabs of the typing person may receive it.
    let heard = at_ana.heard("typing.started").await;
    assert!(heard.iter().all(|event| event["user"]["id"] == ana.id));
    assert!(at_bo.heard("typing.started").await.is_empty());
}
