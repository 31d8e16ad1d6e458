//! [`Layer`]: the hub of this process with typed events, as applications use it.
//!
//! Source: channels/layers.py, `get_channel_layer`.

use std::sync::Arc;

use super::bus::{
    ChannelLayer, Extension, InMemoryLayer, LayerError, LayerEvent, LayerMessage, NoLayer,
    SendReport,
};
use super::hub::{ChannelReceiver, Hub};
use crate::names::{ChannelName, GroupName};

/// The prefix of the name of a consumer's channel.
const DEFAULT_PREFIX: &str = "specific";

/// The application's handle of its channel layer; clones share it, on any thread.
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
pub struct Layer(Arc<Hub>);

impl Layer {
    /// Makes this process a hub above a backend, which serves this layer and its clones alone.
    pub fn new(backend: impl ChannelLayer) -> Self {
        Self(Arc::new(Hub::new(backend)))
    }

    /// A layer of this process with the default capacities.
    pub fn in_memory() -> Self {
        Self::new(InMemoryLayer::new())
    }

    /// No layer: consumers work, but receive no events of others. Calls that need a layer fail with
    /// [`LayerError::NoLayer`], and so do handshakes of consumers with `groups`.
    pub fn none() -> Self {
        Self::new(NoLayer)
    }

    /// The same channels and groups, which reach their backend through another backend.
    pub(crate) fn through<B: ChannelLayer>(
        &self,
        around: impl FnOnce(Arc<dyn ChannelLayer>) -> B,
    ) -> Self {
        Self(Arc::new(self.0.through(around)))
    }

    pub(super) fn hub(&self) -> &Hub {
        &self.0
    }

    /// Opens a channel; it closes, and leaves all groups, when the receiver is dropped.
    ///
    /// # Errors
    /// [`LayerError::Backend`].
    pub async fn new_channel(&self) -> Result<ChannelReceiver, LayerError> {
        ChannelReceiver::open(&self.0, DEFAULT_PREFIX).await
    }

    /// Opens a channel whose name begins with `prefix` and a dot.
    ///
    /// # Errors
    /// [`LayerError::Name`] for a prefix that makes no valid name, [`LayerError::Backend`].
    pub async fn open_channel(&self, prefix: &str) -> Result<ChannelReceiver, LayerError> {
        ChannelReceiver::open(&self.0, prefix).await
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
    /// cancelling the wait loses none.
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
        self.0.backend().waiting(channel).await
    }

    /// Adds a channel of this process, or a queue, to a group. Consumers call
    /// [`Context::group_add`](crate::Context::group_add), which also leaves at the end.
    ///
    /// # Errors
    /// [`LayerError::UnknownChannel`] for a channel that has ended or is another process's,
    /// [`LayerError::Backend`].
    pub async fn group_add(
        &self,
        group: &GroupName,
        channel: &ChannelName,
    ) -> Result<(), LayerError> {
        self.0.group_add(group, channel).await
    }

    /// Removes a channel from a group.
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
    /// All members in one process see the messages of one group in the same order; the backend
    /// ([`ChannelLayer`]) documents the order between processes, and whom the report counts.
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

    /// Removes all groups and all waiting messages.
    ///
    /// # Errors
    /// [`LayerError::Unsupported`], [`LayerError::Backend`].
    pub async fn flush(&self) -> Result<(), LayerError> {
        self.0.backend().flush().await
    }

    /// The extensions that the backend offers.
    pub fn extensions(&self) -> &'static [Extension] {
        self.0.backend().extensions()
    }

    /// Whether the backend offers this extension.
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
