//! The parts that all clients of tests share.

use std::time::Duration;

use crate::scope::Scope;

/// The default time limit of a wait.
pub(super) const DEFAULT_TIMEOUT: Duration = Duration::from_secs(1);

/// How long `receive_nothing` waits.
pub(super) const QUIET: Duration = Duration::from_millis(100);

/// Puts one value into the scope.
pub(super) type Insert = Box<dyn Fn(&mut Scope)>;
