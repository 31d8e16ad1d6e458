//! Why a frame is no message, or a message no frame.

/// Why a frame does not read as a message.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DecodeFailure {
    /// The format travels as the other kind of frame.
    #[error("a binary frame where text was expected, or text where binary was")]
    WrongKind,
    /// Nothing was in the frame.
    #[error("an empty frame")]
    Empty,
    /// Not the format, or not the type.
    #[error("not what is understood here")]
    Malformed(#[source] Box<dyn std::error::Error + Send + Sync>),
}

/// Why a message cannot be written.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum EncodeFailure {
    /// JSON knows no NaN and no infinity; Python writes words that no browser reads.
    #[error("NaN and infinite numbers cannot be written as JSON; send null or text")]
    NotFinite,
    /// The serialiser refused the value.
    #[error("the message cannot be written")]
    Unwritable(#[source] Box<dyn std::error::Error + Send + Sync>),
}
