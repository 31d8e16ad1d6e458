//! A form whose fields may occur several times, for example check boxes.

use std::str::FromStr;

use serde::Deserialize;

use crate::error::{Error, Result};

/// The fields in their order.
#[derive(Debug, Default, Deserialize)]
#[serde(transparent)]
pub(crate) struct Fields(Vec<(String, String)>);

impl Fields {
    /// Returns the text of a field. Empty if it is missing.
    pub(crate) fn text(&self, name: &str) -> &str {
        let mut named = self.0.iter().filter(|(known, _)| known == name);
        named.next().map_or("", |(_, value)| value)
    }

    /// Returns all values of a field.
    ///
    /// # Errors
    /// [`Error::BadRequest`] if one of them cannot be parsed.
    pub(crate) fn all<T: FromStr>(&self, name: &str) -> Result<Vec<T>> {
        let named = self.0.iter().filter(|(known, _)| known == name);
        let values: std::result::Result<_, _> =
            named.map(|(_, value)| value.parse::<T>()).collect();
        values.ok().ok_or(Error::BadRequest("a number in a form"))
    }
}
