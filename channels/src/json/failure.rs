//! The errors of decoding a frame into a message, and of encoding a message.

/// Why a frame cannot be decoded as a message.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DecodeFailure {
    /// The format uses the other kind of frame.
    #[error("a binary frame instead of text, or text instead of binary")]
    WrongKind,
    /// The frame was empty.
    #[error("an empty frame")]
    Empty,
    /// The frame has another format, or another type.
    #[error("not a message of the expected type")]
    Malformed(#[source] Box<dyn std::error::Error + Send + Sync>),
}

/// Why a message cannot be encoded.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum EncodeFailure {
    /// JSON has neither NaN nor infinity; Python writes words for them that no browser can parse.
    #[error("NaN and infinite numbers cannot be written as JSON; send null or text")]
    NotFinite,
    /// The serialiser refused the value.
    #[error("the message cannot be encoded")]
    Unwritable(#[source] Box<dyn std::error::Error + Send + Sync>),
}
