//! The chat of the Channels tutorial, on our framework and on others.

use super::{Case, Column, Experiment, column};
use crate::campaign::subject::{
    ACTIX_ACTORS, AXUM, CHANNELS, CHANNELS_TWO_WORKERS, HANDLERS, HANDLERS_TWO_WORKERS, MOUNTED,
    NODE, Subject, UVICORN,
};

pub(in crate::campaign) const OURS: &str = "channels";
pub(in crate::campaign) const OUR_HANDLERS: &str = "channels, through handlers";

/// Those that take part in everything.
const PEERS: [(&str, Subject); 6] = [
    (OURS, CHANNELS),
    (OUR_HANDLERS, HANDLERS),
    ("channels, mounted", MOUNTED),
    ("axum", AXUM),
    ("actix-web-actors", ACTIX_ACTORS),
    ("Node ws", NODE),
];

/// What they were made after, at a rate that it can do.
const DJANGO: [(&str, Subject); 1] = [("Django Channels on uvicorn", UVICORN)];

pub(super) fn experiments() -> Vec<Experiment> {
    vec![
        cpu(),
        offered(
            "offered-400",
            "400,000 deliveries per second offered",
            "rate --sockets 1000 --rate 400 --seconds {seconds}",
        ),
        offered(
            "offered-2000",
            "2,000,000 deliveries per second offered",
            "rate --sockets 1000 --rate 2000 --seconds {seconds}",
        ),
        idle(),
        stall(),
        workers(),
    ]
}

fn cpu() -> Experiment {
    let load = "rate --sockets 1000 --rate 50 --seconds {seconds}";
    let ours = PEERS.map(|(label, subject)| Case::new(label, subject, load).for_seconds(7.0));
    let load = "rate --sockets 1000 --rate 1 --seconds {seconds}";
    let django = DJANGO.map(|(label, subject)| Case::new(label, subject, load).for_seconds(5.0));
    Experiment {
        name: "cpu",
        title: "CPU time of a delivery",
        about: "A room of 1,000 members hears 50 messages per second, which every server can do, \
                with the exception of Django Channels: it gets one message per second. CPU time is \
                user and system time of the server's process; a delivery is one message received \
                by one member.",
        cases: ours.into_iter().chain(django).collect(),
        columns: vec![
            column("cpu_s_per_million", "CPU s per million", 1),
            column("p50_ms", "p50 ms", 1),
            column("p99_ms", "p99 ms", 1),
            column("delivered_percent", "delivered %", 1),
            column("peak_kib", "peak KiB", 0),
        ],
        relation: Some(("cpu_s_per_million", &[OURS, OUR_HANDLERS])),
        most_rounds: u32::MAX,
    }
}

fn offered(name: &'static str, title: &'static str, load: &str) -> Experiment {
    let case = |(label, subject)| Case::new(label, subject, load).for_seconds(3.0);
    Experiment {
        name,
        title,
        about: "A room of 1,000 members on one worker. Latency counts from the moment at which a \
                message was due; whatever has not come five seconds after the last one is not \
                delivered. A server that falls behind is shown by what it delivers and by its \
                memory.",
        cases: PEERS.map(case).into(),
        columns: vec![
            column("delivered_percent", "delivered %", 1),
            column("out_of_order", "out of order", 0),
            column("deliveries_per_s", "deliveries/s", 0),
            column("p50_ms", "p50 ms", 1),
            column("p99_ms", "p99 ms", 1),
            column("peak_kib", "peak KiB", 0),
            column("still_open", "still open", 0),
        ],
        relation: None,
        most_rounds: u32::MAX,
    }
}

fn idle() -> Experiment {
    let idle = |(label, subject), load| Case::new(label, subject, load).for_seconds(2.0);
    let case = |peer| idle(peer, "idle --sockets {sockets} --seconds {seconds}");
    // They take a minute to let ten thousand in, and drop the first ones meanwhile.
    let django = |peer| idle(peer, "idle --sockets 1000 --seconds {seconds}");
    // A handler that hears nothing costs what it costs without.
    let others = PEERS
        .into_iter()
        .filter(|(label, _)| *label != OUR_HANDLERS);
    Experiment {
        name: "idle",
        title: "Memory of a connection in which nothing happens",
        about: "Growth of resident memory between the first 100 connections and all, in 100 \
                rooms, divided by their number. What the kernel keeps for a connection is the same \
                for all and not in it.",
        cases: others.map(case).chain(DJANGO.map(django)).collect(),
        columns: vec![
            column("kib_per_socket", "KiB per connection", 2),
            column("sockets", "connections", 0),
            column("still_open", "still open", 0),
            column("after_kib", "all KiB", 0),
        ],
        relation: None,
        most_rounds: u32::MAX,
    }
}

fn stall() -> Experiment {
    let load = "stall --healthy 100 --stalled 10 --rate 20 --payload 32768 --seconds {seconds}";
    let case = |(label, subject)| Case::new(label, subject, load).for_seconds(15.0);
    // Those that differ in how they hold what cannot be sent.
    let labels = [OURS, "channels, mounted", "axum", "actix-web-actors"];
    let compared = PEERS
        .into_iter()
        .filter(|(label, _)| labels.contains(label));
    Experiment {
        name: "stall",
        title: "Members that stop reading",
        about: "A room of 110, into which 20 messages of 32 KiB per second are sent; ten members \
                read nothing. Memory and order of the others, and when the server's side of all \
                ten is closed (— is never, while the run lasted). The time includes that in which \
                the kernel's own buffers fill, some megabytes of each connection.",
        cases: compared.map(case).collect(),
        columns: vec![
            column("all_cut_s", "all cut after s", 1),
            column("lost", "lost by the others", 0),
            column("p99_ms", "p99 ms", 1),
            column("before_kib", "before KiB", 0),
            column("most_kib", "most KiB", 0),
            column("after_kib", "after KiB", 0),
            column("kept_kib", "kept KiB", 0),
        ],
        relation: None,
        most_rounds: u32::MAX,
    }
}

fn workers() -> Experiment {
    let load = "rate --sockets 1000 --rooms 100 --rate 120000 --seconds {seconds}";
    let case = |label, subject| Case {
        pinned: false,
        ..Case::new(label, subject, load).for_seconds(3.0)
    };
    Experiment {
        name: "workers",
        title: "Two workers against one",
        about: "100 rooms of 10, 1.2 million deliveries per second offered, and no process pinned. \
                The generator shares the cores with the server, so that on two cores two workers \
                have less than two, and gain only where one is not enough.",
        cases: vec![
            case("one worker", CHANNELS),
            case("two workers", CHANNELS_TWO_WORKERS),
            case("one worker, through handlers", HANDLERS),
            case("two workers, through handlers", HANDLERS_TWO_WORKERS),
        ],
        columns: vec![
            DELIVERIES,
            column("delivered_percent", "delivered %", 1),
            column("out_of_order", "out of order", 0),
            column("p99_ms", "p99 ms", 0),
        ],
        relation: Some((
            DELIVERIES.key,
            &["two workers", "two workers, through handlers"],
        )),
        most_rounds: u32::MAX,
    }
}

const DELIVERIES: Column = column("deliveries_per_s", "deliveries/s", 0);
