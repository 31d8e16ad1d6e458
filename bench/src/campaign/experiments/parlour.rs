//! Parlour itself: durable posts, pages, memory.

use super::{Case, Experiment, column};
use crate::campaign::subject::PARLOUR;

pub(super) fn experiments() -> Vec<Experiment> {
    vec![post(), browse(), resident(), signed_in()]
}

fn post() -> Experiment {
    let load = |rate| format!("post --people 50 --rate {rate} --seconds {{seconds}}");
    Experiment {
        name: "post",
        title: "Posts that have to last",
        about: "50 people post into 50 conversations over their sockets. A post is stored when its \
                author is told so, after a commit with `synchronous=FULL`; it has arrived when the \
                other one's socket has it. Both count from the moment at which it was due.",
        cases: vec![
            Case::new("500/s", PARLOUR, load(500)).for_seconds(5.0),
            Case::new("5,500/s", PARLOUR, load(5500)).for_seconds(5.0),
        ],
        columns: vec![
            column("stored_per_s", "stored/s", 0),
            column("stored_p50_ms", "stored p50 ms", 1),
            column("stored_p99_ms", "stored p99 ms", 1),
            column("p50_ms", "arrived p50 ms", 1),
            column("p99_ms", "arrived p99 ms", 1),
            column("lost", "lost", 0),
            column("out_of_order", "out of order", 0),
            column("cpu_s_per_million", "CPU s per million", 0),
        ],
        relation: None,
        most_rounds: u32::MAX,
    }
}

fn browse() -> Experiment {
    Experiment {
        name: "browse",
        title: "Pages",
        about: "Requests over eight keep-alive connections, by somebody who is not signed in (the \
                log-in page) and by somebody who is (a room whose page shows 50 messages). The \
                server has one core. Sizes are those of answers that the client did not ask to be \
                compressed.",
        cases: vec![
            Case::new("log-in page", PARLOUR, "browse --seconds {seconds}").for_seconds(4.0),
            Case::new(
                "room page",
                PARLOUR,
                "room --messages 50 --seconds {seconds}",
            )
            .for_seconds(4.0),
        ],
        columns: vec![
            column("requests_per_s", "requests/s", 0),
            column("p50_ms", "p50 ms", 2),
            column("p99_ms", "p99 ms", 2),
            column("cpu_us_per_request", "CPU µs per request", 0),
            column("answer_bytes", "bytes", 0),
        ],
        relation: None,
        most_rounds: u32::MAX,
    }
}

fn resident() -> Experiment {
    Experiment {
        name: "resident",
        title: "Memory of the process",
        about: "Resident memory of a Parlour that has just begun to listen, with a worker for each \
                core, and after 100 people have signed up and each has opened a socket.",
        cases: vec![Case {
            pinned: false,
            ..Case::new(
                "100 people",
                PARLOUR,
                "signed-in --people 100 --seconds {seconds}",
            )
            .for_seconds(2.0)
        }],
        columns: vec![
            column("fresh_kib", "nobody, KiB", 0),
            column("after_kib", "100 sockets, KiB", 0),
        ],
        relation: None,
        most_rounds: u32::MAX,
    }
}

fn signed_in() -> Experiment {
    Experiment {
        name: "signed-in",
        title: "Memory of somebody who is signed in",
        about: "The same as above for sockets of Parlour: everybody has an account, a session and \
                a socket, and nobody says anything. Growth of resident memory while the sockets \
                are opened, divided by their number; the accounts were made before. One round, since \
                ten thousand people have to sign up.",
        cases: vec![
            Case::new(
                "signed-in sockets",
                PARLOUR,
                "signed-in --people {sockets} --seconds {seconds}",
            )
            .for_seconds(2.0),
        ],
        columns: vec![
            column("kib_per_socket", "KiB per socket", 2),
            column("sockets", "sockets", 0),
            column("still_open", "still open", 0),
            column("descriptors_per_socket", "descriptors per socket", 1),
            column("after_kib", "all KiB", 0),
        ],
        relation: None,
        most_rounds: 1,
    }
}
