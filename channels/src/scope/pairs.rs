//! Texts by name, for cookies and the arguments of a route.

use std::collections::BTreeMap;
use std::fmt;

/// Values by name, in the order of the names.
#[derive(Clone, Default, PartialEq, Eq)]
pub(super) struct Pairs(Vec<(String, String)>);

impl Pairs {
    pub(super) fn get(&self, name: &str) -> Option<&str> {
        let (_, value) = self.iter().find(|(known, _)| *known == name)?;
        Some(value)
    }

    pub(super) fn iter(&self) -> Iter<'_> {
        Iter(self.0.iter())
    }
}

impl<'a, V: AsRef<str>> FromIterator<(&'a str, V)> for Pairs {
    /// Of several values of one name, the last is used.
    fn from_iter<I: IntoIterator<Item = (&'a str, V)>>(pairs: I) -> Self {
        let pairs: BTreeMap<_, _> = pairs.into_iter().collect();
        let owned = |(name, value): (&str, V)| (name.to_owned(), value.as_ref().to_owned());
        Self(pairs.into_iter().map(owned).collect())
    }
}

impl fmt::Debug for Pairs {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self.iter()).finish()
    }
}

/// Names and values, in the order of the names.
#[derive(Clone)]
pub struct Iter<'a>(std::slice::Iter<'a, (String, String)>);

impl<'a> Iterator for Iter<'a> {
    type Item = (&'a str, &'a str);

    fn next(&mut self) -> Option<Self::Item> {
        let (name, value) = self.0.next()?;
        Some((name, value))
    }
}
