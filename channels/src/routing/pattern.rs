//! Route patterns: Django's `path()` syntax and regular expressions, compiled once.
//!
//! Source: django/urls/resolvers.py.

use std::borrow::Cow;
use std::collections::BTreeMap;

use regex::Regex;

use super::converter::PathConverter;
use super::reverse::{Argument, Piece};

/// The converters that an application added, by name.
pub(super) type Converters = BTreeMap<String, PathConverter>;

/// A compiled pattern.
pub(super) struct Pattern {
    regex: Regex,
    /// The literal prefix of every matching path, which is faster to compare than the whole
    /// pattern.
    start: String,
    /// Converter of each named argument; a regular expression has none.
    converters: Converters,
    /// The parts for building a path; a regular expression has none.
    pub(super) pieces: Option<Vec<Piece>>,
}

/// The values that a pattern captured from a path.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Matched<'a> {
    pub(super) args: Vec<String>,
    /// Names of the pattern with what stands for them.
    pub(super) kwargs: Vec<(&'a str, Cow<'a, str>)>,
    /// Where the match ended, in bytes.
    pub(super) end: usize,
}

impl Pattern {
    /// Compiles `rooms/<int:room>/`. A prefix may be followed by anything.
    pub(super) fn path(pattern: &str, prefix: bool, own: &Converters) -> Result<Self, String> {
        let pieces = pieces_of(pattern, own)?;
        let start = match pieces.first() {
            Some(Piece::Literal(text)) => text.clone(),
            _ => String::new(),
        };
        let mut regex = String::from("^");
        let mut converters = Converters::new();
        for piece in &pieces {
            match piece {
                Piece::Literal(text) => regex.push_str(&regex::escape(text)),
                Piece::Argument(Argument {
                    name, converter, ..
                }) => {
                    regex.push_str(&format!("(?P<{name}>{})", converter.regex));
                    if converters.insert(name.clone(), converter.clone()).is_some() {
                        return Err(format!("the argument {name:?} appears twice"));
                    }
                }
            }
        }
        if !prefix {
            regex.push_str(r"\z");
        }
        Ok(Self {
            regex: Regex::new(&regex).map_err(|error| error.to_string())?,
            start,
            converters,
            pieces: Some(pieces),
        })
    }

    /// Compiles a regular expression; one that ends in `$` must match up to the end from the
    /// beginning, any other is searched for.
    pub(super) fn regex(pattern: &str) -> Result<Self, String> {
        let whole = match pattern.strip_suffix('$') {
            Some(open) if !open.ends_with('\\') => format!(r"\A(?:{open})\z"),
            _ => pattern.to_owned(),
        };
        Ok(Self {
            regex: Regex::new(&whole).map_err(|error| error.to_string())?,
            start: String::new(),
            converters: BTreeMap::new(),
            pieces: None,
        })
    }

    pub(super) fn matches<'a>(&'a self, path: &'a str) -> Option<Matched<'a>> {
        if !path.starts_with(&self.start) {
            return None;
        }
        let captures = self.regex.captures(path)?;
        let mut matched = Matched {
            end: captures.get(0)?.end(),
            ..Matched::default()
        };
        let names = self.regex.capture_names();
        let has_names = names.clone().flatten().next().is_some();
        for (name, capture) in names.zip(captures.iter()).skip(1) {
            let text = capture.map(|capture| capture.as_str());
            match (name, text) {
                (Some(name), Some(text)) => {
                    let value = match self.converters.get(name) {
                        Some(converter) => converter.apply(text)?.into(),
                        None => text.into(),
                    };
                    matched.kwargs.push((name, value));
                }
                // With a named group beside it an unnamed one is no argument.
                (None, Some(text)) if !has_names => matched.args.push(text.to_owned()),
                _ => {}
            }
        }
        Some(matched)
    }
}

fn pieces_of(pattern: &str, own: &Converters) -> Result<Vec<Piece>, String> {
    let mut pieces = Vec::new();
    let mut rest = pattern;
    while let Some(open) = rest.find('<') {
        pieces.push(Piece::Literal(rest[..open].to_owned()));
        let inner = &rest[open + 1..];
        let close = inner.find('>').ok_or("a '<' has no '>'")?;
        let (name, converter) = argument(&inner[..close], own)?;
        pieces.push(Piece::Argument(Argument::new(name, converter)?));
        rest = &inner[close + 1..];
    }
    pieces.push(Piece::Literal(rest.to_owned()));
    Ok(pieces)
}

fn argument<'a>(inner: &'a str, own: &Converters) -> Result<(&'a str, PathConverter), String> {
    let (converter, name) = inner.split_once(':').unwrap_or(("str", inner));
    let known = own.get(converter).cloned();
    let known = known.or_else(|| PathConverter::named(converter));
    let known = known.ok_or_else(|| {
        format!(
            "there is no converter {converter:?}; use str, int, slug, uuid or path, or add yours \
             with `converter` before the route"
        )
    })?;
    let mut letters = name.chars();
    let starts_well = letters
        .next()
        .is_some_and(|c| c.is_ascii_alphabetic() || c == '_');
    if starts_well && letters.all(|c| c.is_ascii_alphanumeric() || c == '_') {
        return Ok((name, known));
    }
    Err(format!("{name:?} cannot name an argument"))
}
