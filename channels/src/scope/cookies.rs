//! The cookies of a handshake, parsed as Django parses them.
//!
//! Source: channels/sessions.py, `CookieMiddleware`, and Django's `parse_cookie`.

use std::borrow::Cow;

use super::pairs::Pairs;

/// The cookies that a client sent, by name.
///
/// ```
/// let cookies = channels::Cookies::parse("theme=dark; q=\"quoted val\"");
/// assert_eq!(cookies.get("q"), Some("quoted val"));
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Cookies(Pairs);

impl Cookies {
    /// Parses the value of a `Cookie` header.
    ///
    /// If a name occurs twice, the last value wins. A part without `=` is a value with an empty name.
    /// Quotes and backslash escapes are decoded, percent-encoding is not. Only ASCII spaces are
    /// trimmed: the last byte of a UTF-8 letter (à) may be a no-break space in Latin-1.
    pub fn parse(header: &str) -> Self {
        Self(pairs(header).collect())
    }

    /// All values of one name in a `Cookie` header, in its order.
    pub(crate) fn values<'a>(header: &'a str, name: &'a str) -> impl Iterator<Item = Cow<'a, str>> {
        pairs(header)
            .filter(move |(known, _)| *known == name)
            .map(|(_, value)| value)
    }

    /// The value of one cookie.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name)
    }

    /// All cookies, by name.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter()
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.0.iter().count()
    }

    /// Whether the client sent none.
    pub fn is_empty(&self) -> bool {
        self.0.iter().next().is_none()
    }
}

/// The pairs of a `Cookie` header, in its order.
fn pairs(header: &str) -> impl Iterator<Item = (&str, Cow<'_, str>)> {
    let parts = header.split(';').map(|part| {
        let (name, value) = part.split_once('=').unwrap_or(("", part));
        (name.trim_ascii(), value.trim_ascii())
    });
    let cookies = parts.filter(|(name, value)| !name.is_empty() || !value.is_empty());
    cookies.map(|(name, value)| (name, unquote(value)))
}

/// Removes surrounding double quotes, then `\"`-like and `\054`-like escapes.
fn unquote(value: &str) -> Cow<'_, str> {
    let Some(inner) = value
        .strip_prefix('"')
        .and_then(|rest| rest.strip_suffix('"'))
    else {
        return value.into();
    };
    let mut text = String::with_capacity(inner.len());
    let mut rest = inner;
    while let Some(at) = rest.find('\\') {
        text.push_str(&rest[..at]);
        let escaped = &rest[at + 1..];
        if let Some(octal) = escaped.get(..3).and_then(octal) {
            text.push(char::from(octal));
            rest = &escaped[3..];
        } else {
            let first = escaped.chars().next().unwrap_or('\\');
            text.push(first);
            rest = escaped.get(first.len_utf8()..).unwrap_or_default();
        }
    }
    text.push_str(rest);
    text.into()
}

fn octal(digits: &str) -> Option<u8> {
    let all = digits.bytes().all(|digit| (b'0'..=b'7').contains(&digit));
    all.then(|| u8::from_str_radix(digits, 8).ok()).flatten()
}
