//! Who comes or speaks too often.

use std::net::SocketAddr;
use std::num::NonZeroUsize;
use std::time::Duration;

use channels::limits::{FrameLimiter, RateLimit};
use channels::routing::Endpoint;
use channels::security::WebsocketDenier;
use channels::{Deny, IntoEndpoint as _, Scope};

/// Lets everyone in whom the limit lets through.
fn limited(limit: RateLimit) -> Endpoint {
    (|_: &Scope| WebsocketDenier).wrap(limit)
}

async fn comes(app: &Endpoint, address: Option<&str>) -> Result<(), Deny> {
    let address: Option<SocketAddr> = address.map(|address| address.parse().expect("an address"));
    let scope = Scope::builder("/").client(address).build();
    app.call(scope).await.map(drop)
}

fn retry_after(deny: Deny) -> String {
    let denied = channels::testing::Denied::from(deny);
    assert_eq!(denied.status, 429);
    let header = denied
        .headers
        .into_iter()
        .find(|(name, _)| name == "retry-after");
    header.expect("a time to come back").1
}

#[tokio::test(start_paused = true)]
async fn handshakes_of_one_address_are_limited_and_come_back_with_time() {
    let app = limited(RateLimit::new(2, Duration::from_secs(60)));
    for port in 1..=2 {
        comes(&app, Some(&format!("192.0.2.1:{port}")))
            .await
            .unwrap();
    }
    let deny = comes(&app, Some("192.0.2.1:3")).await.unwrap_err();
    assert_eq!(retry_after(deny), "31");
    assert!(
        comes(&app, Some("192.0.2.2:1")).await.is_ok(),
        "others are let in"
    );
    tokio::time::advance(Duration::from_secs(20)).await;
    let deny = comes(&app, Some("192.0.2.1:3")).await.unwrap_err();
    assert_eq!(retry_after(deny), "11");
    tokio::time::advance(Duration::from_secs(11)).await;
    assert!(comes(&app, Some("192.0.2.1:3")).await.is_ok());
    assert!(
        comes(&app, Some("192.0.2.1:3")).await.is_err(),
        "one came back, not two"
    );
}

#[tokio::test(start_paused = true)]
async fn a_network_of_ipv6_is_one_place_and_no_address_is_not_limited() {
    let app = limited(RateLimit::new(1, Duration::from_secs(60)));
    assert!(comes(&app, Some("[2001:db8:0:1::1]:1")).await.is_ok());
    assert!(comes(&app, Some("[2001:db8:0:1:ffff::2]:1")).await.is_err());
    assert!(comes(&app, Some("[2001:db8:0:2::1]:1")).await.is_ok());
    assert!(comes(&app, Some("192.0.2.7:1")).await.is_ok());
    assert!(
        comes(&app, Some("[::ffff:192.0.2.7]:1")).await.is_err(),
        "the same address"
    );
    for _ in 0..3 {
        assert!(comes(&app, None).await.is_ok());
    }
}

#[tokio::test(start_paused = true)]
async fn the_key_can_be_chosen_and_the_place_that_is_free_soonest_is_forgotten() {
    let by_path = |scope: &Scope| {
        let path = scope.path().to_owned();
        (path != "/free").then_some(path)
    };
    let limit = RateLimit::new(1, Duration::from_secs(60));
    let app = limited(limit.key(by_path).capacity(NonZeroUsize::new(2).unwrap()));
    let visit = |path: &str| {
        let scope = Scope::builder(path).build();
        let app = app.clone();
        async move { app.call(scope).await.is_ok() }
    };
    assert!(visit("/a").await && !visit("/a").await);
    assert!(visit("/free").await && visit("/free").await);
    for path in ["/b", "/c"] {
        tokio::time::advance(Duration::from_secs(1)).await;
        assert!(visit(path).await);
    }
    assert!(!visit("/c").await);
    assert!(visit("/a").await, "forgotten for /b and /c");
}

#[tokio::test(start_paused = true)]
async fn a_flood_of_places_does_not_lift_the_wait_of_one_and_a_refused_one_forgets_nobody() {
    let by_path = |scope: &Scope| Some(scope.path().to_owned());
    let limit = RateLimit::new(2, Duration::from_secs(60)).key(by_path);
    let app = limited(limit.capacity(NonZeroUsize::new(3).unwrap()));
    let visit = |path: &str| {
        let scope = Scope::builder(path).build();
        let app = app.clone();
        async move { app.call(scope).await.is_ok() }
    };
    assert!(visit("/a").await && visit("/a").await && !visit("/a").await);

    for number in 0..100 {
        assert!(visit(&format!("/flood/{number}")).await);
        assert!(!visit("/a").await, "{number}");
    }
}

#[tokio::test(start_paused = true)]
async fn frames_are_limited_and_refill() {
    let mut frames = FrameLimiter::new(3, Duration::from_secs(3));
    for _ in 0..3 {
        frames.take().unwrap();
    }
    let limited = frames.take().unwrap_err();
    assert_eq!(limited.retry_after, Duration::from_secs(1));
    tokio::time::advance(Duration::from_secs(1)).await;
    frames.take().unwrap();
    frames.take().unwrap_err();
    tokio::time::advance(Duration::from_secs(1000)).await;
    for _ in 0..3 {
        frames.take().unwrap();
    }
    frames.take().unwrap_err();
}

#[tokio::test(start_paused = true)]
async fn a_limit_of_nothing_is_a_limit_of_one() {
    let mut frames = FrameLimiter::new(0, Duration::ZERO);
    frames.take().unwrap();
    tokio::time::advance(Duration::from_millis(1)).await;
    frames.take().unwrap();
}
