//! Each answer to a handshake, as the client gets it.

use std::time::Duration;

use channels::testing::Denied;
use channels::{Frame, SocketOptions};

use crate::scripted::client;

async fn denial(path: &str) -> (Denied, Vec<String>) {
    let (mut client, journal) = client(path);
    let denied = client
        .connect()
        .await
        .expect_err("the handshake to be denied");
    drop(client);
    (denied, journal.rest().await)
}

const DENIED: &str = r#"disconnect Some(1006) "" Server, in 0 groups"#;

#[actix_web::test]
async fn headers_are_dropped_after_connect_unless_the_consumer_keeps_them() {
    for (path, later) in [("/headers/", 0), ("/headers/?keep", 2)] {
        let (client, _journal) = client(path);
        let mut client = client.header("cookie", "a=b").header("x-tab", "1");
        client.connect().await.unwrap();
        let told = client.receive_from().await.unwrap();
        assert_eq!(told, Frame::from("2 headers, 0 cookies"), "{path}");
        client.send_to("headers").unwrap();
        let told = client.receive_from().await.unwrap();
        assert_eq!(
            told,
            Frame::from(format!("{later} headers, 0 cookies")),
            "{path}"
        );
    }
}

#[actix_web::test]
async fn an_accepted_client_gets_what_was_sent_in_connect_first() {
    let (mut client, _journal) = client("/greeting/");
    let connected = client.connect().await.unwrap();
    assert_eq!(connected.subprotocol, None);
    assert_eq!(
        connected.headers,
        [("x-greeting".to_owned(), "hello".to_owned())]
    );
    client.send_to("next").unwrap();
    assert_eq!(client.receive_from().await.unwrap(), Frame::from("welcome"));
    assert_eq!(
        client.receive_from().await.unwrap(),
        Frame::from(Vec::new())
    );
    assert_eq!(client.receive_from().await.unwrap(), Frame::from("next"));
}

#[actix_web::test]
async fn a_denied_client_gets_403_and_disconnect_runs_with_1006() {
    let (denied, journal) = denial("/deny/?group=tea").await;
    assert_eq!((denied.status, denied.body.len()), (403, 0));
    assert_eq!(journal, [DENIED, "dropped"]);
}

#[actix_web::test]
async fn a_denial_can_carry_status_headers_and_body() {
    let (denied, _) = denial("/busy/").await;
    assert_eq!(denied.status, 429);
    assert_eq!(
        denied.headers[0],
        ("retry-after".to_owned(), "30".to_owned())
    );
    assert_eq!(denied.body, "Slow down");
}

#[actix_web::test]
async fn connect_without_an_answer_denies() {
    let (denied, journal) = denial("/silent/").await;
    assert_eq!(denied.status, 403);
    assert_eq!(journal, [DENIED, "dropped"]);
}

#[actix_web::test]
async fn close_before_accept_denies() {
    assert_eq!(denial("/closing/").await.0.status, 403);
}

#[actix_web::test]
async fn an_error_in_connect_denies_with_500_and_keeps_its_cause_secret() {
    let (denied, journal) = denial("/broken/").await;
    assert_eq!(denied.status, 500);
    assert!(!format!("{denied:?}").contains("secret"));
    assert_eq!(journal, [DENIED, "dropped"]);
}

#[actix_web::test]
async fn a_panic_in_connect_denies_with_500() {
    let (denied, journal) = denial("/panic/").await;
    assert_eq!(denied.status, 500);
    assert_eq!(journal, [DENIED, "dropped"]);
}

#[actix_web::test]
async fn connect_that_takes_too_long_is_given_up_with_503() {
    let (client, journal) = client("/hang/");
    let options = SocketOptions::new().connect_timeout(Duration::from_millis(20));
    let mut client = client.options(options);
    assert_eq!(client.connect().await.unwrap_err().status, 503);
    drop(client);
    assert_eq!(journal.rest().await, [DENIED, "dropped"]);
}

#[actix_web::test]
async fn a_client_that_leaves_during_connect_is_disconnected_once() {
    let (mut client, journal) = client("/hang/");
    let options = SocketOptions::new().handler_grace(Duration::from_millis(20));
    client = client.options(options);
    let gave_up = tokio::time::timeout(Duration::from_millis(20), client.connect()).await;
    assert!(gave_up.is_err());
    drop(client);
    let lost = r#"disconnect Some(1006) "" Network, in 0 groups"#;
    assert_eq!(journal.rest().await, [lost, "dropped"]);
}

#[actix_web::test]
async fn accept_then_close_gives_the_client_a_code_it_can_read() {
    for (path, code, reason) in [
        ("/accept-close/", 4003, "no room"),
        ("/banned/", 4001, "banned"),
    ] {
        let (mut client, journal) = client(path);
        client.connect().await.unwrap();
        assert_eq!(
            client.expect_close().await.unwrap(),
            (code, reason.to_owned())
        );
        client.wait().await.unwrap();
        drop(client);
        let closed = format!("disconnect Some({code}) {reason:?} Server, in 0 groups");
        assert_eq!(journal.rest().await, [closed.as_str(), "dropped"]);
    }
}

#[actix_web::test]
async fn the_second_accept_is_an_error_and_the_connection_lives() {
    let (mut client, _journal) = client("/twice/");
    client.connect().await.unwrap();
    let text = client.receive_from().await.unwrap();
    assert!(text.as_text().unwrap().contains("already answered"));
    client.send_to("still here").unwrap();
    assert_eq!(
        client.receive_from().await.unwrap(),
        Frame::from("still here")
    );
}

#[actix_web::test]
async fn a_send_before_accept_is_refused_and_not_sent_later() {
    let (mut client, mut journal) = client("/early/");
    client.connect().await.unwrap();
    assert_eq!(journal.next().await, "early send: true");
    client.send_to("first").unwrap();
    assert_eq!(client.receive_from().await.unwrap(), Frame::from("first"));
}

#[actix_web::test]
async fn an_offered_subprotocol_can_be_chosen() {
    let (client, _journal) = client("/protocol/?chat.v2");
    let mut client = client.subprotocol("chat.v1").subprotocol("chat.v2");
    let connected = client.connect().await.unwrap();
    assert_eq!(connected.subprotocol.as_deref(), Some("chat.v2"));
}

#[actix_web::test]
async fn a_subprotocol_that_was_not_offered_cannot_be_chosen() {
    let (client, _journal) = client("/protocol/?chat.v3");
    let denied = client.subprotocol("chat.v1").connect().await.unwrap_err();
    assert_eq!(denied.status, 500);
}

#[actix_web::test]
async fn the_handshakes_own_headers_cannot_be_set() {
    assert_eq!(denial("/header/").await.0.status, 500);
}
