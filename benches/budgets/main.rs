//! Measures pages and the server against their budgets (docs/budgets.md): with the real program and
//! real Chromium, in one table. `scripts/budgets` builds what this needs and runs it; words after
//! it choose rows, as in `scripts/budgets keys memory`.

// Also makes clippy check the helpers of the tests here.
#![cfg(test)]

use std::{
    env,
    io::{self, Write as _},
};

use report::Row;

#[path = "../../tests/browser/chromedriver.rs"]
mod chromedriver;
mod opening;
#[expect(dead_code, reason = "the browser tests do more with it")]
#[path = "../../tests/browser/people.rs"]
mod people;
#[expect(dead_code, reason = "the browser tests do more with it")]
#[path = "../../tests/browser/profile.rs"]
mod profile;
mod receiving;
mod report;
#[expect(dead_code, reason = "the browser tests do more with it")]
#[path = "../../tests/browser/screen.rs"]
mod screen;
mod server;
mod sockets;
#[expect(dead_code, unused_imports, reason = "the tests do more with it")]
#[path = "../../tests/stage/mod.rs"]
mod stage;
mod talk;
mod typing;
#[expect(dead_code, reason = "the browser tests do more with it")]
#[path = "../../tests/browser/wire.rs"]
mod wire;

const GROUPS: &str = "sizes cold keys sending missed switching hours long-room memory";

#[tokio::main(flavor = "current_thread")]
async fn main() -> io::Result<()> {
    if env::var_os("PARLOUR_PROGRAM").is_none() {
        return writeln!(io::stderr(), "scripts/budgets runs this");
    }
    let chosen: Vec<_> = env::args()
        .skip(1)
        .filter(|word| word != "--bench")
        .collect();
    let groups: Vec<_> = GROUPS.split(' ').collect();
    if let Some(word) = chosen.iter().find(|word| !groups.contains(&word.as_str())) {
        return writeln!(io::stderr(), "{word} is none of {GROUPS}");
    }
    let load_before = report::load();
    let mut rows = Vec::new();
    for group in groups {
        if chosen.is_empty() || chosen.iter().any(|word| word == group) {
            writeln!(io::stderr(), "== {group}")?;
            rows.extend(measure(group).await);
        }
    }
    report::print(&rows, &load_before)
}

async fn measure(group: &str) -> Vec<Row> {
    match group {
        "sizes" => opening::sizes().await,
        "cold" => opening::cold().await,
        "keys" => typing::keys().await,
        "sending" => typing::sending().await,
        "missed" => receiving::missed().await,
        "switching" => opening::switching().await,
        "hours" => receiving::hours().await,
        "long-room" => server::long_room().await,
        _ => server::memory().await,
    }
}
