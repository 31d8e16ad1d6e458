//! What a backend of the channel layer does: [`ChannelLayer`], and how it fails.
//!
//! Source: channels/layers.py, `BaseChannelLayer`, and `docs/channel_layer_spec.rst`.

use futures_util::future::{BoxFuture, ready};

use super::{ChannelReceiver, LayerMessage};
use crate::names::{ChannelName, GroupName, NameError};

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
    /// Nobody listens on the channel, or no longer.
    #[error("channel {0} does not exist")]
    UnknownChannel(ChannelName),
    /// [`receive`](ChannelLayer::receive) was asked for a channel with one owner.
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
    /// The layer cannot do this at all; see [`ChannelLayer::extensions`].
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
    /// `group_add`, `group_discard` and `group_send`.
    Groups,
    /// `flush`.
    Flush,
    /// `members`: who is in a group.
    Presence,
    /// `waiting`: how much waits on a channel.
    Depth,
}

/// How many members of a group a message reached.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SendReport {
    /// Members whose channel took it, or whose thread has it for them: open sockets, which are cut
    /// later if they cannot take it.
    pub delivered: usize,
    /// Members whose channel was full when it was sent.
    pub dropped: usize,
}

/// A backend of the channel layer.
///
/// At most once, in order for one sender and one channel; a full member of a group is skipped and
/// counted, never waited for. Applications use [`Layer`](super::Layer), which is this with typed
/// events. Two kinds of channel: one with `!` in its name belongs to the consumer that opened it;
/// any other is a queue that anyone may read, each message by one reader.
pub trait ChannelLayer: Send + Sync + 'static {
    /// Opens a channel of this process under a name `<prefix>.<process>!<local>` that nobody else
    /// has and nobody can guess.
    fn new_channel<'a>(
        &'a self,
        prefix: &'a str,
    ) -> BoxFuture<'a, Result<ChannelReceiver, LayerError>>;

    /// Puts a message on one channel, never waiting for a reader.
    fn send<'a>(
        &'a self,
        channel: &'a ChannelName,
        message: LayerMessage,
    ) -> BoxFuture<'a, Result<(), LayerError>>;

    /// Waits for the next message on a channel without `!`. Dropping the future loses nothing.
    fn receive<'a>(
        &'a self,
        channel: &'a ChannelName,
    ) -> BoxFuture<'a, Result<LayerMessage, LayerError>>;

    /// Makes a channel a member of a group, or renews its membership.
    fn group_add<'a>(
        &'a self,
        group: &'a GroupName,
        channel: &'a ChannelName,
    ) -> BoxFuture<'a, Result<(), LayerError>>;

    /// Ends a membership; silent if there was none.
    fn group_discard<'a>(
        &'a self,
        group: &'a GroupName,
        channel: &'a ChannelName,
    ) -> BoxFuture<'a, Result<(), LayerError>>;

    /// Puts a message on the channel of each member but those excepted; an unknown group has
    /// none.
    fn group_send<'a>(
        &'a self,
        group: &'a GroupName,
        message: LayerMessage,
        except: &'a [ChannelName],
    ) -> BoxFuture<'a, Result<SendReport, LayerError>>;

    /// Who is in a group, in no order. [`Extension::Presence`].
    fn members<'a>(
        &'a self,
        group: &'a GroupName,
    ) -> BoxFuture<'a, Result<Vec<ChannelName>, LayerError>> {
        let _ = group;
        Box::pin(ready(Err(LayerError::Unsupported(Extension::Presence))))
    }

    /// How many messages wait on a channel; none on an unknown one. [`Extension::Depth`].
    fn waiting<'a>(&'a self, channel: &'a ChannelName) -> BoxFuture<'a, Result<usize, LayerError>> {
        let _ = channel;
        Box::pin(ready(Err(LayerError::Unsupported(Extension::Depth))))
    }

    /// Forgets all groups and all messages that wait. [`Extension::Flush`].
    fn flush(&self) -> BoxFuture<'_, Result<(), LayerError>> {
        Box::pin(ready(Err(LayerError::Unsupported(Extension::Flush))))
    }

    /// What this backend offers.
    fn extensions(&self) -> &'static [Extension];
}
