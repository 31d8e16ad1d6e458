//! Events to the browser, only to the sockets of the person concerned.

use serde::{Deserialize, Serialize};

/// Events about what happens later.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type")]
pub enum ServerEvent {
    /// A message of the person was scheduled, sent, refused or cancelled. Pages that show that fetch
    /// it again.
    #[serde(rename = "later.changed")]
    Changed {},
}
