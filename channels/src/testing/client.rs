//! What all clients of tests share.

use std::time::Duration;

use crate::scope::Scope;

/// How long to wait for anything, unless the `timeout` of a communicator says otherwise.
pub(super) const DEFAULT_TIMEOUT: Duration = Duration::from_secs(1);

/// How long nothing must come for it to count as nothing.
pub(super) const QUIET: Duration = Duration::from_millis(100);

/// Puts one value into the scope.
pub(super) type Insert = Box<dyn Fn(&mut Scope)>;
