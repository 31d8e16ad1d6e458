//! From a route's name to a path (URL reversing): Django's `reverse()`.

use std::collections::BTreeMap;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use regex::Regex;

use super::converter::PathConverter;

/// A part of a `path()` pattern.
#[derive(Clone, Debug)]
pub(super) enum Piece {
    Literal(String),
    Argument(Argument),
}

#[derive(Clone, Debug)]
pub(super) struct Argument {
    pub(super) name: String,
    pub(super) converter: PathConverter,
    /// Matches a text that the converter accepts as a whole.
    whole: Regex,
}

impl Argument {
    pub(super) fn new(name: &str, converter: PathConverter) -> Result<Self, String> {
        // Compiled alone first, because unbalanced brackets could combine with those around it.
        let inner = Regex::new(&converter.regex).map_err(|error| error.to_string())?;
        let whole = Regex::new(&format!(r"\A(?:{inner})\z")).map_err(|error| error.to_string())?;
        Ok(Self {
            name: name.to_owned(),
            converter,
            whole,
        })
    }

    /// Whether a text is valid at this position of a path.
    fn takes(&self, text: &str) -> bool {
        self.whole.is_match(text) && self.converter.apply(text).is_some()
    }
}

/// The characters, besides letters and digits, that are not percent-encoded in a path, as in
/// Django.
const ESCAPED: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~')
    .remove(b'!')
    .remove(b'$')
    .remove(b'&')
    .remove(b'\'')
    .remove(b'(')
    .remove(b')')
    .remove(b'*')
    .remove(b'+')
    .remove(b',')
    .remove(b';')
    .remove(b'=')
    .remove(b':')
    .remove(b'@')
    .remove(b'/');

/// Why there is no path of that name.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum UrlError {
    /// No route has that name, or only one with a regular expression, which cannot be reversed.
    #[error("no path route is named {0:?}")]
    Unknown(String),
    /// The routes of that name have other arguments, or do not accept these values.
    #[error("route {name:?} takes the arguments {expected:?}, each as its converter allows")]
    Arguments {
        /// The route's name.
        name: String,
        /// The arguments of the first route of that name.
        expected: Vec<String>,
    },
}

/// The named routes of an endpoint, each with the parts of its path; several may share a name.
#[derive(Default)]
pub(super) struct Names(BTreeMap<String, Vec<Vec<Piece>>>);

impl Names {
    pub(super) fn add(&mut self, name: &str, pieces: Vec<Piece>) {
        self.0.entry(name.to_owned()).or_default().push(pieces);
    }

    /// Adds the routes inside a route with that prefix.
    pub(super) fn add_nested(&mut self, prefix: &[Piece], inner: &Self) {
        for (name, routes) in &inner.0 {
            for pieces in routes {
                self.add(name, [prefix, pieces].concat());
            }
        }
    }

    pub(super) fn url_for(&self, name: &str, args: &[(&str, &str)]) -> Result<String, UrlError> {
        let routes = self.0.get(name);
        let routes = routes.ok_or_else(|| UrlError::Unknown(name.to_owned()))?;
        let path = routes.iter().find_map(|pieces| put_together(pieces, args));
        path.ok_or_else(|| UrlError::Arguments {
            name: name.to_owned(),
            expected: routes
                .iter()
                .take(1)
                .flatten()
                .filter_map(argument)
                .collect(),
        })
    }
}

fn argument(piece: &Piece) -> Option<String> {
    match piece {
        Piece::Literal(_) => None,
        Piece::Argument(argument) => Some(argument.name.clone()),
    }
}

fn put_together(pieces: &[Piece], args: &[(&str, &str)]) -> Option<String> {
    let mut path = String::from("/");
    let mut used = 0;
    for piece in pieces {
        match piece {
            Piece::Literal(text) => path.extend(utf8_percent_encode(text, ESCAPED)),
            Piece::Argument(argument) => {
                let (_, value) = args.iter().find(|(known, _)| *known == argument.name)?;
                if !argument.takes(value) {
                    return None;
                }
                path.extend(utf8_percent_encode(value, ESCAPED));
                used += 1;
            }
        }
    }
    // With a second slash, browsers would parse the rest as a host.
    if let Some(rest) = path.strip_prefix("//") {
        path = format!("/%2F{rest}");
    }
    (used == args.len()).then_some(path)
}
