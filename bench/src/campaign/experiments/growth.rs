//! How cost grows with members, rooms and stored messages.

use super::{Case, Column, Experiment, column};
use crate::campaign::subject::{CHANNELS, PARLOUR};

const COST: Column = column("cpu_s_per_million", "CPU s per million", 1);
const NEWEST: Column = column("p50_ms", "newest page p50 ms", 2);
const MIDDLE: Column = column("middle_p50_ms", "page in the middle p50 ms", 2);

pub(super) fn experiments() -> Vec<Experiment> {
    vec![members(), rooms(), stored()]
}

fn members() -> Experiment {
    // The fewer hear a message, the longer it takes until the server has used time to speak of.
    let sizes = [
        ("10", 10, 16.0),
        ("100", 100, 8.0),
        ("1,000", 1000, 5.0),
        ("10,000", 10_000, 5.0),
    ];
    let case = |(label, members, seconds): (_, u32, _)| {
        let load = format!("rate --sockets {members} --rate 20 --seconds {{seconds}}");
        Case::new(label, CHANNELS, load).for_seconds(seconds)
    };
    Experiment {
        name: "members",
        title: "Growth: members of one room",
        about: "20 messages per second to ever more members, on `channels`. As long as the cost of \
                a delivery does not grow, that of a message grows with its members and no faster.",
        cases: sizes.map(case).into(),
        columns: loads(),
        relation: None,
        most_rounds: u32::MAX,
    }
}

fn rooms() -> Experiment {
    let sizes = [
        ("1", 1, 16.0),
        ("10", 10, 8.0),
        ("100", 100, 5.0),
        ("1,000", 1000, 5.0),
    ];
    let case = |(label, rooms, seconds): (_, u32, _)| {
        let (sockets, rate) = (rooms * 10, rooms * 10);
        let load =
            format!("rate --sockets {sockets} --rooms {rooms} --rate {rate} --seconds {{seconds}}");
        Case::new(label, CHANNELS, load).for_seconds(seconds)
    };
    Experiment {
        name: "rooms",
        title: "Growth: rooms of ten",
        about: "Ever more rooms of ten members, each with ten messages per second, on `channels`. \
                As long as the cost of a delivery does not grow, that of all grows with the rooms \
                and no faster.",
        cases: sizes.map(case).into(),
        columns: loads(),
        relation: None,
        most_rounds: u32::MAX,
    }
}

fn loads() -> Vec<Column> {
    vec![
        COST,
        column("p50_ms", "p50 ms", 2),
        column("p99_ms", "p99 ms", 2),
        column("delivered_percent", "delivered %", 1),
        column("peak_kib", "peak KiB", 0),
    ]
}

fn stored() -> Experiment {
    let sizes = [
        ("1,000", 1000),
        ("10,000", 10_000),
        ("100,000", 100_000),
        ("1,000,000", 1_000_000),
    ];
    let case = |(label, messages): (_, u32)| {
        let load = format!(
            "room --conversations 10 --messages {messages} --connections 1 --seconds {{seconds}}"
        );
        let case = Case::new(label, PARLOUR, load).for_seconds(2.0);
        Case {
            lengthy: messages > 10_000,
            ..case
        }
    };
    Experiment {
        name: "stored",
        title: "Growth: stored messages",
        about: "Ten conversations of Parlour that hold ever more messages together, all of them posted \
                over sockets. The newest page of one of them and the page in the middle of its \
                history are asked for over one connection. One round, since filling takes minutes.",
        cases: sizes.map(case).into(),
        columns: vec![
            NEWEST,
            column("p99_ms", "newest page p99 ms", 2),
            MIDDLE,
            column("middle_p99_ms", "page in the middle p99 ms", 2),
            column("filled_per_s", "stored/s while filling", 0),
            column("resident_kib", "resident KiB", 0),
        ],
        relation: None,
        most_rounds: 1,
    }
}
