//! What this app says on the channel layer after a change is committed.

use channels::Layer;
use serde::{Deserialize, Serialize};

use super::Preferences;
use crate::{
    accounts::{UserId, user_group},
    error::Result,
};

/// To a person's own sockets: you now want it so.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type")]
pub enum PreferencesEvent {
    /// All of them, as they are now.
    #[serde(rename = "preferences.changed")]
    Changed {
        /// All of them.
        preferences: Preferences,
    },
}

pub(super) async fn announce(layer: &Layer, user: UserId, preferences: Preferences) -> Result<()> {
    let changed = PreferencesEvent::Changed { preferences };
    layer.group_send(&user_group(user), changed).await?;
    Ok(())
}
