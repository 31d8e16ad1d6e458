//! The `metrics` facade without the feature of that name: nothing is counted.
//!
//! The macros accept the same arguments as those of the facade, as far as `observe/mod.rs` uses
//! them.

macro_rules! nothing {
    ($name:expr $(, $label:literal => $value:expr)*) => {{
        $(let _ = &$value;)*
        $crate::observe::nothing::Nothing
    }};
    ($name:expr, $labels:expr) => {{
        let _ = $labels;
        $crate::observe::nothing::Nothing
    }};
}

pub(super) use nothing as counter;
pub(super) use nothing as gauge;
pub(super) use nothing as histogram;

/// A counter, gauge or histogram.
pub(super) struct Nothing;

pub(super) type Gauge = Nothing;

impl Nothing {
    pub(super) fn increment<T>(&self, _: T) {}

    pub(super) fn decrement<T>(&self, _: T) {}

    pub(super) fn record<T>(&self, _: T) {}
}
