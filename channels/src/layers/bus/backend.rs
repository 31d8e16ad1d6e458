//! The trait of a backend of the channel layer, and the interface that it delivers to.
//!
//! A backend carries messages between processes. It handles names, messages and subscriptions, not
//! frames, sockets or threads. The hub of each process stands above it: it owns the channels of its
//! process and their queues, keeps the members of groups, subscribes the process to a group for the
//! first of them, and distributes (fans out) each message among threads and sockets.
//!
//! Source: channels/layers.py, `BaseChannelLayer`, and `docs/channel_layer_spec.rst`.

use std::sync::Arc;

use futures_util::future::{BoxFuture, ready};

use super::bounds::Bounds;
use super::error::{Extension, LayerError, SendReport};
use super::message::LayerMessage;
use crate::names::{ChannelName, GroupName};

/// A backend of the channel layer: the bus between processes, or the memory of one.
///
/// Applications use [`Layer`](crate::Layer), which is the hub of this process above a backend.
///
/// **Two kinds of channels.** One with `!` in its name belongs to a consumer in the process that
/// its name begins with: `<prefix>.<process>!<local>`. The hub of that process has its queue; the
/// backend brings messages to that process and puts them into its [`Inlet`]. Any other channel is
/// a queue that all processes share, each message for one reader: the backend keeps it.
///
/// **Groups.** The backend knows which processes want the messages of a group, not which of their
/// channels: [`subscribe`](Self::subscribe) comes with the first local member,
/// [`unsubscribe`](Self::unsubscribe) when the last has gone. The message is carried once to each
/// such process, with the names of the channels that are excepted.
///
/// **The own process.** [`send`](Self::send) and [`group_send`](Self::group_send) reach the own
/// process through the inlet, too. A backend may do that at once, so that the message stays a typed
/// value, or when the broker delivers the message to it.
///
/// **Order.** At most once. Messages of one sender to one channel, or to one group, go into an
/// inlet in the order in which they were sent. All members in one process see the messages of a
/// group in the same order: that of the calls of the inlet. Members in different processes may see
/// the messages of two senders in different orders, unless the backend delivers the same sequence
/// of a group to every process, including the sender's.
///
/// **Capacity.** Nothing waits for a reader. A full channel refuses the message
/// ([`LayerError::ChannelFull`]), a full member of a group is skipped and counted. The hub bounds
/// the channels of its process by [`bounds`](Self::bounds); the backend bounds its queues, and
/// what waits on the way.
///
/// **The wire format** is [`LayerMessage::encode`]: MessagePack, in which text, bytes and integers
/// stay distinct. [`LayerMessage::from_encoded`] decodes it.
///
/// **With a broker**, for example Redis, a process has one connection that receives, read by one
/// task (a pump) that puts all messages into the inlet: `subscribe` requests the topic of the group
/// and waits for the confirmation, `unsubscribe` only queues its command. After the connection was
/// lost, the pump subscribes to [`Inlet::groups`] again on the next one.
///
/// [`testing::conformance`](crate::testing::conformance) checks the rules of order, capacity and
/// groups, in one process and in two.
pub trait ChannelLayer: Send + Sync + 'static {
    /// Connects the backend with the hub of this process: once, before messages are sent, and
    /// perhaps outside of a runtime. Messages that arrive from then on go into the inlet. The
    /// backend is dropped with the last [`Layer`](crate::Layer) and channel, and ends its tasks
    /// then.
    fn attach(&self, inlet: Arc<dyn Inlet>);

    /// The bounds of the channels of this process; read once, before any other call.
    fn bounds(&self) -> Bounds {
        Bounds::new()
    }

    /// Creates a unique name `<prefix>.<process>!<local>` that cannot be guessed
    /// ([`ChannelName::random`]). Messages to it go into the inlet from then on.
    fn new_channel<'a>(&'a self, prefix: &'a str)
    -> BoxFuture<'a, Result<ChannelName, LayerError>>;

    /// Puts a message on one channel, never waiting for a reader.
    fn send<'a>(
        &'a self,
        channel: &'a ChannelName,
        message: LayerMessage,
    ) -> BoxFuture<'a, Result<(), LayerError>>;

    /// Waits for the next message of a queue, a channel without `!`. Dropping the future loses
    /// nothing.
    fn receive<'a>(
        &'a self,
        queue: &'a ChannelName,
    ) -> BoxFuture<'a, Result<LayerMessage, LayerError>>;

    /// Subscribes this process to a group. Returns when the subscription is confirmed, so that
    /// every later message will arrive.
    ///
    /// Called for the first local member, and never while an earlier call for the same group
    /// runs. A future that was dropped, or failed, is followed by
    /// [`unsubscribe`](Self::unsubscribe).
    fn subscribe<'a>(&'a self, group: &'a GroupName) -> BoxFuture<'a, Result<(), LayerError>>;

    /// Ends the subscription, because the last local member has left. It must not undo a later
    /// `subscribe` of the same group, so both have to use the same ordered connection.
    ///
    /// Called by destructors, on any thread, while the hub is locked: it must neither block nor
    /// call the inlet. A message to the group that still arrives does no harm.
    fn unsubscribe(&self, group: &GroupName);

    /// Carries a message to each process that is subscribed to the group, for all members except
    /// the given ones; an unknown group has none.
    fn group_send<'a>(
        &'a self,
        group: &'a GroupName,
        message: LayerMessage,
        except: &'a [ChannelName],
    ) -> BoxFuture<'a, Result<SendReport, LayerError>>;

    /// Makes a queue a member of a group, or renews that. [`Extension::QueueMembers`].
    fn add_queue<'a>(
        &'a self,
        group: &'a GroupName,
        queue: &'a ChannelName,
    ) -> BoxFuture<'a, Result<(), LayerError>> {
        let _ = (group, queue);
        unsupported(Extension::QueueMembers)
    }

    /// Removes a queue from a group; does nothing if it is no member. [`Extension::QueueMembers`].
    fn discard_queue<'a>(
        &'a self,
        group: &'a GroupName,
        queue: &'a ChannelName,
    ) -> BoxFuture<'a, Result<(), LayerError>> {
        let _ = (group, queue);
        unsupported(Extension::QueueMembers)
    }

    /// All members of a group, in no order: the inlet returns those of this process.
    /// [`Extension::Presence`].
    fn members<'a>(
        &'a self,
        group: &'a GroupName,
    ) -> BoxFuture<'a, Result<Vec<ChannelName>, LayerError>> {
        let _ = group;
        unsupported(Extension::Presence)
    }

    /// How many messages wait on a channel; none on an unknown one. [`Extension::Depth`].
    fn waiting<'a>(&'a self, channel: &'a ChannelName) -> BoxFuture<'a, Result<usize, LayerError>> {
        let _ = channel;
        unsupported(Extension::Depth)
    }

    /// Removes all groups and all waiting messages, in every process. [`Extension::Flush`].
    fn flush(&self) -> BoxFuture<'_, Result<(), LayerError>> {
        unsupported(Extension::Flush)
    }

    /// The extensions that this backend offers.
    fn extensions(&self) -> &'static [Extension];
}

fn unsupported<'a, T: Send + 'a>(extension: Extension) -> BoxFuture<'a, Result<T, LayerError>> {
    Box::pin(ready(Err(LayerError::Unsupported(extension))))
}

/// The interface through which a backend delivers to the hub of one process, on any thread, without
/// blocking.
pub trait Inlet: Send + Sync {
    /// Puts a message on a channel of this process.
    ///
    /// # Errors
    /// [`LayerError::ChannelFull`]; [`LayerError::UnknownChannel`] if the channel has ended, or
    /// belongs to another process.
    fn send(&self, channel: &ChannelName, message: LayerMessage) -> Result<(), LayerError>;

    /// Distributes a message to all members of the group in this process, except the given ones.
    /// The message is shared and not copied; it is decoded once for each type of consumer that
    /// reads it.
    fn group_send(
        &self,
        group: &GroupName,
        message: LayerMessage,
        except: &[ChannelName],
    ) -> SendReport;

    /// The groups that have members in this process: subscribe to them again after a connection was
    /// lost.
    fn groups(&self) -> Vec<GroupName>;

    /// The members that a group has in this process.
    fn members(&self, group: &GroupName) -> Vec<ChannelName>;

    /// How many messages wait on a channel of this process; `None` for any other.
    fn waiting(&self, channel: &ChannelName) -> Option<usize>;

    /// Ends all memberships in this process, and drops the messages that wait on its channels. The
    /// subscriptions end with them, so the backend has to remove its own.
    fn flush(&self);
}
