//! A consumer that fails, panics or hangs on a real socket: its client learns of it at once, and
//! nobody else at all.

use std::time::{Duration, Instant};

use channels::SocketOptions;

use super::DRIVER;
use crate::scripted::{group, message};
use crate::sockets::{CLOSE, Client, PING, PONG, Site};

/// Less than any time-out that could have ended the wait, also on a busy machine.
const AT_ONCE: Duration = Duration::from_secs(4);

/// All connections on one thread, so that whatever one does could hurt the other.
fn site(options: SocketOptions) -> Site {
    Site::start_with(DRIVER, options, |server| server.workers(1))
}

async fn say(site: &Site, text: &str) -> usize {
    let report = site.layer.group_send(&group("tea"), message(text)).await;
    let report = report.expect("a layer that works");
    assert_eq!(report.dropped, 0);
    report.delivered
}

async fn expect_1011(client: &mut Client, cause: &str) {
    let asked = Instant::now();
    let (first, payload) = client.receive().await.expect("a Close before the end");
    let expected = (CLOSE, 1011_u16.to_be_bytes().to_vec());
    assert_eq!((first, payload), expected, "{cause}");
    assert!(asked.elapsed() < AT_ONCE, "{cause}: {:?}", asked.elapsed());
}

#[actix_web::test]
async fn a_member_that_fails_or_panics_is_told_at_once_and_missed_by_nobody() {
    let mut site = site(SocketOptions::new());
    let mut healthy = site.open("/ws/accept/?group=tea").await;
    for command in ["fail", "panic"] {
        let mut failing = site.open("/ws/accept/?group=tea").await;
        assert_eq!(
            say(&site, "both?").await,
            2,
            "the premise: both are members"
        );
        assert_eq!(failing.receive_text().await, "heard both?");
        failing.text(command).await;
        expect_1011(&mut failing, command).await;
        let left = r#"disconnect Some(1011) "" Server, in 0 groups"#;
        assert_eq!(site.journal.next().await, left);
        assert_eq!(site.journal.next().await, "dropped");
        assert_eq!(say(&site, "alone").await, 1, "the group is clean");
        assert_eq!(healthy.receive_text().await, "heard both?");
        assert_eq!(healthy.receive_text().await, "heard alone");
    }
    healthy.text("still here").await;
    assert_eq!(healthy.receive_text().await, "still here");
}

#[actix_web::test]
async fn an_event_that_makes_every_member_panic_costs_no_stranger_anything() {
    let site = site(SocketOptions::new());
    let mut stranger = site.open("/ws/accept/?group=coffee").await;
    let mut members = Vec::new();
    for _ in 0..3 {
        members.push(site.open("/ws/accept/?group=tea").await);
    }
    assert_eq!(say(&site, "panic").await, 3);
    for member in &mut members {
        expect_1011(member, "an event").await;
    }
    while say(&site, "anyone?").await > 0 {
        tokio::task::yield_now().await;
    }
    stranger.text("still here").await;
    assert_eq!(stranger.receive_text().await, "still here");
}

#[actix_web::test]
async fn a_handler_that_waits_delays_nobody_else() {
    let options = SocketOptions::new().handler_grace(Duration::from_millis(50));
    let mut site = site(options);
    let mut waiting = site.open("/ws/accept/?group=tea").await;
    waiting.text("hang").await;
    let started = Instant::now();
    let mut healthy = site.open("/ws/accept/?group=tea").await;
    for number in 0..100 {
        let text = number.to_string();
        assert_eq!(say(&site, &text).await, 2, "what comes for it waits for it");
        assert_eq!(healthy.receive_text().await, format!("heard {text}"));
        healthy.text(&text).await;
        assert_eq!(healthy.receive_text().await, text);
    }
    assert!(started.elapsed() < Duration::from_secs(5));
    waiting.send(PING, b"there?").await;
    assert_eq!(waiting.receive().await, Some((PONG, b"there?".to_vec())));
    drop(waiting);
    assert!(site.journal.next().await.starts_with("disconnect"));
    assert_eq!(site.journal.next().await, "dropped");
    assert_eq!(say(&site, "alone").await, 1, "the group is clean");
}

#[actix_web::test]
async fn a_connect_that_fails_or_panics_is_a_500_at_once_and_leaves_its_groups() {
    let mut site = site(SocketOptions::new());
    for path in ["/ws/broken/?group=tea", "/ws/panic/?group=tea"] {
        let mut client = Client::dial(site.address).await;
        let asked = Instant::now();
        assert_eq!(client.handshake(path, "").await.0, 500, "{path}");
        assert!(asked.elapsed() < AT_ONCE, "{path}");
        let body = client.rest().await;
        assert_eq!(body, "Internal server error", "no cause is shown");
        assert!(
            site.journal
                .next()
                .await
                .starts_with("disconnect Some(1006)")
        );
        assert_eq!(site.journal.next().await, "dropped");
        assert_eq!(say(&site, "anyone?").await, 0);
    }
}

#[actix_web::test]
async fn a_disconnect_that_panics_leaves_its_groups_and_hurts_nobody() {
    let mut site = site(SocketOptions::new());
    let mut healthy = site.open("/ws/accept/?group=tea").await;
    drop(site.open("/ws/clumsy/?group=tea").await);
    assert!(site.journal.next().await.starts_with("disconnect"));
    assert_eq!(site.journal.next().await, "dropped");
    assert_eq!(say(&site, "alone").await, 1);
    assert_eq!(healthy.receive_text().await, "heard alone");
}
