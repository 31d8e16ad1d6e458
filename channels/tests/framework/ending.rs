//! Every end of a connection leads to one `disconnect`, whatever happened before.

use std::time::Duration;

use channels::testing::{Missed, WebsocketCommunicator};
use channels::{
    CloseCode, Context, Frame, HandlerResult, Layer, Scope, SendError, SocketOptions, URLRouter,
    WebsocketConsumer,
};

use crate::scripted::{PATIENCE, client, group, message};

const INTERNAL: &str = r#"disconnect Some(1011) "" Server, in 0 groups"#;

#[actix_web::test]
async fn the_client_closes() {
    let (mut client, journal) = client("/accept/?group=tea");
    client.connect().await.unwrap();
    client.disconnect(4321).await.unwrap();
    drop(client);
    let lines = journal.rest().await;
    assert_eq!(
        lines,
        [r#"disconnect Some(4321) "" Client, in 0 groups"#, "dropped"]
    );
}

#[actix_web::test]
async fn the_consumer_closes_and_can_send_no_more() {
    let (mut client, journal) = client("/accept/");
    client.connect().await.unwrap();
    client.send_to("close 4000 enough").unwrap();
    client.send_to("note never read").unwrap();
    assert_eq!(
        client.expect_close().await.unwrap(),
        (4000, "enough".to_owned())
    );
    client.wait().await.unwrap();
    assert!(matches!(
        client.send_to("too late"),
        Err(Missed::Closed { code: 4000, .. })
    ));
    drop(client);
    let closed = r#"disconnect Some(4000) "enough" Server, in 0 groups"#;
    assert_eq!(journal.rest().await, ["closed: true", closed, "dropped"]);
}

#[actix_web::test]
async fn the_connection_vanishes() {
    let (mut client, journal) = client("/accept/");
    client.connect().await.unwrap();
    drop(client);
    let lost = r#"disconnect Some(1006) "" Network, in 0 groups"#;
    assert_eq!(journal.rest().await, [lost, "dropped"]);
}

#[actix_web::test]
async fn what_was_sent_before_the_close_is_still_handled() {
    let (mut client, journal) = client("/accept/");
    client.connect().await.unwrap();
    for line in ["note one", "note two"] {
        client.send_to(line).unwrap();
    }
    client.disconnect(1000).await.unwrap();
    drop(client);
    assert_eq!(journal.rest().await[..2], ["one", "two"]);
}

#[actix_web::test]
async fn a_handler_that_fails_closes_with_1011() {
    for command in ["fail", "panic"] {
        let (mut client, journal) = client("/accept/");
        client.connect().await.unwrap();
        client.send_to(command).unwrap();
        client.send_to("note never read").unwrap();
        assert_eq!(client.expect_close().await.unwrap().0, 1011, "{command}");
        client.wait().await.unwrap();
        drop(client);
        assert_eq!(journal.rest().await, [INTERNAL, "dropped"], "{command}");
    }
}

#[actix_web::test]
async fn a_panic_in_one_member_is_noticed_by_no_other() {
    let layer = Layer::in_memory();
    let (poisoned, healthy) = (client("/accept/?group=tea"), client("/accept/?group=tea"));
    let (mut poisoned, mut healthy) = (poisoned.0.layer(&layer), healthy.0.layer(&layer));
    poisoned.connect().await.unwrap();
    healthy.connect().await.unwrap();

    poisoned.send_to("panic").unwrap();
    assert_eq!(poisoned.expect_close().await.unwrap().0, 1011);
    poisoned.wait().await.unwrap();

    let report = layer
        .group_send(&group("tea"), message("still here"))
        .await
        .unwrap();
    assert_eq!((report.delivered, report.dropped), (1, 0));
    assert_eq!(
        healthy.receive_from().await.unwrap(),
        Frame::from("heard still here")
    );
}

#[actix_web::test]
async fn a_panic_in_disconnect_ends_nothing_else() {
    let (mut client, journal) = client("/clumsy/");
    client.connect().await.unwrap();
    client.disconnect(1000).await.unwrap();
    drop(client);
    assert_eq!(journal.rest().await.len(), 2);
}

#[actix_web::test]
async fn a_handler_that_does_not_end_is_given_up_after_the_connection() {
    let (client, journal) = client("/accept/");
    let options = SocketOptions::new().handler_grace(Duration::from_millis(20));
    let mut client = client.options(options);
    client.connect().await.unwrap();
    client.send_to("hang").unwrap();
    client.send_to("note never read").unwrap();
    client.disconnect(1000).await.unwrap();
    drop(client);
    let closed = r#"disconnect Some(1000) "" Client, in 0 groups"#;
    assert_eq!(journal.rest().await, [closed, "dropped"]);
}

#[actix_web::test]
async fn sending_more_than_may_wait_ends_the_connection() {
    let (client, journal) = client("/accept/");
    let mut client = client.options(SocketOptions::new().outbox_bytes(64 * 1024));
    client.connect().await.unwrap();
    client.send_to("flood 100").unwrap();
    let code = loop {
        match client.receive_from().await {
            Ok(_) => {}
            Err(Missed::Closed { code, .. }) => break code,
            Err(other) => panic!("{other}"),
        }
    };
    assert_eq!(code, CloseCode::OVERLOAD.as_u16());
    client.wait().await.unwrap();
    drop(client);
    let cut = r#"disconnect Some(1013) "too much to send" Server, in 0 groups"#;
    assert_eq!(journal.rest().await, [cut, "dropped"]);
}

/// If it cannot send, answers with the reason.
struct Echo;

impl WebsocketConsumer for Echo {
    type Event = ();

    async fn receive(&mut self, frame: Frame, ctx: &mut Context<Self>) -> HandlerResult {
        match ctx.send(frame) {
            Ok(()) => Ok(()),
            Err(failure @ SendError::TooLarge { .. }) => Ok(ctx.send(failure.to_string())?),
            Err(failure) => Err(failure.into()),
        }
    }
}

#[actix_web::test]
async fn a_frame_larger_than_the_outbox_is_refused_and_the_connection_stays() {
    let app = URLRouter::new().path("", |_: &Scope| Echo);
    let client = WebsocketCommunicator::new(app, "/").timeout(PATIENCE);
    let mut client = client.options(SocketOptions::new().outbox_bytes(1024));
    client.connect().await.unwrap();
    let fits = "y".repeat(1024);
    for _ in 0..3 {
        client.send_to("z".repeat(1025)).unwrap();
        let Frame::Text(refused) = client.receive_from().await.unwrap() else {
            panic!("a text frame");
        };
        assert!(refused.contains("1025 bytes"), "{refused}");
        assert!(refused.contains("outbox_bytes"), "{refused}");
        client.send_to(fits.as_str()).unwrap();
        assert_eq!(
            client.receive_from().await.unwrap(),
            Frame::from(fits.as_str())
        );
    }
}

#[actix_web::test]
async fn a_close_reason_is_cut_at_123_bytes_between_characters() {
    let (mut client, _journal) = client("/accept/");
    client.connect().await.unwrap();
    client
        .send_to(format!("close 4000 {}", "é".repeat(100)))
        .unwrap();
    let (_, reason) = client.expect_close().await.unwrap();
    assert_eq!(reason, "é".repeat(61));
}

#[test]
fn only_codes_that_may_cross_the_wire_exist() {
    for code in [1000, 1003, 1007, 1014, 3000, 4999] {
        assert_eq!(CloseCode::new(code).unwrap().as_u16(), code);
    }
    for code in [0, 999, 1004, 1005, 1006, 1015, 2999, 5000] {
        assert!(CloseCode::new(code).is_err(), "{code}");
    }
    assert!(CloseCode::app(1000).is_err());
}

#[actix_web::test]
async fn a_client_that_comes_back_meets_a_new_consumer() {
    let (mut client, mut journal) = client("/accept/");
    client.connect().await.unwrap();
    client.connect().await.unwrap();
    assert!(journal.next().await.starts_with("disconnect Some(1006)"));
    client.send_to("hello again").unwrap();
    assert_eq!(
        client.receive_from().await.unwrap(),
        Frame::from("hello again")
    );
}
