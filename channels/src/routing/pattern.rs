//! Route patterns: Django's `path()` syntax and regular expressions, compiled once.
//!
//! Source: django/urls/resolvers.py and converters.py.

use std::collections::BTreeMap;

use regex::Regex;

/// A compiled pattern.
pub(super) struct Pattern {
    regex: Regex,
    /// Converter of each named argument; a regular expression has none.
    converters: BTreeMap<String, Converter>,
}

/// What a pattern took out of a path.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Matched {
    pub(super) args: Vec<String>,
    pub(super) kwargs: BTreeMap<String, String>,
    /// Where the match ended, in bytes.
    pub(super) end: usize,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Converter {
    Str,
    Int,
    Slug,
    Uuid,
    Path,
}

impl Converter {
    fn named(name: &str) -> Option<Self> {
        Some(match name {
            "str" => Self::Str,
            "int" => Self::Int,
            "slug" => Self::Slug,
            "uuid" => Self::Uuid,
            "path" => Self::Path,
            _ => return None,
        })
    }

    fn regex(self) -> &'static str {
        match self {
            Self::Str => "[^/]+",
            Self::Int => "[0-9]+",
            Self::Slug => "[-a-zA-Z0-9_]+",
            Self::Uuid => "[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}",
            Self::Path => ".+",
        }
    }

    /// The text as the application gets it: numbers without leading zeros.
    fn convert(self, text: &str) -> String {
        match self {
            Self::Int => match text.trim_start_matches('0') {
                "" => "0".to_owned(),
                digits => digits.to_owned(),
            },
            _ => text.to_owned(),
        }
    }
}

impl Pattern {
    /// Compiles `rooms/<int:room>/`. A prefix may be followed by anything.
    pub(super) fn path(pattern: &str, prefix: bool) -> Result<Self, String> {
        let mut regex = String::from("^");
        let mut converters = BTreeMap::new();
        let mut rest = pattern;
        while let Some(open) = rest.find('<') {
            regex.push_str(&regex::escape(&rest[..open]));
            let inner = &rest[open + 1..];
            let close = inner.find('>').ok_or("a '<' has no '>'")?;
            let (converter, name) = argument(&inner[..close])?;
            regex.push_str(&format!("(?P<{name}>{})", converter.regex()));
            if converters.insert(name.to_owned(), converter).is_some() {
                return Err(format!("the argument {name:?} appears twice"));
            }
            rest = &inner[close + 1..];
        }
        regex.push_str(&regex::escape(rest));
        if !prefix {
            regex.push_str(r"\z");
        }
        Ok(Self {
            regex: Regex::new(&regex).map_err(|error| error.to_string())?,
            converters,
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
            converters: BTreeMap::new(),
        })
    }

    pub(super) fn matches(&self, path: &str) -> Option<Matched> {
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
                    let converter = self.converters.get(name).copied();
                    let value = converter.unwrap_or(Converter::Str).convert(text);
                    matched.kwargs.insert(name.to_owned(), value);
                }
                // With a named group beside it an unnamed one is no argument.
                (None, Some(text)) if !has_names => matched.args.push(text.to_owned()),
                _ => {}
            }
        }
        Some(matched)
    }
}

fn argument(inner: &str) -> Result<(Converter, &str), String> {
    let (converter, name) = inner.split_once(':').unwrap_or(("str", inner));
    let known = Converter::named(converter);
    let known = known.ok_or_else(|| {
        format!("there is no converter {converter:?}; use str, int, slug, uuid or path")
    })?;
    let mut letters = name.chars();
    let starts_well = letters
        .next()
        .is_some_and(|c| c.is_ascii_alphabetic() || c == '_');
    if starts_well && letters.all(|c| c.is_ascii_alphanumeric() || c == '_') {
        return Ok((known, name));
    }
    Err(format!("{name:?} cannot name an argument"))
}
