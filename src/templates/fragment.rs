//! A piece of markup that is made many times with other values: rendered once with a mark at each
//! value's place, and then only filled in. A message takes a tenth of the time so.

use handlebars::html_escape;

use super::Templates;
use crate::error::{Error, Result};

/// Stands around the number of a value; no template has these (private use) characters.
const MARK: [char; 2] = ['\u{e000}', '\u{e001}'];

/// A template with places for values. What a template decides (`if`, `each`) is decided when it
/// is compiled: each outcome is a fragment of its own.
#[derive(Debug)]
pub struct Fragment {
    start: String,
    /// The number of a value, and the text behind it.
    rest: Vec<(usize, String)>,
}

/// What is put at a place.
pub enum Value<'v> {
    /// Is escaped.
    Text(&'v dyn std::fmt::Display),
    /// Stands as it is: only what our own renderer made, for a place between tags.
    Markup(&'v str),
}

/// What to put into a template's data where the value `number` will stand.
pub fn mark(number: usize) -> String {
    format!("{}{number}{}", MARK[0], MARK[1])
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
            let (number, text) = part.split_once(MARK[1])?;
            Some((number.parse().ok()?, text.to_owned()))
        };
        let rest: Option<_> = parts.map(place).collect();
        let rest = rest.ok_or_else(|| Error::internal("a mark was torn apart"))?;
        Ok(Self { start, rest })
    }

    /// Appends the markup with these values.
    pub fn fill(&self, out: &mut String, values: &[Value<'_>]) {
        out.push_str(&self.start);
        let mut escaped = vec![None; values.len()];
        for (number, text) in &self.rest {
            match values.get(*number) {
                Some(Value::Text(value)) => out.push_str(
                    escaped[*number].get_or_insert_with(|| html_escape(&value.to_string())),
                ),
                Some(Value::Markup(markup)) => out.push_str(markup),
                None => {}
            }
            out.push_str(text);
        }
    }
}
