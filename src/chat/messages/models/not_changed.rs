//! Refusals of changes of a message.

use crate::{chat::messages::BodyError, db::Refusal, error::Error};

/// Reasons for not editing, deleting or pinning a message, or not reacting to it.
#[derive(Debug, thiserror::Error)]
pub enum NotChanged {
    /// The new text is invalid.
    #[error("the text: {0:?}")]
    Body(BodyError),
    /// The reaction is not an emoji.
    #[error("no emoji")]
    NoEmoji,
    /// The server is about to stop.
    #[error("the server is shutting down")]
    Closing,
    /// The message was deleted.
    #[error("the message is deleted")]
    Gone,
    /// The time in which the author may edit the message is over.
    #[error("too late to edit")]
    TooLate,
    /// The message belongs to another person.
    #[error("not the author")]
    NotYours,
    /// The message has the maximum number of different reactions.
    #[error("too many reactions")]
    TooManyReactions,
    /// The room leaves pinning to its moderators.
    #[error("only moderators may pin")]
    MayNotPin,
    /// The room has the maximum number of pinned messages.
    #[error("too many pins")]
    TooManyPins {
        /// That number.
        most: u32,
    },
    /// The room, the limits or the database refused it.
    #[error(transparent)]
    Refused(#[from] Error),
}

impl NotChanged {
    /// Returns whether the reason is a missing permission.
    pub fn is_denied(&self) -> bool {
        matches!(
            self,
            Self::NotYours | Self::MayNotPin | Self::Refused(Error::Forbidden | Error::NotFound)
        )
    }
}

impl From<BodyError> for NotChanged {
    fn from(error: BodyError) -> Self {
        Self::Body(error)
    }
}

impl From<diesel::result::Error> for NotChanged {
    fn from(error: diesel::result::Error) -> Self {
        Self::Refused(error.into())
    }
}

impl Refusal for NotChanged {
    fn cause(&self) -> Option<&Error> {
        match self {
            Self::Refused(error) => Some(error),
            _ => None,
        }
    }
}
