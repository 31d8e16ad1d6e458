//! Tells other apps that people are shown in another way now. The chat tells the pages that show
//! them.

use channels::{GroupName, Layer};
use serde::{Deserialize, Serialize};

use super::UserId;
use crate::error::Result;

/// Messages to other apps about what others see of a person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type")]
pub enum PersonEvent {
    /// The person is shown by another name, or with another status.
    #[serde(rename = "person.changed")]
    Changed {
        /// The person.
        user: UserId,
    },
}

/// The group that receives all [`PersonEvent`]s.
pub fn people_group() -> GroupName {
    GroupName::encode("people")
}

/// Tells other apps of the people. Call it after the commit.
pub(super) async fn announce(layer: &Layer, people: Vec<UserId>) -> Result<()> {
    for user in people {
        let event = PersonEvent::Changed { user };
        layer.group_send(&people_group(), event).await?;
    }
    Ok(())
}
