//! A black-box checker of the promise that no message is lost or duplicated, and nobody sees what
//! they may not see. It runs the real program under load, injects faults, and compares the journals
//! of all clients with the database file. `scripts/durability` runs the short part,
//! `scripts/durability --long` all.

mod connection;
mod full_disk;
mod images;
mod journal;
mod kills;
mod lock;
mod pages;
mod reader;
mod restore;
mod seed;
mod shared;
mod stored;
mod trial;
mod verdict;
mod writer;

use std::{env, time::Duration};

/// Rounds of each disturbance in CI, which gives the whole checker about a minute.
const ROUNDS: usize = 3;
/// The size of a trial: `short` in CI, `long` for `scripts/durability --long`.
fn at_length(short: usize, long: usize) -> usize {
    match env::var_os("DURABILITY_LONG") {
        Some(_) => long,
        None => short,
    }
}

/// A number of refusals that shows that the writers keep retrying.
const REFUSALS: usize = 12;
/// The time between two requests of each of the nine writers: about fifty a second in all.
const PACE: Duration = Duration::from_millis(180);
