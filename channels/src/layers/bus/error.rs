//! What a backend answers: how it fails, what it offers, how many a message reached.

use crate::names::{ChannelName, NameError};

/// Why a layer did not do what it was asked.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum LayerError {
    /// As many messages wait on the channel as it holds; this one was dropped.
    #[error("channel {channel} is full: {capacity} messages wait")]
    ChannelFull {
        /// The channel.
        channel: ChannelName,
        /// How many messages it holds.
        capacity: usize,
    },
    /// The channel has ended, or belongs to another process where its owner is needed.
    #[error("channel {0} does not exist")]
    UnknownChannel(ChannelName),
    /// [`receive`](super::ChannelLayer::receive) was asked for a channel with one owner.
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
    /// The layer cannot do this at all; see [`ChannelLayer::extensions`](super::ChannelLayer::extensions).
    #[error("this channel layer does not offer {0:?}")]
    Unsupported(Extension),
    /// The application was told to have no layer.
    #[error("there is no channel layer; give one to the driver, or to the route with UseLayer")]
    NoLayer,
    /// The layer's own backend failed.
    #[error("the channel layer's backend failed")]
    Backend(#[source] Box<dyn std::error::Error + Send + Sync>),
}

/// What a layer may offer beyond sending to one channel.
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
    /// Members whose channel took it, or whose thread has it for them: open sockets, which are cut
    /// later if they cannot take it.
    pub delivered: usize,
    /// Members whose channel was full when it was sent.
    pub dropped: usize,
}
