//! The claims themselves, in the order of the page.

use super::Bound::{self, AtLeast, AtMost};
use super::Figure::{self, Of, Relation};
use crate::campaign::experiments::{OUR_HANDLERS, OURS};

/// What is claimed, of which experiment, by which figure, within which bound, and the digits of both.
pub(super) type Said = (&'static str, &'static str, Figure, Bound, usize);

const COST: &str = "cpu_s_per_million";
const ACTORS: &str = "actix-web-actors";

pub(super) const FRAMEWORK: [Said; 16] = [
    (
        "CPU per delivery, of that of actix-web-actors",
        "cpu",
        Relation(OURS, ACTORS, COST),
        AtMost(0.75),
        2,
    ),
    (
        "CPU per delivery, of that of axum",
        "cpu",
        Relation(OURS, "axum", COST),
        AtMost(0.95),
        2,
    ),
    (
        "CPU per delivery, of that of Django Channels on uvicorn",
        "cpu",
        Relation(OURS, "Django Channels on uvicorn", COST),
        AtMost(0.05),
        3,
    ),
    (
        "CPU per delivery through consumers' handlers, of that of actix-web-actors",
        "cpu",
        Relation(OUR_HANDLERS, ACTORS, COST),
        AtMost(0.9),
        2,
    ),
    (
        "2,000,000 deliveries per second offered: delivered, %",
        "offered-2000",
        Of(OURS, "delivered_percent"),
        AtLeast(100.0),
        1,
    ),
    (
        "The same: out of order",
        "offered-2000",
        Of(OURS, "out_of_order"),
        AtMost(0.0),
        0,
    ),
    (
        "The same: p99, ms",
        "offered-2000",
        Of(OURS, "p99_ms"),
        AtMost(50.0),
        1,
    ),
    (
        "Idle connection, KiB",
        "idle",
        Of(OURS, "kib_per_socket"),
        AtMost(2.0),
        2,
    ),
    (
        // 10 s, and what 1 MiB takes at 640 KiB/s; the kernel's own buffers are not allowed for.
        "Ten stalled members: all cut, s after the first message",
        "stall",
        Of(OURS, "all_cut_s"),
        AtMost(11.6),
        1,
    ),
    (
        "The same: lost by the others",
        "stall",
        Of(OURS, "lost"),
        AtMost(0.0),
        0,
    ),
    (
        "The same: KiB kept at the end",
        "stall",
        Of(OURS, "kept_kib"),
        AtMost(2048.0),
        0,
    ),
    (
        "Deliveries per second of two workers, of those of one",
        "workers",
        Relation("two workers", "one worker", "deliveries_per_s"),
        AtLeast(1.0),
        2,
    ),
    (
        "Two workers: out of order",
        "workers",
        Of("two workers", "out_of_order"),
        AtMost(0.0),
        0,
    ),
    (
        "Deliveries per second through handlers of two workers, of those of one",
        "workers",
        Relation(
            "two workers, through handlers",
            "one worker, through handlers",
            "deliveries_per_s",
        ),
        AtLeast(1.0),
        2,
    ),
    (
        "The same: out of order",
        "workers",
        Of("two workers, through handlers", "out_of_order"),
        AtMost(0.0),
        0,
    ),
    (
        "Idle socket of somebody who is signed in to Parlour, KiB",
        "signed-in",
        Of("signed-in sockets", "kib_per_socket"),
        AtMost(4.0),
        2,
    ),
];

pub(super) const PARLOUR: [Said; 7] = [
    (
        "Durable posts per second of 50 people",
        "post",
        Of("5,500/s", "stored_per_s"),
        AtLeast(5000.0),
        0,
    ),
    (
        "500 posts per second: sent to received, p50 ms",
        "post",
        Of("500/s", "p50_ms"),
        AtMost(5.0),
        1,
    ),
    (
        "The same: p99 ms",
        "post",
        Of("500/s", "p99_ms"),
        AtMost(30.0),
        1,
    ),
    (
        "Log-in pages per second on one core",
        "browse",
        Of("log-in page", "requests_per_s"),
        AtLeast(5000.0),
        0,
    ),
    (
        "Room pages of 50 messages per second on one core",
        "browse",
        Of("room page", "requests_per_s"),
        AtLeast(1500.0),
        0,
    ),
    (
        "Resident memory of Parlour without connections, KiB",
        "resident",
        Of("100 people", "fresh_kib"),
        AtMost(15.0 * 1024.0),
        0,
    ),
    (
        "The same with 100 sockets of people who are signed in, KiB",
        "resident",
        Of("100 people", "after_kib"),
        AtMost(20.0 * 1024.0),
        0,
    ),
];

/// What a step may cost more than its size says before it counts as worse than linear: runs differ
/// by that much.
const LINEAR: Bound = AtMost(1.25);

pub(super) const GROWTH: [Said; 7] = [
    (
        "CPU per delivery: 100 members, of that of 10",
        "members",
        Relation("100", "10", COST),
        LINEAR,
        2,
    ),
    (
        "CPU per delivery: 1,000 members, of that of 100",
        "members",
        Relation("1,000", "100", COST),
        LINEAR,
        2,
    ),
    (
        "CPU per delivery: 10,000 members, of that of 1,000",
        "members",
        Relation("10,000", "1,000", COST),
        LINEAR,
        2,
    ),
    (
        "CPU per delivery: 10 rooms, of that of one",
        "rooms",
        Relation("10", "1", COST),
        LINEAR,
        2,
    ),
    (
        "CPU per delivery: 100 rooms, of that of 10",
        "rooms",
        Relation("100", "10", COST),
        LINEAR,
        2,
    ),
    (
        "CPU per delivery: 1,000 rooms, of that of 100",
        "rooms",
        Relation("1,000", "100", COST),
        LINEAR,
        2,
    ),
    (
        "Newest page: 1,000,000 stored messages, of the time with 1,000",
        "stored",
        Relation("1,000,000", "1,000", "p50_ms"),
        LINEAR,
        2,
    ),
];
