//! Messages of this app on the channel layer, sent after the commit.

use channels::{GroupName, Layer};
use serde::{Deserialize, Serialize};

use super::Preferences;
use crate::{
    accounts::{UserId, user_group},
    error::Result,
};

/// Messages to a person's own sockets.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type")]
pub enum PreferencesEvent {
    /// The preferences changed.
    #[serde(rename = "preferences.changed")]
    Changed {
        /// All preferences as they are now.
        preferences: Preferences,
    },
}

/// Messages to other apps about preferences that change what others see of a person.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type")]
pub enum SwitchEvent {
    /// The person started or stopped sharing their read cursors.
    #[serde(rename = "switch.seen")]
    Seen {
        /// The person.
        user: UserId,
    },
}

/// The group that receives all [`SwitchEvent`]s.
pub fn switch_group() -> GroupName {
    GroupName::encode("switches")
}

/// Notifies the person's own pages, and other apps if others see something else now.
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
