//! What pages and the server may cost (docs/budgets.md), measured as people meet it: the real program,
//! real Chromium, one table. `scripts/budgets` builds what this needs and runs it; words after it
//! choose rows, as in `scripts/budgets keys memory`.

// So that clippy takes the helpers of the tests here, too.
#![cfg(test)]

use std::{
    env,
    io::{self, Write as _},
};

use report::Row;

#[path = "../../tests/browser/chromedriver.rs"]
mod chromedriver;
mod cold;
mod devtools;
mod hours;
mod keys;
mod long_room;
mod memory;
mod missed;
#[expect(dead_code, reason = "the browser tests do more with it")]
#[path = "../../tests/browser/people.rs"]
mod people;
mod poster;
#[expect(dead_code, reason = "the browser tests do more with it")]
#[path = "../../tests/browser/profile.rs"]
mod profile;
mod report;
#[expect(dead_code, reason = "the browser tests do more with it")]
#[path = "../../tests/browser/screen.rs"]
mod screen;
mod sending;
mod sizes;
#[expect(dead_code, unused_imports, reason = "the tests do more with it")]
#[path = "../../tests/stage/mod.rs"]
mod stage;
mod switching;
mod talk;
mod watching;
#[expect(dead_code, reason = "the browser tests do more with it")]
#[path = "../../tests/browser/wire.rs"]
mod wire;

const GROUPS: [&str; 9] = [
    "sizes",
    "cold",
    "keys",
    "sending",
    "missed",
    "switching",
    "hours",
    "long-room",
    "memory",
];

#[tokio::main(flavor = "current_thread")]
async fn main() -> io::Result<()> {
    if env::var_os("PARLOUR_PROGRAM").is_none() {
        return writeln!(io::stderr(), "scripts/budgets runs this");
    }
    let chosen: Vec<_> = env::args()
        .skip(1)
        .filter(|word| word != "--bench")
        .collect();
    if let Some(word) = chosen.iter().find(|word| !GROUPS.contains(&word.as_str())) {
        return writeln!(io::stderr(), "{word} is none of {}", GROUPS.join(", "));
    }
    let load_before = report::load();
    let mut rows = Vec::new();
    for group in GROUPS {
        if chosen.is_empty() || chosen.iter().any(|word| word == group) {
            writeln!(io::stderr(), "== {group}")?;
            rows.extend(measure(group).await);
        }
    }
    report::print(&rows, &load_before)
}

async fn measure(group: &str) -> Vec<Row> {
    match group {
        "sizes" => sizes::measure().await,
        "cold" => vec![cold::measure().await],
        "keys" => vec![keys::measure().await],
        "sending" => sending::measure().await,
        "missed" => vec![missed::measure().await],
        "switching" => vec![switching::measure().await],
        "hours" => vec![hours::measure().await],
        "long-room" => vec![long_room::measure().await],
        _ => memory::measure().await,
    }
}
