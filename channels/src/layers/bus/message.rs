//! One message on the layer: a typed event behind one pointer, shared by all receivers.

use std::any::{Any, type_name};
use std::error::Error;
use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use bytes::Bytes;
use serde::Serialize;
use serde::de::{DeserializeOwned, Error as _};
use serde_json::Value;

use super::msgpack::EncodeError;
use super::{msgpack, spelling};

/// An event that can be sent through a layer. Implemented for every type that serde can serialise
/// and deserialise.
///
/// By convention an enum with `#[serde(tag = "type")]` whose variants carry Channels' dotted names,
/// for example `#[serde(rename = "chat.message")]`: this is the wire format of layers between
/// processes. There, bytes are encoded as bytes only if their type serialises so, as `serde_bytes`
/// does; a plain `Vec<u8>` is a list of numbers.
pub trait LayerEvent: Serialize + DeserializeOwned + Send + Sync + 'static {}

impl<T: Serialize + DeserializeOwned + Send + Sync + 'static> LayerEvent for T {}

/// This message cannot be decoded as the receiver's event type.
#[derive(Debug, thiserror::Error)]
#[error("a {sent} does not read as a {wanted}")]
pub struct DecodeError {
    sent: &'static str,
    wanted: &'static str,
    source: Box<dyn Error + Send + Sync>,
}

/// A sent event. A clone is one more pointer: nothing is copied or serialised per member.
///
/// Within one process it stays the typed value that was sent. A backend between processes sends
/// [`encode`](Self::encode), and decodes received bytes with [`from_encoded`](Self::from_encoded).
///
/// ```
/// use channels::layers::LayerMessage;
/// use serde_bytes::ByteBuf;
///
/// #[derive(serde::Serialize, serde::Deserialize)]
/// #[serde(tag = "type")]
/// enum Drawing {
///     #[serde(rename = "drawing.tile")]
///     Tile { x: u32, png: ByteBuf },
/// }
///
/// let png = ByteBuf::from([0x89, b'P']);
/// let sent = LayerMessage::new(Drawing::Tile { x: 7, png: png.clone() });
/// let arrived = LayerMessage::from_encoded(sent.encode()?);
/// let Drawing::Tile { x, png: came } = &*arrived.decode::<Drawing>()?;
/// assert_eq!((*x, came), (7, &png));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone)]
pub struct LayerMessage(Content);

#[derive(Clone)]
enum Content {
    /// An event of this process.
    Typed(Arc<dyn Erased>),
    /// One that came over a wire.
    Encoded(Arc<Encoded>),
}

trait Erased: Send + Sync {
    fn into_any(self: Arc<Self>) -> Arc<dyn Any + Send + Sync>;
    fn encode(&self) -> Result<Vec<u8>, rmp_serde::encode::Error>;
    fn to_value(&self) -> serde_json::Result<Value>;
    fn json_bytes(&self) -> serde_json::Result<usize>;
    fn type_name(&self) -> &'static str;
}

impl<E: LayerEvent> Erased for E {
    fn into_any(self: Arc<Self>) -> Arc<dyn Any + Send + Sync> {
        self
    }

    fn encode(&self) -> Result<Vec<u8>, rmp_serde::encode::Error> {
        msgpack::write(self)
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

/// MessagePack, and a cache of the decoded values: decoded once for each type, however many receive
/// it.
struct Encoded {
    bytes: Bytes,
    read: Mutex<Vec<Arc<dyn Any + Send + Sync>>>,
}

impl Encoded {
    fn read<E: LayerEvent>(&self) -> Result<Arc<E>, rmp_serde::decode::Error> {
        // Locked while it is decoded, because concurrent receivers would only decode it again.
        let mut read = self.read.lock().unwrap_or_else(PoisonError::into_inner);
        let known = read
            .iter()
            .find_map(|read| Arc::clone(read).downcast().ok());
        if let Some(known) = known {
            return Ok(known);
        }
        let event: Arc<E> = Arc::new(spelling::read(&self.bytes)?);
        read.push(Arc::clone(&event) as _);
        Ok(event)
    }
}

/// A writer that only counts bytes.
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

/// How many messages of this process could not be decoded as the event type of a consumer.
///
/// The consumer's [`OnUnknown`](crate::OnUnknown) decides what to do with them.
pub fn undecodable_messages() -> u64 {
    UNDECODABLE.load(Ordering::Relaxed)
}

impl LayerMessage {
    /// Wraps an event for sending.
    pub fn new(event: impl LayerEvent) -> Self {
        Self(Content::Typed(Arc::new(event)))
    }

    /// A message that came over a wire, as [`encode`](Self::encode) or a program in another
    /// language wrote it. It is parsed only when it is received: bytes that are not MessagePack
    /// then fail to decode.
    pub fn from_encoded(bytes: impl Into<Bytes>) -> Self {
        Self(Content::Encoded(Arc::new(Encoded {
            bytes: bytes.into(),
            read: Mutex::default(),
        })))
    }

    /// The event as MessagePack, for layers with a wire: structs as maps of their fields, text as
    /// `str`, bytes as `bin`, integers as integers, types with a human-readable form in that form.
    ///
    /// # Errors
    /// [`EncodeError`] with the serialiser's own: the event's code refused.
    pub fn encode(&self) -> Result<Bytes, EncodeError> {
        match &self.0 {
            Content::Encoded(encoded) => Ok(encoded.bytes.clone()),
            Content::Typed(event) => {
                let written = event.encode().map(Bytes::from);
                written.map_err(|source| EncodeError {
                    sent: event.type_name(),
                    source,
                })
            }
        }
    }

    /// The event as the receiver's type: the same value if the types are equal, otherwise decoded
    /// from its MessagePack. There `chat.message` and `chat_message` are the same `type`.
    ///
    /// # Errors
    /// [`DecodeError`] if the two types do not share that form.
    pub fn decode<E: LayerEvent>(&self) -> Result<Arc<E>, DecodeError> {
        match &self.0 {
            Content::Encoded(encoded) => encoded.read().map_err(|source| self.unlike::<E>(source)),
            Content::Typed(event) => {
                if let Ok(event) = Arc::clone(event).into_any().downcast::<E>() {
                    return Ok(event);
                }
                self.read().map(Arc::new)
            }
        }
    }

    /// Decodes its MessagePack.
    pub(super) fn read<T: DeserializeOwned>(&self) -> Result<T, DecodeError> {
        let written = self.encode().map_err(|failure| self.unlike::<T>(failure))?;
        spelling::read(&written).map_err(|failure| self.unlike::<T>(failure))
    }

    fn unlike<E>(&self, source: impl Error + Send + Sync + 'static) -> DecodeError {
        DecodeError {
            sent: self.type_name(),
            wanted: type_name::<E>(),
            source: source.into(),
        }
    }

    fn type_name(&self) -> &'static str {
        match &self.0 {
            Content::Typed(event) => event.type_name(),
            Content::Encoded(_) => "message of another process",
        }
    }

    /// The event as JSON.
    ///
    /// # Errors
    /// The serialiser's own, for instance for a map with keys that are not text, or for bytes that
    /// came over a wire.
    pub fn to_value(&self) -> serde_json::Result<Value> {
        match &self.0 {
            Content::Typed(event) => event.to_value(),
            Content::Encoded(encoded) => {
                let read = encoded.read::<Value>().map_err(serde_json::Error::custom)?;
                Ok((*read).clone())
            }
        }
    }

    /// The length of the event as JSON, or as received; `None` if it cannot be encoded, which does
    /// not matter within one process.
    pub(super) fn json_bytes(&self) -> Option<usize> {
        match &self.0 {
            Content::Typed(event) => event.json_bytes().ok(),
            Content::Encoded(encoded) => Some(encoded.bytes.len()),
        }
    }

    /// Decodes for a consumer, and counts failures.
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
            .field(&self.type_name())
            .finish()
    }
}
