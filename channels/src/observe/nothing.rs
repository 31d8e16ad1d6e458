//! The `metrics` facade without the feature of that name: nothing is counted, and nothing is built.
//!
//! The macros take what those of the facade take where `observe/mod.rs` calls them.

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
