//! Texts by name, as cookies and the arguments of a route are.

use std::fmt;

use super::packed::{Packed, Packing, Parts, text};

/// Values by name, in the order of the names; clones share them.
#[derive(Clone, Default, PartialEq, Eq)]
pub(super) struct Pairs(Packed);

impl Pairs {
    pub(super) fn get(&self, name: &str) -> Option<&str> {
        let (_, value) = self.iter().find(|(known, _)| *known == name)?;
        Some(value)
    }

    pub(super) fn iter(&self) -> Iter<'_> {
        Iter(self.0.parts())
    }
}

impl<'a, V: AsRef<str>> FromIterator<(&'a str, V)> for Pairs {
    /// The last of several values of one name wins.
    fn from_iter<I: IntoIterator<Item = (&'a str, V)>>(pairs: I) -> Self {
        let mut pairs: Vec<_> = pairs.into_iter().collect();
        pairs.sort_by_key(|(name, _)| *name);
        let mut packing = Packing::default();
        let of_one_name = pairs.chunk_by(|(one, _), (other, _)| one == other);
        for (name, value) in of_one_name.filter_map(|values| values.last()) {
            packing.push(name.as_bytes());
            packing.push(value.as_ref().as_bytes());
        }
        Self(packing.finish())
    }
}

impl fmt::Debug for Pairs {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self.iter()).finish()
    }
}

/// Names and values, in the order of the names.
#[derive(Clone)]
pub struct Iter<'a>(Parts<'a>);

impl<'a> Iterator for Iter<'a> {
    type Item = (&'a str, &'a str);

    fn next(&mut self) -> Option<Self::Item> {
        let (name, value) = self.0.pair()?;
        Some((text(name), text(value)))
    }
}
