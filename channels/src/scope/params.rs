//! The arguments that the routes captured from a path, by name.

use super::pairs::{Iter, Pairs};

/// The named arguments of a route, for example `7` of `rooms/<int:room>/`.
///
/// ```
/// # let scope = channels::Scope::builder("/").build();
/// for (name, value) in scope.params() {
///     println!("{name} is {value}");
/// }
/// assert_eq!(scope.params().get("room"), None);
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Params(Pairs);

impl Params {
    /// The value of one argument.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name)
    }

    /// All arguments, by name.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter()
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.0.iter().count()
    }

    /// Whether the route has none.
    pub fn is_empty(&self) -> bool {
        self.0.iter().next().is_none()
    }
}

impl<'a> IntoIterator for &'a Params {
    type Item = (&'a str, &'a str);
    type IntoIter = Iter<'a>;

    fn into_iter(self) -> Iter<'a> {
        self.0.iter()
    }
}

impl<'a, V: AsRef<str>> FromIterator<(&'a str, V)> for Params {
    /// Of several values of one name, the last is used.
    fn from_iter<I: IntoIterator<Item = (&'a str, V)>>(pairs: I) -> Self {
        Self(pairs.into_iter().collect())
    }
}
