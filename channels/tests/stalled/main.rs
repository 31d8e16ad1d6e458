//! Many clients that stop reading beside as many that chat: the healthy lose nothing, the stalled
//! are gone soon, and the server's memory stays within bounds.
//!
//! The server is a process of its own, so that its memory is its own. By environment variable:
//! `STALLED` and `HEALTHY` clients (30 of each unless set), messages of `MESSAGE_BYTES` (32,768).
//!
//! `STALLED=1000 HEALTHY=1000 cargo test -p parlour-channels --test stalled -- --nocapture`

#![expect(
    clippy::print_stdout,
    reason = "what is measured is for people, and a process tells another its address"
)]

mod crowd;
mod site;

use std::process::ExitCode;
use std::time::{Duration, Instant};

use actix_web::rt::System;
use libtest_mimic::{Arguments, Trial};

use crowd::{Healthy, stall};
use site::{DRIVER, Site};

/// The default limit of a connection's outbox.
const OUTBOX_BYTES: usize = 1024 * 1024;

/// From the moment at which more was sent to each client than it may leave unread.
const GONE_WITHIN: Duration = Duration::from_secs(10);

/// Sent to each before they must be gone, however fast that was: what kernels take, and 256 events
/// in a channel.
const ENOUGH_BYTES: usize = 16 * 1024 * 1024;

/// The memory that a stalled reader may take: a part of an outbox, and buffers. The events that
/// wait for it are everybody's.
const STALLED_BYTES: usize = 512 * 1024;
const SHARED_BYTES: usize = 64 * 1024 * 1024;

fn number(name: &str, default: usize) -> usize {
    let set = std::env::var(name);
    set.map_or(default, |text| text.parse().expect("a number"))
}

async fn chat_beside_stalled_readers(driver: &str) {
    let (stalled, healthy) = (number("STALLED", 30), number("HEALTHY", 30));
    let message_bytes = number("MESSAGE_BYTES", 32 * 1024);
    let site = Site::start(driver);
    let mut crowd = Healthy::open(site.address, healthy).await;
    crowd.round(0).await;
    let idle = site.peak_bytes();
    let mut sleepers = Vec::new();
    for _ in 0..stalled {
        sleepers.push(stall(site.address).await);
    }
    assert_eq!(site.connections().await, stalled + healthy, "the premise");

    let (mut sent, mut over_since) = (0, None);
    let started = Instant::now();
    while site.connections().await > healthy {
        assert!(sent < ENOUGH_BYTES, "the stalled readers stay");
        crowd.round(message_bytes).await;
        sent += message_bytes;
        if sent > OUTBOX_BYTES {
            over_since.get_or_insert_with(Instant::now);
        }
    }
    let gone_after = over_since.map_or(Duration::ZERO, |since| since.elapsed());
    let (all, peak) = (started.elapsed(), site.peak_bytes());
    println!(
        "{driver}: {stalled} stalled readers gone after {all:.2?}, {gone_after:.2?} past 1 MiB each; \
         {sent} bytes heard by each of {healthy} healthy ones; peak memory {} MiB, {} MiB before",
        peak >> 20,
        idle >> 20,
    );
    assert!(gone_after <= GONE_WITHIN, "gone after {gone_after:?}");
    assert!(peak <= idle + stalled * STALLED_BYTES + SHARED_BYTES);
    // The healthy count their own messages: not one is missing, twice there or out of order.
    crowd.round(message_bytes).await;
    assert_eq!(site.connections().await, healthy);
    for sleeper in sleepers {
        sleeper.wakes_up_alone().await;
    }
}

fn main() -> ExitCode {
    if std::env::var(DRIVER).is_ok() {
        System::new().block_on(site::serve());
        return ExitCode::SUCCESS;
    }
    let trial = |name, driver| {
        Trial::test(name, move || {
            System::new().block_on(chat_beside_stalled_readers(driver));
            Ok(())
        })
    };
    let trials = vec![
        trial(
            "stalled_readers_of_own_sockets_go_and_nobody_else_notices",
            "own",
        ),
        trial(
            "stalled_readers_of_mounted_sockets_go_and_nobody_else_notices",
            "mounted",
        ),
    ];
    libtest_mimic::run(&Arguments::from_args(), trials).exit_code()
}
