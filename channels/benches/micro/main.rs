//! What single operations of the framework cost, without network and runtime around them.
//!
//! `cargo bench -p parlour-channels --bench micro [part of a name]` gives times,
//! `scripts/instructions` counts instructions. How to read both: bench/README.md.

use std::time::Duration;

use criterion::Criterion;

mod frames;
mod json;
mod layers;
mod origins;
mod routing;
mod sessions;
mod steady;

fn main() {
    let mut criterion = Criterion::default()
        .warm_up_time(Duration::from_millis(300))
        .measurement_time(Duration::from_secs(1))
        .configure_from_args();
    steady::measure_nothing(&mut criterion);
    frames::measure(&mut criterion);
    json::measure(&mut criterion);
    layers::measure(&mut criterion);
    origins::measure(&mut criterion);
    routing::measure(&mut criterion);
    sessions::measure(&mut criterion);
    criterion.final_summary();
}
