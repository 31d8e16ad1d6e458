//! Events from groups, channels and timers, and how they mix with frames.

use std::time::Duration;

use channels::layers::{Bounds, undecodable_messages};
use channels::testing::WebsocketCommunicator;
use channels::{ChannelName, Frame, Layer, SocketOptions};
use serde::{Deserialize, Serialize};

use super::BACKEND;
use crate::scripted::{Reader, client, group, message};

async fn member(layer: &Layer, path: &str) -> (WebsocketCommunicator, Reader) {
    let (client, journal) = client(path);
    let mut client = client.layer(layer);
    client.connect().await.expect("a welcome");
    (client, journal)
}

/// Makes sure that all earlier commands of this client are done.
async fn settle(client: &mut WebsocketCommunicator) {
    client.send_to("settled?").expect("an open connection");
    assert_eq!(
        client.receive_from().await.expect("an echo"),
        Frame::from("settled?")
    );
}

#[actix_web::test]
async fn a_group_reaches_all_members_and_nobody_else() {
    let (layer, there) = BACKEND.processes(Bounds::new());
    let (mut ana, _a) = member(&there, "/accept/?group=tea").await;
    let (mut bo, _b) = member(&layer, "/accept/?group=tea").await;
    let (mut outsider, _o) = member(&there, "/accept/?group=coffee").await;

    ana.send_to("say tea hello").unwrap();
    assert_eq!(
        ana.receive_from().await.unwrap(),
        Frame::from("said to 2, lost 0")
    );
    assert_eq!(
        ana.receive_from().await.unwrap(),
        Frame::from("heard hello")
    );
    assert_eq!(bo.receive_from().await.unwrap(), Frame::from("heard hello"));
    settle(&mut outsider).await;
}

#[actix_web::test]
async fn a_member_who_left_hears_nothing() {
    let (layer, there) = BACKEND.processes(Bounds::new());
    let (mut ana, _a) = member(&there, "/accept/").await;
    ana.send_to("join tea").unwrap();
    ana.send_to("join tea").unwrap();
    settle(&mut ana).await;
    assert_eq!(
        layer
            .group_send(&group("tea"), message("one"))
            .await
            .unwrap()
            .delivered,
        1
    );
    assert_eq!(ana.receive_from().await.unwrap(), Frame::from("heard one"));
    ana.send_to("leave tea").unwrap();
    settle(&mut ana).await;
    assert_eq!(
        layer
            .group_send(&group("tea"), message("two"))
            .await
            .unwrap()
            .delivered,
        0
    );
    settle(&mut ana).await;
}

#[actix_web::test]
async fn groups_are_left_when_the_connection_ends() {
    let (layer, there) = BACKEND.processes(Bounds::new());
    let (mut ana, _journal) = member(&there, "/accept/?group=tea").await;
    ana.send_to("join coffee").unwrap();
    settle(&mut ana).await;
    ana.disconnect(1000).await.unwrap();
    for name in ["tea", "coffee"] {
        let report = layer
            .group_send(&group(name), message("anyone?"))
            .await
            .unwrap();
        assert_eq!((report.delivered, report.dropped), (0, 0), "{name}");
    }
}

#[actix_web::test]
async fn anyone_who_knows_its_name_can_reach_one_consumer() {
    let (layer, there) = BACKEND.processes(Bounds::new());
    let (mut ana, _journal) = member(&there, "/accept/").await;
    ana.send_to("name").unwrap();
    let name = ana.receive_from().await.unwrap();
    let name = ChannelName::new(name.as_text().unwrap()).unwrap();
    layer.send(&name, message("psst")).await.unwrap();
    assert_eq!(ana.receive_from().await.unwrap(), Frame::from("heard psst"));
}

#[actix_web::test]
async fn events_that_arrive_during_connect_come_after_it() {
    let (layer, there) = BACKEND.processes(Bounds::new());
    let (client, mut journal) = client("/wait/?group=tea");
    let mut client = client.layer(&there);
    let sending = async {
        assert_eq!(journal.next().await, "waiting");
        layer
            .group_send(&group("tea"), message("early"))
            .await
            .unwrap()
    };
    let (connected, report) = futures_util::future::join(client.connect(), sending).await;
    connected.unwrap();
    assert_eq!(report.delivered, 1);
    assert_eq!(
        client.receive_from().await.unwrap(),
        Frame::from("heard early")
    );
}

#[actix_web::test]
async fn events_keep_their_order() {
    let (layer, there) = BACKEND.processes(Bounds::new());
    let (mut ana, _journal) = member(&there, "/accept/?group=tea").await;
    for number in 0..100 {
        layer
            .group_send(&group("tea"), message(number.to_string()))
            .await
            .unwrap();
    }
    for number in 0..100 {
        let heard = format!("heard {number}");
        assert_eq!(ana.receive_from().await.unwrap(), Frame::from(heard));
    }
}

#[actix_web::test]
async fn a_panic_in_event_closes_with_1011() {
    let (layer, there) = BACKEND.processes(Bounds::new());
    let (mut ana, _journal) = member(&there, "/accept/?group=tea").await;
    layer
        .group_send(&group("tea"), message("panic"))
        .await
        .unwrap();
    assert_eq!(ana.expect_close().await.unwrap().0, 1011);
}

#[actix_web::test]
async fn a_consumer_that_does_not_keep_up_is_cut_and_others_lose_nothing() {
    let (layer, there) = BACKEND.processes(Bounds::new().capacity(10));
    let (slow, journal) = client("/accept/?group=tea");
    let grace = SocketOptions::new().handler_grace(Duration::from_millis(20));
    let mut slow = slow.layer(&there).options(grace);
    slow.connect().await.unwrap();
    let (mut quick, _q) = member(&there, "/accept/?group=tea").await;
    slow.send_to("hang").unwrap();

    let mut dropped = 0;
    for number in 0..20 {
        let report = layer
            .group_send(&group("tea"), message(number.to_string()))
            .await
            .unwrap();
        dropped += report.dropped;
        let heard = format!("heard {number}");
        assert_eq!(quick.receive_from().await.unwrap(), Frame::from(heard));
    }
    assert!(dropped > 0);
    assert_eq!(slow.expect_close().await.unwrap().0, 1013);
    slow.wait().await.unwrap();
    drop(slow);
    let cut = r#"disconnect Some(1013) "too slow" Server, in 0 groups"#;
    assert_eq!(journal.rest().await, [cut, "dropped"]);
}

#[actix_web::test]
async fn an_event_of_another_type_with_the_same_shape_is_understood() {
    #[derive(Serialize, Deserialize)]
    struct Lookalike {
        r#type: String,
        text: String,
    }
    let (layer, there) = BACKEND.processes(Bounds::new());
    let (mut ana, _journal) = member(&there, "/accept/?group=tea").await;
    let lookalike = Lookalike {
        r#type: "chat.message".to_owned(),
        text: "hello".to_owned(),
    };
    layer.group_send(&group("tea"), lookalike).await.unwrap();
    assert_eq!(
        ana.receive_from().await.unwrap(),
        Frame::from("heard hello")
    );
}

#[actix_web::test]
async fn an_event_that_is_not_understood_is_counted_and_the_connection_lives() {
    let (layer, there) = BACKEND.processes(Bounds::new());
    let (mut ana, _journal) = member(&there, "/accept/?group=tea").await;
    let before = undecodable_messages();
    layer
        .group_send(&group("tea"), vec![1, 2, 3])
        .await
        .unwrap();
    layer
        .group_send(&group("tea"), message("hello"))
        .await
        .unwrap();
    assert_eq!(
        ana.receive_from().await.unwrap(),
        Frame::from("heard hello")
    );
    assert!(undecodable_messages() > before);
}

#[actix_web::test]
async fn a_timer_fires_once_and_an_interval_again_and_again() {
    let (mut client, _journal) = client("/accept/");
    client.connect().await.unwrap();
    client.send_to("cancelled never").unwrap();
    client.send_to("later once").unwrap();
    assert_eq!(
        client.receive_from().await.unwrap(),
        Frame::from("fired once")
    );
    client.send_to("every time").unwrap();
    for _ in 0..3 {
        assert_eq!(
            client.receive_from().await.unwrap(),
            Frame::from("fired time")
        );
    }
}

#[actix_web::test]
async fn timers_die_with_the_connection() {
    let (mut client, journal) = client("/accept/");
    client.connect().await.unwrap();
    client.send_to("every time").unwrap();
    client.disconnect(1000).await.unwrap();
    drop(client);
    assert_eq!(journal.rest().await.last().unwrap(), "dropped");
}
