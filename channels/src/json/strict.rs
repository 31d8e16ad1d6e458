//! Finds numbers that JSON cannot represent. `serde_json` would silently write them as `null`.

use std::fmt;

use serde::ser::{self, Serialize, Serializer};

use super::failure::EncodeFailure;

/// A serialiser that visits a value without writing it.
pub(super) fn check<T: Serialize + ?Sized>(value: &T) -> Result<(), EncodeFailure> {
    match value.serialize(Walk) {
        Err(Stop::NotFinite) => Err(EncodeFailure::NotFinite),
        Err(Stop::Custom(text)) => Err(EncodeFailure::Unwritable(text.into())),
        Ok(()) => Ok(()),
    }
}

#[derive(Debug)]
enum Stop {
    NotFinite,
    Custom(String),
}

impl fmt::Display for Stop {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotFinite => f.write_str("a number is not finite"),
            Self::Custom(text) => f.write_str(text),
        }
    }
}

impl std::error::Error for Stop {}

impl ser::Error for Stop {
    fn custom<T: fmt::Display>(text: T) -> Self {
        Self::Custom(text.to_string())
    }
}

struct Walk;

macro_rules! harmless {
    ($($method:ident($kind:ty))*) => {$(
        fn $method(self, _: $kind) -> Result<(), Stop> {
            Ok(())
        }
    )*};
}

macro_rules! compound {
    ($($method:ident($($kind:ty),*) -> $part:ident;)*) => {$(
        type $part = Self;
        fn $method(self, $(_: $kind),*) -> Result<Self, Stop> {
            Ok(self)
        }
    )*};
}

type Name = &'static str;

impl Serializer for Walk {
    type Ok = ();
    type Error = Stop;

    harmless! {
        serialize_bool(bool) serialize_i8(i8) serialize_i16(i16) serialize_i32(i32)
        serialize_i64(i64) serialize_i128(i128) serialize_u8(u8) serialize_u16(u16)
        serialize_u32(u32) serialize_u64(u64) serialize_u128(u128) serialize_char(char)
        serialize_str(&str) serialize_bytes(&[u8]) serialize_unit_struct(Name)
    }

    compound! {
        serialize_seq(Option<usize>) -> SerializeSeq;
        serialize_tuple(usize) -> SerializeTuple;
        serialize_tuple_struct(Name, usize) -> SerializeTupleStruct;
        serialize_tuple_variant(Name, u32, Name, usize) -> SerializeTupleVariant;
        serialize_map(Option<usize>) -> SerializeMap;
        serialize_struct(Name, usize) -> SerializeStruct;
        serialize_struct_variant(Name, u32, Name, usize) -> SerializeStructVariant;
    }

    fn serialize_f32(self, value: f32) -> Result<(), Stop> {
        self.serialize_f64(value.into())
    }

    fn serialize_f64(self, value: f64) -> Result<(), Stop> {
        if value.is_finite() {
            Ok(())
        } else {
            Err(Stop::NotFinite)
        }
    }

    fn serialize_none(self) -> Result<(), Stop> {
        Ok(())
    }

    fn serialize_unit(self) -> Result<(), Stop> {
        Ok(())
    }

    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Result<(), Stop> {
        value.serialize(self)
    }

    fn serialize_unit_variant(self, _: Name, _: u32, _: Name) -> Result<(), Stop> {
        Ok(())
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(
        self,
        _: Name,
        value: &T,
    ) -> Result<(), Stop> {
        value.serialize(self)
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _: Name,
        _: u32,
        _: Name,
        value: &T,
    ) -> Result<(), Stop> {
        value.serialize(self)
    }

    fn collect_str<T: fmt::Display + ?Sized>(self, _: &T) -> Result<(), Stop> {
        Ok(())
    }
}

macro_rules! parts {
    ($($part:ident { $($method:ident($($key:ident)?))* })*) => {$(
        impl ser::$part for Walk {
            type Ok = ();
            type Error = Stop;

            $(fn $method<T: Serialize + ?Sized>(
                &mut self,
                $($key: Name,)?
                value: &T,
            ) -> Result<(), Stop> {
                $(let _ = $key;)?
                value.serialize(Walk)
            })*

            fn end(self) -> Result<(), Stop> {
                Ok(())
            }
        }
    )*};
}

parts! {
    SerializeSeq { serialize_element() }
    SerializeTuple { serialize_element() }
    SerializeTupleStruct { serialize_field() }
    SerializeTupleVariant { serialize_field() }
    SerializeMap { serialize_key() serialize_value() }
    SerializeStruct { serialize_field(key) }
    SerializeStructVariant { serialize_field(key) }
}
