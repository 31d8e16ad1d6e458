//! The cost of single operations of Parlour, without network and database.
//!
//! `cargo bench --bench micro [part of a name]` gives times, `scripts/instructions` counts
//! instructions. How to read both: bench/README.md.

use std::time::Duration;

use criterion::Criterion;

mod events;
mod formatting;
mod rendering;
#[path = "../../channels/benches/micro/steady.rs"]
mod steady;

fn main() {
    let mut criterion = Criterion::default()
        .warm_up_time(Duration::from_millis(300))
        .measurement_time(Duration::from_secs(1))
        .configure_from_args();
    steady::measure_nothing(&mut criterion);
    events::measure(&mut criterion);
    formatting::measure(&mut criterion);
    rendering::measure(&mut criterion);
    criterion.final_summary();
}
