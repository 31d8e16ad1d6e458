//! What this app says on the channel layer after a change is committed.

use channels::{GroupName, Layer};
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

/// To whoever keeps something that others see of a person.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type")]
pub enum SwitchEvent {
    /// The person shows how far they have read from now on, or does not any more.
    #[serde(rename = "switch.seen")]
    Seen {
        /// Who.
        user: UserId,
    },
}

/// The group that hears of every switch.
pub fn switch_group() -> GroupName {
    GroupName::encode("switches")
}

/// Tells the person's own pages and, if others see something else from now on, whoever cares.
pub(super) async fn announce(
    layer: &Layer,
    user: UserId,
    (before, preferences): (Preferences, Preferences),
) -> Result<()> {
    if before.seen != preferences.seen {
        let switched = SwitchEvent::Seen { user };
        layer.group_send(&switch_group(), switched).await?;
    }
    let changed = PreferencesEvent::Changed { preferences };
    layer.group_send(&user_group(user), changed).await?;
    Ok(())
}
