//! One message on the layer: a typed event behind one pointer, shared by all who get it.

use std::any::{Any, type_name};
use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::spelling;

/// An event that can cross a layer. Every type that serde can write and read is one.
///
/// By convention an enum with `#[serde(tag = "type")]` whose variants carry Channels' dotted
/// names, as `#[serde(rename = "chat.message")]`: that is its shape on layers with a wire.
pub trait LayerEvent: Serialize + DeserializeOwned + Send + Sync + 'static {}

impl<T: Serialize + DeserializeOwned + Send + Sync + 'static> LayerEvent for T {}

/// The receiver's event type cannot hold this message.
#[derive(Debug, thiserror::Error)]
#[error("a {sent} does not read as a {wanted}")]
pub struct DecodeError {
    sent: &'static str,
    wanted: &'static str,
    source: serde_json::Error,
}

/// A sent event. A clone is one more pointer: nothing is copied or serialised per member.
#[derive(Clone)]
pub struct LayerMessage(Arc<dyn Erased>);

trait Erased: Send + Sync {
    fn into_any(self: Arc<Self>) -> Arc<dyn Any + Send + Sync>;
    fn to_value(&self) -> serde_json::Result<Value>;
    fn json_bytes(&self) -> serde_json::Result<usize>;
    fn type_name(&self) -> &'static str;
}

impl<E: LayerEvent> Erased for E {
    fn into_any(self: Arc<Self>) -> Arc<dyn Any + Send + Sync> {
        self
    }

    fn to_value(&self) -> serde_json::Result<Value> {
        serde_json::to_value(self)
    }

    fn json_bytes(&self) -> serde_json::Result<usize> {
        let mut counted = Counted(0);
        serde_json::to_writer(&mut counted, self)?;
        Ok(counted.0)
    }

    fn type_name(&self) -> &'static str {
        type_name::<E>()
    }
}

/// Counts what is written to it, and keeps nothing.
struct Counted(usize);

impl std::io::Write for Counted {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0 += bytes.len();
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

static UNDECODABLE: AtomicU64 = AtomicU64::new(0);

/// How many messages of this process reached a consumer whose event type could not hold them.
///
/// What becomes of them is the consumer's [`OnUnknown`](crate::OnUnknown).
pub fn undecodable_messages() -> u64 {
    UNDECODABLE.load(Ordering::Relaxed)
}

impl LayerMessage {
    /// Wraps an event for sending.
    pub fn new(event: impl LayerEvent) -> Self {
        Self(Arc::new(event))
    }

    /// The event as the receiver's type: the very value if the types are the same, else what its
    /// serialised form reads as. There `chat.message` and `chat_message` are the same `type`.
    ///
    /// # Errors
    /// [`DecodeError`] if the two types do not share that form.
    pub fn decode<E: LayerEvent>(&self) -> Result<Arc<E>, DecodeError> {
        if let Ok(event) = Arc::clone(&self.0).into_any().downcast::<E>() {
            return Ok(event);
        }
        let read = self.0.to_value().and_then(spelling::read::<E>);
        read.map(Arc::new).map_err(|source| DecodeError {
            sent: self.0.type_name(),
            wanted: type_name::<E>(),
            source,
        })
    }

    /// The event as JSON, for layers with a wire.
    ///
    /// # Errors
    /// The serialiser's own, for instance for a map with keys that are not text.
    pub fn to_value(&self) -> serde_json::Result<Value> {
        self.0.to_value()
    }

    /// How long the event is as JSON; none if it cannot be written so, which does not matter
    /// within one process.
    pub(super) fn json_bytes(&self) -> Option<usize> {
        self.0.json_bytes().ok()
    }

    /// Decodes for a consumer, counting what its type cannot hold.
    pub(crate) fn decode_or_count<E: LayerEvent>(&self) -> Result<Arc<E>, DecodeError> {
        self.decode().inspect_err(|_| {
            UNDECODABLE.fetch_add(1, Ordering::Relaxed);
            crate::observe::undecodable();
        })
    }
}

impl fmt::Debug for LayerMessage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("LayerMessage")
            .field(&self.0.type_name())
            .finish()
    }
}
