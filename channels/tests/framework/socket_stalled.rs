//! A peer that stops reading is disconnected; others are not affected, and nothing leaks.

use std::time::{Duration, Instant};

use channels::SocketOptions;

use super::DRIVER;
use crate::scripted::{Event, group, message, shared};
use crate::sockets::{Client, Site, TEXT, frame};

#[actix_web::test]
async fn a_stalled_reader_is_cut_and_healthy_members_lose_nothing() {
    a_stalled_reader_is_cut(message::<String>, "heard").await;
}

#[actix_web::test]
async fn a_stalled_reader_is_cut_whose_consumer_would_only_send_on() {
    a_stalled_reader_is_cut(shared::<String>, "shared").await;
}

async fn a_stalled_reader_is_cut(event: fn(String) -> Event, way: &str) {
    let mut site = Site::start(DRIVER, SocketOptions::new());
    let mut stalled = Client::dial_narrow(site.address).await;
    assert_eq!(stalled.handshake("/ws/accept/?group=tea", "").await.0, 101);
    let mut healthy = site.open("/ws/accept/?group=tea").await;

    let text = "x".repeat(50_000);
    let mut sent = 0;
    let mut reached = 2;
    // Enough for every buffer on the way and the queues behind them, were it never cut.
    while reached == 2 && sent < 4000 {
        let event = event(format!("{sent} {text}"));
        let report = site.layer.group_send(&group("tea"), event).await;
        reached = report.expect("a layer that sends").delivered;
        let heard = healthy.receive_text().await;
        assert!(
            heard.starts_with(&format!("{way} {sent} ")),
            "{}",
            &heard[..20]
        );
        sent += 1;
    }
    assert_eq!(reached, 1, "the stalled member should be cut");

    assert!(
        site.journal.next().await.starts_with("disconnect"),
        "the stalled one is gone"
    );
    assert_eq!(site.journal.next().await, "dropped");
    let report = site.layer.group_send(&group("tea"), message("after")).await;
    let report = report.expect("a layer that sends");
    assert_eq!((report.delivered, report.dropped), (1, 0));
    assert_eq!(healthy.receive_text().await, "heard after");
}

#[actix_web::test]
async fn a_peer_that_takes_nothing_of_what_waits_for_it_is_cut_in_time() {
    let limit = Duration::from_millis(300);
    let options = SocketOptions::new().send_timeout(limit);
    let mut site = Site::start(DRIVER, options);
    let mut stalled = Client::dial_narrow(site.address).await;
    assert_eq!(stalled.handshake("/ws/accept/?group=tea", "").await.0, 101);
    let mut idle = site.open("/ws/accept/").await;
    let started = Instant::now();
    // More than the kernels take, and less than the channel holds.
    let text = "x".repeat(50_000);
    for _ in 0..60 {
        let event = message(text.as_str());
        let report = site.layer.group_send(&group("tea"), event).await.unwrap();
        assert_eq!(report.dropped, 0);
    }
    let lost = r#"disconnect Some(1006) "" Network, in 0 groups"#;
    assert_eq!(site.journal.next().await, lost);
    assert!(started.elapsed() >= limit);
    idle.text("nothing waits for me").await;
    assert_eq!(idle.receive_text().await, "nothing waits for me");
}

#[actix_web::test]
async fn a_burst_of_large_events_cuts_nobody_who_reads() {
    let site = Site::start(DRIVER, SocketOptions::new());
    let mut member = site.open("/ws/accept/?group=tea").await;
    let text = "x".repeat(40_000);
    for number in 0..100 {
        let event = message(format!("{number} {text}"));
        let report = site.layer.group_send(&group("tea"), event).await.unwrap();
        assert_eq!(report.delivered, 1);
    }
    for number in 0..100 {
        let heard = member.receive_text().await;
        assert!(heard.starts_with(&format!("heard {number} ")));
    }
}

#[actix_web::test]
async fn a_consumer_that_sends_without_end_is_cut() {
    let mut site = Site::start(DRIVER, SocketOptions::new().outbox_bytes(64 * 1024));
    let mut client = site.open("/ws/accept/").await;
    client.text("flood 10000").await;
    while client.receive().await.is_some() {}
    let cut = r#"disconnect Some(1013) "too much to send" Server, in 0 groups"#;
    assert_eq!(site.journal.next().await, cut);
}

#[actix_web::test]
async fn what_a_peer_does_not_read_is_not_answered_further() {
    const COMMANDS: usize = 24;
    let site = Site::start(DRIVER, SocketOptions::new());
    let mut client = Client::dial_narrow(site.address).await;
    assert_eq!(client.handshake("/ws/accept/", "").await.0, 101);
    // Each is answered by 400 KiB. Three answers would fill the outbox, and the fourth cut the
    // connection, were they made before the peer has read.
    let commands: Vec<u8> = (0..COMMANDS)
        .flat_map(|_| frame(TEXT, b"flood 400"))
        .collect();
    client.send_raw(&commands).await;
    for _ in 0..COMMANDS * 400 {
        assert_eq!(client.receive_text().await.len(), 1024);
    }
}

#[cfg(target_os = "linux")]
#[actix_web::test]
async fn the_duplicated_descriptors_go_with_their_connections() {
    let descriptors = || std::fs::read_dir("/proc/self/fd").expect("Linux").count();
    let mut site = Site::start(DRIVER, SocketOptions::new());
    drop(site.open("/ws/accept/").await);
    assert!(site.journal.next().await.starts_with("disconnect"));
    assert_eq!(site.journal.next().await, "dropped");

    let mut clients = Vec::new();
    for _ in 0..50 {
        clients.push(site.open("/ws/accept/").await);
    }
    let during = descriptors();
    drop(clients);
    for _ in 0..2 * 50 {
        site.journal.next().await;
    }
    // Other tests of this process open and close descriptors too; 50 connections are 150.
    let limit = during.saturating_sub(75);
    let freed = async {
        while descriptors() > limit {
            tokio::task::yield_now().await;
        }
    };
    let waited = tokio::time::timeout(crate::scripted::PATIENCE, freed).await;
    assert!(
        waited.is_ok(),
        "{during} descriptors before, {} after",
        descriptors()
    );
}
