//! Tells other apps that people are shown by another name now. The chat tells the pages that show
//! them.

use channels::{GroupName, Layer};
use serde::{Deserialize, Serialize};

use super::{UserId, UserRef};
use crate::error::Result;

/// Messages to other apps about what others see of a person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type")]
pub enum PersonEvent {
    /// The person is shown by another name.
    #[serde(rename = "person.renamed")]
    Renamed {
        /// The person.
        user: UserId,
    },
}

/// The group that receives all [`PersonEvent`]s.
pub fn people_group() -> GroupName {
    GroupName::encode("people")
}

/// Tells other apps of the new names. Call it after the commit.
pub(super) async fn announce(layer: &Layer, renamed: Vec<UserRef>) -> Result<()> {
    for UserRef { id: user, .. } in renamed {
        let event = PersonEvent::Renamed { user };
        layer.group_send(&people_group(), event).await?;
    }
    Ok(())
}
