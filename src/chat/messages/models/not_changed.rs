//! Why a message stays as it is.

use crate::{chat::messages::BodyError, db::Refusal, error::Error};

/// Why a message was not edited, deleted or reacted to.
#[derive(Debug, thiserror::Error)]
pub enum NotChanged {
    /// The new text is no message.
    #[error("the text: {0:?}")]
    Body(BodyError),
    /// The reaction is no emoji.
    #[error("no emoji")]
    NoEmoji,
    /// The server is about to stop.
    #[error("the server is about to stop")]
    Closing,
    /// It was deleted.
    #[error("the message is deleted")]
    Gone,
    /// It is older than the time in which its author may edit it.
    #[error("too late to edit")]
    TooLate,
    /// It is somebody else's.
    #[error("not the author")]
    NotYours,
    /// It has as many different reactions as a message may have.
    #[error("too many reactions")]
    TooManyReactions,
    /// The room, the limits or the database refused it.
    #[error(transparent)]
    Refused(#[from] Error),
}

impl NotChanged {
    /// Whether the person may not do that.
    pub fn is_denied(&self) -> bool {
        matches!(
            self,
            Self::NotYours | Self::Refused(Error::Forbidden | Error::NotFound)
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
