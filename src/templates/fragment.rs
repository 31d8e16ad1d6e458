//! A fragment: a template that is rendered once and then filled in many times, like a prepared
//! statement. A message, for example, takes a tenth of the time.
//!
//! Compiling renders the template with a placeholder for each value. [`fragment_values!`] declares
//! the names of the values. Filling in replaces each placeholder with its value.

use std::fmt::Display;

use handlebars::html_escape;
use serde::{Serialize, Serializer};

use super::Templates;
use crate::error::{Error, Result};

/// The delimiters of a placeholder: private-use characters, which occur in no template.
const MARK: [char; 2] = ['\u{e000}', '\u{e001}'];

/// A template with placeholders. Conditions (`if`, `each`) are evaluated when it is compiled, so
/// each outcome needs a fragment of its own.
#[derive(Debug)]
pub struct Fragment {
    start: String,
    /// The index of each value, and the text after it.
    rest: Vec<(usize, String)>,
}

/// A value for a placeholder.
pub enum Value<'v> {
    /// Text, which is escaped.
    Text(&'v dyn Display),
    /// Markup of our own renderer, which is not escaped. Only for placeholders between tags.
    Markup(&'v str),
}

impl Serialize for Value<'_> {
    /// Serializes as a string, so that a template can also be rendered with the same values.
    fn serialize<S: Serializer>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error> {
        match self {
            Self::Text(text) => serializer.collect_str(text),
            Self::Markup(markup) => serializer.serialize_str(markup),
        }
    }
}

/// The values of one fragment, one for each name. `fragment_values!` implements it.
pub trait Values<V>: Sized {
    /// The names, in the order of [`Values::in_order`].
    const NAMES: &'static [&'static str];

    /// Calls `value` with each name.
    fn named(value: impl FnMut(&'static str) -> V) -> Self;

    /// Returns the values in the order of the names.
    fn in_order<'s>(&'s self) -> impl Iterator<Item = &'s V>
    where
        V: 's;
}

/// Declares the values of a fragment: a struct with a field for each name in the template. The type
/// parameter is `String` (a placeholder) for compiling and [`Value`] for filling in.
macro_rules! fragment_values {
    ($($(#[$meta:meta])* $vis:vis struct $name:ident { $($(#[$about:meta])* $field:ident),+ $(,)? })+) => {$(
        $(#[$meta])*
        #[derive(serde::Serialize)]
        $vis struct $name<V> {
            $($(#[$about])* $vis $field: V,)+
        }

        impl<V> $crate::templates::FragmentValues<V> for $name<V> {
            const NAMES: &'static [&'static str] = &[$(stringify!($field)),+];

            fn named(mut value: impl FnMut(&'static str) -> V) -> Self {
                Self { $($field: value(stringify!($field))),+ }
            }

            fn in_order<'s>(&'s self) -> impl Iterator<Item = &'s V>
            where
                V: 's,
            {
                [$(&self.$field),+].into_iter()
            }
        }
    )+};
}
pub(crate) use fragment_values;

fn mark(name: &str) -> String {
    format!("{}{name}{}", MARK[0], MARK[1])
}

impl Fragment {
    /// Renders the template `name` with placeholders, and finds the index of the value in each.
    /// `data` makes the template's data from the placeholders.
    ///
    /// # Errors
    /// [`Error::Template`] for a missing template or missing data.
    pub fn compile<M: Values<String>, D: Serialize>(
        templates: &Templates,
        name: &str,
        data: impl FnOnce(M) -> D,
    ) -> Result<Self> {
        let markup = templates.render(name, &data(M::named(mark)))?;
        let mut parts = markup.split(MARK[0]);
        let start = parts.next().unwrap_or_default().to_owned();
        let place = |part: &str| {
            let (name, text) = part.split_once(MARK[1])?;
            let index = M::NAMES.iter().position(|known| *known == name)?;
            Some((index, text.to_owned()))
        };
        let rest: Option<_> = parts.map(place).collect();
        let rest = rest.ok_or_else(|| Error::internal("a mark was torn apart"))?;
        Ok(Self { start, rest })
    }

    /// Appends the markup with `values`, which must have the type with which the fragment was
    /// compiled.
    pub fn fill<'v>(&self, out: &mut String, values: &impl Values<Value<'v>>) {
        // The second is the escaped text, a cache filled at the first use of the value.
        let mut values: Vec<(&Value<'v>, Option<String>)> =
            values.in_order().map(|value| (value, None)).collect();
        out.push_str(&self.start);
        for (index, text) in &self.rest {
            match values.get_mut(*index) {
                Some((Value::Text(value), escaped)) => {
                    out.push_str(escaped.get_or_insert_with(|| html_escape(&value.to_string())));
                }
                Some((Value::Markup(markup), _)) => out.push_str(markup),
                None => {}
            }
            out.push_str(text);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use Value::{Markup, Text};

    fragment_values! {
        struct Line { name, html }
    }

    fn compiled(source: &str) -> Result<Fragment> {
        let templates = Templates::with_source("line", source);
        Fragment::compile(&templates, "line", |line: Line<String>| line)
    }

    #[test]
    fn a_value_stands_wherever_its_name_stands() {
        let fragment = compiled("{{markup html}}: {{name}}, {{name}}.").unwrap();
        let mut out = String::new();
        let values = Line {
            name: Text(&"<ana>"),
            html: Markup("<b>hello</b>"),
        };
        fragment.fill(&mut out, &values);
        assert_eq!(out, "<b>hello</b>: &lt;ana&gt;, &lt;ana&gt;.");
    }

    #[test]
    fn a_name_that_has_no_value_does_not_compile() {
        assert!(compiled("{{title}}").is_err());
    }
}
