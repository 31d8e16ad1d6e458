//! Conversion between frames and typed messages: [`Codec`], and [`JsonCodec`] for strict JSON.

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::failure::{DecodeFailure, EncodeFailure};
use super::strict;
use crate::event::Frame;

/// A format of messages, chosen by overriding
/// [`JsonConsumer::decode`](super::JsonConsumer::decode) and `encode`.
///
/// ```
/// use channels::Frame;
/// use channels::json::{Codec, DecodeFailure, EncodeFailure, JsonCodec};
/// use serde::{Serialize, de::DeserializeOwned};
///
/// /// JSON that travels as bytes.
/// struct Bytes;
///
/// impl Codec for Bytes {
///     fn decode<T: DeserializeOwned>(frame: &Frame) -> Result<T, DecodeFailure> {
///         let Frame::Binary(bytes) = frame else {
///             return Err(DecodeFailure::WrongKind);
///         };
///         serde_json::from_slice(bytes).map_err(|e| DecodeFailure::Malformed(e.into()))
///     }
///     fn encode<T: Serialize + ?Sized>(message: &T) -> Result<Frame, EncodeFailure> {
///         let text = JsonCodec::encode(message)?;
///         Ok(Frame::from(text.as_text().unwrap_or_default().as_bytes().to_vec()))
///     }
/// }
/// assert_eq!(Bytes::decode::<u8>(&Frame::from(b"7".to_vec())).unwrap(), 7);
/// ```
pub trait Codec {
    /// Reads one frame.
    ///
    /// # Errors
    /// [`DecodeFailure`], by what is wrong.
    fn decode<T: DeserializeOwned>(frame: &Frame) -> Result<T, DecodeFailure>;

    /// Writes one frame.
    ///
    /// # Errors
    /// [`EncodeFailure`], by what is wrong.
    fn encode<T: Serialize + ?Sized>(message: &T) -> Result<Frame, EncodeFailure>;
}

/// JSON in text frames, as RFC 8259 has it: no NaN, no infinity, at most 128 levels deep, exact
/// integers from −2⁶³ to 2⁶⁴−1, no spaces between tokens, no escapes that are not needed.
#[derive(Clone, Copy, Debug, Default)]
pub struct JsonCodec;

impl Codec for JsonCodec {
    fn decode<T: DeserializeOwned>(frame: &Frame) -> Result<T, DecodeFailure> {
        let text = frame.as_text().ok_or(DecodeFailure::WrongKind)?;
        if text.is_empty() {
            return Err(DecodeFailure::Empty);
        }
        serde_json::from_str(text).map_err(|source| DecodeFailure::Malformed(source.into()))
    }

    fn encode<T: Serialize + ?Sized>(message: &T) -> Result<Frame, EncodeFailure> {
        strict::check(message)?;
        serde_json::to_string(message)
            .map(Frame::from)
            .map_err(|source| EncodeFailure::Unwritable(source.into()))
    }
}
