//! The results of a backend: errors, extensions, and how many members a message reached.

use crate::names::{ChannelName, NameError};

/// Why a call of a layer failed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum LayerError {
    /// The channel is full; this message was dropped.
    #[error("channel {channel} is full: {capacity} messages wait")]
    ChannelFull {
        /// The channel.
        channel: ChannelName,
        /// The capacity of the channel.
        capacity: usize,
    },
    /// The channel has ended, or belongs to another process where its owner is needed.
    #[error("channel {0} does not exist")]
    UnknownChannel(ChannelName),
    /// [`receive`](super::ChannelLayer::receive) was called for a channel with one owner.
    #[error("channel {0} belongs to one consumer; read it from the ChannelReceiver that made it")]
    NotShared(ChannelName),
    /// The message is larger than the backend carries, in bytes.
    #[error("a message of {size} bytes is over the layer's limit of {limit}")]
    TooLarge {
        /// Bytes of the message on the wire.
        size: usize,
        /// Bytes that the backend carries.
        limit: usize,
    },
    /// A prefix does not make a valid channel name.
    #[error(transparent)]
    Name(#[from] NameError),
    /// The layer does not support this; see
    /// [`ChannelLayer::extensions`](super::ChannelLayer::extensions).
    #[error("this channel layer does not offer {0:?}")]
    Unsupported(Extension),
    /// The application is configured without a layer.
    #[error("there is no channel layer; give one to the driver, or to the route with UseLayer")]
    NoLayer,
    /// The layer's own backend failed.
    #[error("the channel layer's backend failed")]
    Backend(#[source] Box<dyn std::error::Error + Send + Sync>),
}

/// The features that a layer may offer beyond sending to one channel.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Extension {
    /// `subscribe`, `unsubscribe` and `group_send`.
    Groups,
    /// `flush`.
    Flush,
    /// `members`: who is in a group.
    Presence,
    /// `waiting`: how much waits on a channel.
    Depth,
    /// `add_queue` and `discard_queue`: queues as members of groups.
    QueueMembers,
}

/// How many members of a group a message reached, as far as the sender's process knows when it
/// has sent.
///
/// Counts every member if the layer is that of one process. If it joins several processes, the
/// members of the others count only if the backend waits for their answer; its documentation says
/// so.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SendReport {
    /// Members whose channel has queued it, or whose thread has it for them: open sockets, which
    /// are closed later if they cannot queue it.
    pub delivered: usize,
    /// Members whose channel was full at that time.
    pub dropped: usize,
}
