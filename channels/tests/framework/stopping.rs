//! Shutdown of a server: who is notified, and how long it waits for whom.

use std::time::{Duration, Instant};

use channels::SocketOptions;

use crate::scripted::PATIENCE;
use crate::sockets::{CLOSE, Client, Driver, Site};

fn site() -> Site {
    Site::start(Driver::OwnSocket, SocketOptions::new())
}

#[actix_web::test]
async fn open_connections_are_counted() {
    let site = site();
    assert_eq!(site.handle.connections(), 0);
    let client = site.open("/ws/accept/").await;
    let _other = site.open("/ws/accept/").await;
    assert_eq!(site.handle.connections(), 2);
    drop(client);
    let one_left = async {
        while site.handle.connections() != 1 {
            tokio::task::yield_now().await;
        }
    };
    let waited = tokio::time::timeout(PATIENCE, one_left).await;
    assert!(waited.is_ok(), "a closed connection counts");
}

#[actix_web::test]
async fn stopping_closes_every_connection_with_1012_and_waits_for_disconnect() {
    let site = site();
    let mut clients = Vec::new();
    for _ in 0..4 {
        clients.push(site.open("/ws/accept/").await);
    }
    let Site {
        handle, journal, ..
    } = site;
    let closing = async {
        for client in &mut clients {
            assert_eq!(client.expect_close().await, Some(1012));
        }
    };
    let ((), ()) = tokio::join!(handle.stop(true), closing);
    let lines = journal.rest().await;
    let closed = r#"disconnect Some(1012) "" Server, in 0 groups"#;
    assert_eq!(lines.iter().filter(|line| *line == closed).count(), 4);
}

#[actix_web::test]
async fn each_client_is_told_when_to_come_back() {
    let site = Site::start_with(Driver::OwnSocket, SocketOptions::new(), |server| {
        server.retry_within(Duration::from_secs(30))
    });
    let mut clients = Vec::new();
    for _ in 0..8 {
        clients.push(site.open("/ws/accept/").await);
    }
    let closing = async {
        let mut moments = Vec::new();
        for mut client in clients {
            let (_, payload) = client.receive().await.expect("a Close");
            client.send(CLOSE, &payload[..2]).await;
            let reason = std::str::from_utf8(&payload[2..]).unwrap();
            let (name, after) = reason.split_once('=').unwrap();
            assert_eq!(name, "retry-after-ms");
            moments.push(after.parse::<u32>().unwrap());
        }
        moments
    };
    let ((), mut moments) = tokio::join!(site.handle.stop(true), closing);
    moments.sort_unstable();
    assert!(moments.iter().all(|after| *after <= 30_000));
    moments.dedup();
    assert!(moments.len() > 1, "all at once: {moments:?}");
}

#[actix_web::test]
async fn a_peer_that_does_not_answer_the_close_delays_no_stop() {
    let options = SocketOptions::new().close_timeout(Duration::from_millis(50));
    let site = Site::start(Driver::OwnSocket, options);
    let _deaf = site.open("/ws/accept/").await;
    let started = Instant::now();
    site.handle.stop(true).await;
    assert!(started.elapsed() < Duration::from_secs(10));
}

#[actix_web::test]
async fn a_handler_that_hangs_is_cut_off_at_the_deadline() {
    let site = Site::start_with(Driver::OwnSocket, SocketOptions::new(), |server| {
        server.shutdown_timeout(Duration::from_secs(1))
    });
    let mut client = site.open("/ws/accept/").await;
    client.text("hang").await;
    let started = Instant::now();
    site.handle.stop(true).await;
    assert!(started.elapsed() < Duration::from_secs(10));
    while client.receive().await.is_some() {}
}

#[actix_web::test]
async fn handshakes_are_not_accepted_while_the_server_stops() {
    let site = Site::start(
        Driver::OwnSocket,
        SocketOptions::new().close_timeout(PATIENCE),
    );
    let mut open = site.open("/ws/accept/").await;
    let mut late = Client::dial(site.address).await;
    let (status, _) = late.request("GET / HTTP/1.1\r\nHost: x\r\n\r\n").await;
    assert_eq!(status, 200, "the premise: the connection is served");
    late.drop_body("a page").await;
    let knocking = async {
        let close = open.receive().await.expect("the Close of the stop");
        assert_eq!(close.1, 1012_u16.to_be_bytes());
        assert_eq!(late.handshake("/ws/accept/", "").await.0, 503);
        drop(late);
        open.send(CLOSE, &close.1).await;
        drop(open);
    };
    tokio::join!(site.handle.stop(true), knocking);
}
