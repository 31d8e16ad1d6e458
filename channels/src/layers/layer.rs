//! [`Layer`]: a backend with typed events, as applications use it.
//!
//! Source: channels/layers.py, `get_channel_layer`.

use std::sync::Arc;

use super::none::NoLayer;
use super::{
    BlockingLayer, ChannelLayer, ChannelReceiver, Extension, Group, InMemoryLayer, LayerError,
    LayerEvent, LayerMessage, SendReport,
};
use crate::names::{ChannelName, GroupName};

/// What the name of a consumer's channel begins with.
const DEFAULT_PREFIX: &str = "specific";

/// The application's handle on its channel layer; clones share it, on any thread.
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

    /// No layer: consumers work, but without events of others. Whatever needs a layer fails with
    /// [`LayerError::NoLayer`], the handshake of a consumer with `groups` among it.
    pub fn none() -> Self {
        Self::new(NoLayer)
    }

    pub(crate) fn backend(&self) -> &dyn ChannelLayer {
        &*self.0
    }

    /// Opens a channel; it closes, and leaves all groups, when the receiver is dropped.
    ///
    /// # Errors
    /// [`LayerError::Backend`].
    pub async fn new_channel(&self) -> Result<ChannelReceiver, LayerError> {
        self.0.new_channel(DEFAULT_PREFIX).await
    }

    /// Opens a channel whose name begins with `prefix` and a dot.
    ///
    /// # Errors
    /// [`LayerError::Name`] for a prefix that makes no valid name, [`LayerError::Backend`].
    pub async fn open_channel(&self, prefix: &str) -> Result<ChannelReceiver, LayerError> {
        self.0.new_channel(prefix).await
    }

    /// Sends an event to one consumer, or into a queue that workers read.
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

    /// Waits for the next message of a channel without `!`. Each message goes to one reader;
    /// giving up the wait loses none.
    ///
    /// # Errors
    /// [`LayerError::NotShared`] for a name with `!`, [`LayerError::Backend`].
    pub async fn receive(&self, channel: &ChannelName) -> Result<LayerMessage, LayerError> {
        self.0.receive(channel).await
    }

    /// How many messages wait on a channel; none on an unknown one.
    ///
    /// # Errors
    /// [`LayerError::Unsupported`], [`LayerError::Backend`].
    pub async fn waiting(&self, channel: &ChannelName) -> Result<usize, LayerError> {
        self.0.waiting(channel).await
    }

    /// A group of this layer: send with exceptions, list, count.
    ///
    /// ```
    /// # use channels::{GroupName, Layer};
    /// # actix_web::rt::System::new().block_on(async {
    /// let layer = Layer::in_memory();
    /// let room = GroupName::new("room.7")?;
    /// let channel = layer.new_channel().await?;
    /// layer.group(&room).add(channel.name()).await?;
    /// assert_eq!(layer.group(&room).count().await?, 1);
    /// let report = layer.group(&room).except(channel.name()).send(()).await?;
    /// assert_eq!(report.delivered, 0);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// # }).unwrap();
    /// ```
    pub fn group<'a>(&'a self, name: &'a GroupName) -> Group<'a> {
        Group::new(self, name)
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
        let message = LayerMessage::new(event);
        self.0.group_send(group, message, &[]).await
    }

    /// The layer for code that cannot await: threads of a pool, a cron job.
    pub fn blocking(&self) -> BlockingLayer<'_> {
        BlockingLayer::new(self)
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

    /// Whether the backend offers this.
    pub fn supports(&self, extension: Extension) -> bool {
        self.extensions().contains(&extension)
    }
}

impl std::fmt::Debug for Layer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let mut shown = f.debug_struct("Layer");
        shown.field("extensions", &self.extensions());
        shown.finish_non_exhaustive()
    }
}
