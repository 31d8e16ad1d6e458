//! The channel layer: consumers' addresses, groups of them, and messages to either.
//!
//! Source: channels/layers.py. [`InMemoryLayer`] is the layer of one process; another backend
//! implements [`ChannelLayer`] and hands out the receivers of [`queue`].

mod memory;
mod message;
mod queue;

use std::sync::Arc;

use futures_util::future::BoxFuture;

use crate::names::{ChannelName, GroupName};
pub use memory::{InMemoryLayer, InMemoryLayerBuilder};
pub use message::{DecodeError, LayerEvent, LayerMessage, undecodable_messages};
pub use queue::{ChannelReceiver, ChannelSender, queue};

/// Why a layer did not do what it was asked.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum LayerError {
    /// As many messages wait on the channel as it holds; this one was dropped.
    #[error("channel {0} is full")]
    ChannelFull(ChannelName),
    /// Nobody listens on the channel, or no longer.
    #[error("channel {0} does not exist")]
    UnknownChannel(ChannelName),
    /// The layer cannot do this at all; see [`ChannelLayer::extensions`].
    #[error("this channel layer does not offer {0:?}")]
    Unsupported(Extension),
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
}

/// How many members of a group a message reached.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SendReport {
    /// Members whose channel took it.
    pub delivered: usize,
    /// Members whose channel was full.
    pub dropped: usize,
}

/// A backend of the channel layer.
///
/// At most once, in order for one sender and one channel; a full member of a group is skipped and
/// counted, never waited for. Applications use [`Layer`], which is this with typed events.
pub trait ChannelLayer: Send + Sync + 'static {
    /// Opens a channel of this process under a name that nobody else has.
    fn new_channel(&self) -> BoxFuture<'_, Result<ChannelReceiver, LayerError>>;

    /// Puts a message on one channel.
    fn send<'a>(
        &'a self,
        channel: &'a ChannelName,
        message: LayerMessage,
    ) -> BoxFuture<'a, Result<(), LayerError>>;

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

    /// Puts a message on the channel of each member; an unknown group has none.
    fn group_send<'a>(
        &'a self,
        group: &'a GroupName,
        message: LayerMessage,
    ) -> BoxFuture<'a, Result<SendReport, LayerError>>;

    /// Forgets all groups and all messages that wait.
    fn flush(&self) -> BoxFuture<'_, Result<(), LayerError>>;

    /// What this backend offers.
    fn extensions(&self) -> &'static [Extension];
}

/// The application's handle on its channel layer; clones share it.
///
/// ```
/// use channels::{GroupName, Layer};
/// use futures_util::StreamExt as _;
///
/// #[derive(serde::Serialize, serde::Deserialize)]
/// #[serde(tag = "type")]
/// enum ChatEvent {
///     #[serde(rename = "chat.message")]
///     Message { text: String },
/// }
///
/// # actix_web::rt::System::new().block_on(async {
/// let layer = Layer::in_memory();
/// let room = GroupName::new("room.7")?;
/// let mut channel = layer.new_channel().await?;
/// layer.group_add(&room, channel.name()).await?;
///
/// let report = layer.group_send(&room, ChatEvent::Message { text: "hello".into() }).await?;
/// assert_eq!(report.delivered, 1);
/// let message = channel.next().await.expect("the channel is open");
/// let ChatEvent::Message { text } = &*message.decode::<ChatEvent>()?;
/// assert_eq!(text, "hello");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// # }).unwrap();
/// ```
#[derive(Clone)]
pub struct Layer(Arc<dyn ChannelLayer>);

impl Layer {
    /// Wraps a backend.
    pub fn new(backend: impl ChannelLayer) -> Self {
        Self(Arc::new(backend))
    }

    /// A layer of this process with the default capacities.
    pub fn in_memory() -> Self {
        Self::new(InMemoryLayer::new())
    }

    /// Opens a channel; it closes, and leaves all groups, when the receiver is dropped.
    ///
    /// # Errors
    /// [`LayerError::Backend`].
    pub async fn new_channel(&self) -> Result<ChannelReceiver, LayerError> {
        self.0.new_channel().await
    }

    /// Sends an event to one consumer.
    ///
    /// # Errors
    /// [`LayerError::ChannelFull`], [`LayerError::UnknownChannel`], [`LayerError::Backend`].
    pub async fn send(
        &self,
        channel: &ChannelName,
        event: impl LayerEvent,
    ) -> Result<(), LayerError> {
        self.0.send(channel, LayerMessage::new(event)).await
    }

    /// Adds a channel to a group. Consumers call
    /// [`Context::group_add`](crate::Context::group_add), which also leaves at the end.
    ///
    /// # Errors
    /// [`LayerError::UnknownChannel`], [`LayerError::Backend`].
    pub async fn group_add(
        &self,
        group: &GroupName,
        channel: &ChannelName,
    ) -> Result<(), LayerError> {
        self.0.group_add(group, channel).await
    }

    /// Takes a channel out of a group.
    ///
    /// # Errors
    /// [`LayerError::Backend`].
    pub async fn group_discard(
        &self,
        group: &GroupName,
        channel: &ChannelName,
    ) -> Result<(), LayerError> {
        self.0.group_discard(group, channel).await
    }

    /// Sends an event to every member of a group; none of them is waited for.
    ///
    /// All members see the messages of one group in the same order.
    ///
    /// # Errors
    /// [`LayerError::Backend`]; a full member is no error but counted in the report.
    pub async fn group_send(
        &self,
        group: &GroupName,
        event: impl LayerEvent,
    ) -> Result<SendReport, LayerError> {
        self.0.group_send(group, LayerMessage::new(event)).await
    }

    /// Forgets all groups and all messages that wait.
    ///
    /// # Errors
    /// [`LayerError::Unsupported`], [`LayerError::Backend`].
    pub async fn flush(&self) -> Result<(), LayerError> {
        self.0.flush().await
    }

    /// What the backend offers.
    pub fn extensions(&self) -> &'static [Extension] {
        self.0.extensions()
    }
}
