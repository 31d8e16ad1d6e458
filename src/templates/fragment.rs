//! A piece of markup that is made many times with other values: rendered once with a mark at each
//! value's place, and then only filled in. A message takes a tenth of the time so.

use handlebars::html_escape;

use super::Templates;
use crate::error::{Error, Result};

/// Stands around the number of a value; no template has these (private use) characters.
const MARK: [char; 2] = ['\u{e000}', '\u{e001}'];
/// Ends the number of a value that is markup.
const MARKUP_END: char = '\u{e002}';

/// A template with places for values. What a template decides (`if`, `each`) is decided when it
/// is compiled: each outcome is a fragment of its own.
#[derive(Debug)]
pub struct Fragment {
    start: String,
    rest: Vec<Place>,
}

#[derive(Debug)]
struct Place {
    /// The number of the value that stands here.
    number: usize,
    /// Whether the value is markup, which stays as it is.
    is_markup: bool,
    /// The text behind it.
    text: String,
}

/// What to put into a template's data where the value `number` will stand.
pub fn mark(number: usize) -> String {
    format!("{}{number}{}", MARK[0], MARK[1])
}

/// As [`mark`], for a value that is markup already: what other fragments made.
pub fn markup_mark(number: usize) -> String {
    format!("{}{number}{MARKUP_END}", MARK[0])
}

impl Fragment {
    /// The template `name` with `page` as its data, which holds a [`mark`] for every value.
    ///
    /// # Errors
    /// [`Error::Template`] for a missing template or missing data.
    pub fn compile(templates: &Templates, name: &str, page: serde_json::Value) -> Result<Self> {
        let markup = templates.render(name, page)?;
        let mut parts = markup.split(MARK[0]);
        let start = parts.next().unwrap_or_default().to_owned();
        let place = |part: &str| {
            let end = part.find([MARK[1], MARKUP_END])?;
            let (number, text) = part.split_at(end);
            let mut text = text.chars();
            Some(Place {
                number: number.parse().ok()?,
                is_markup: text.next() == Some(MARKUP_END),
                text: text.as_str().to_owned(),
            })
        };
        let rest: Option<_> = parts.map(place).collect();
        let rest = rest.ok_or_else(|| Error::internal("a mark was torn apart"))?;
        Ok(Self { start, rest })
    }

    /// Appends the markup with these values, escaped but for those that are markup.
    pub fn fill(&self, out: &mut String, values: &[&dyn std::fmt::Display]) {
        out.push_str(&self.start);
        let mut escaped = vec![None; values.len()];
        for place in &self.rest {
            if let Some(value) = values.get(place.number) {
                let escape = || match place.is_markup {
                    true => value.to_string(),
                    false => html_escape(&value.to_string()),
                };
                out.push_str(escaped[place.number].get_or_insert_with(escape));
            }
            out.push_str(&place.text);
        }
    }
}
