//! MessagePack, the wire format of messages: text, bytes and integers stay distinct.

use rmp_serde::{Deserializer, Serializer};
use serde::Serialize;
use serde::de::DeserializeOwned;

/// Why a message could not be written as MessagePack.
#[derive(Debug, thiserror::Error)]
#[error("a {sent} cannot be written as MessagePack")]
pub struct EncodeError {
    pub(super) sent: &'static str,
    pub(super) source: rmp_serde::encode::Error,
}

/// Structs are maps of their fields, and a type with a human-readable form (an address, a date) has
/// that one: as in JSON, so that programs in other languages read the same.
pub(super) fn write<T: Serialize + ?Sized>(value: &T) -> Result<Vec<u8>, rmp_serde::encode::Error> {
    let mut written = Vec::new();
    let serializer = Serializer::new(&mut written);
    value.serialize(&mut serializer.with_struct_map().with_human_readable())?;
    Ok(written)
}

pub(super) fn read<T: DeserializeOwned>(written: &[u8]) -> Result<T, rmp_serde::decode::Error> {
    let deserializer = Deserializer::from_read_ref(written);
    T::deserialize(&mut deserializer.with_human_readable())
}
