//! How an operation is measured: as it is after its first time. Also part of Parlour's own
//! benchmarks.

use criterion::Criterion;

/// Measures `operation` under a name `topic/what/size`.
///
/// It has run once before: what is made at the first use, as a table of a regular expression, is
/// no part of an operation, least of all where instructions of a single run are counted.
///
/// Never inlined: `scripts/instructions` counts from one return of it to the next.
#[inline(never)]
pub(crate) fn measure<O>(criterion: &mut Criterion, name: &str, mut operation: impl FnMut() -> O) {
    operation();
    criterion.bench_function(name, |bencher| bencher.iter(&mut operation));
}

/// What measuring costs by itself; `scripts/instructions` takes it off everything else.
pub(crate) fn measure_nothing(criterion: &mut Criterion) {
    measure(criterion, "nothing", || ());
}
