//! Black-box checker of the promise "nothing is lost, nothing is doubled, nobody sees what is not
//! theirs". It runs the real program under load, disturbs it, and compares the journals of all clients
//! with the database file. `scripts/durability` runs the short part, `scripts/durability --long` all.
//!
//! [`writer`] and [`reader`] are the clients, [`journal`] is what they note, [`stored`] is what the file
//! says and [`verdict`] compares. Each disturbance has a file with its tests.

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

/// Refusals that show that the writers try again and again.
const REFUSALS: usize = 12;
/// The time between two requests of each of the nine writers: about fifty a second in all.
const PACE: Duration = Duration::from_millis(180);
