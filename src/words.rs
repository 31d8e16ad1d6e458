//! The texts of the user interface (localisation), from Project Fluent files in `locales/`, English
//! first. Templates use them through the helpers `t` and `script-words`, Rust code through `text`.

use std::{collections::BTreeMap, sync::LazyLock};

pub use fluent_bundle::FluentValue;
use fluent_bundle::{FluentArgs, FluentResource, concurrent::FluentBundle};
use fluent_syntax::ast::{Entry, Expression, InlineExpression, Pattern, PatternElement};
use rust_embed::RustEmbed;
use unic_langid::LanguageIdentifier;

#[derive(RustEmbed)]
#[folder = "locales/en"]
struct English;

static WORDS: LazyLock<FluentBundle<FluentResource>> = LazyLock::new(|| {
    let mut bundle = FluentBundle::new_concurrent(vec![english()]);
    // Templates isolate names with `<bdi>`. Isolation marks would break exact comparisons of
    // accessible names.
    bundle.set_use_isolating(false);
    for resource in resources() {
        bundle
            .add_resource(resource)
            .expect("no message key stands twice in locales/en");
    }
    bundle
});

/// The source of every message for scripts. A cache, because every page needs it.
static SOURCES: LazyLock<BTreeMap<String, String>> = LazyLock::new(sources);

fn english() -> LanguageIdentifier {
    "en".parse().expect("en is a language")
}

fn resources() -> Vec<FluentResource> {
    let files = English::iter().filter(|name| name.ends_with(".ftl"));
    files
        .map(|name| {
            let file = English::get(&name).expect("rust-embed lists only what it holds");
            let source = String::from_utf8_lossy(&file.data).into_owned();
            FluentResource::try_new(source).expect("every locale file is valid Fluent")
        })
        .collect()
}

/// Returns the text of the message `key`.
pub fn text(key: &str) -> String {
    text_with(key, &[])
}

/// Returns the text of the message `key` with its variables filled in. A number selects a plural
/// form. A name stays as typed, even if it consists of digits. For a missing key, logs an error and
/// returns the key, because a page with one odd word is better than no page. A test checks all keys
/// in templates.
pub fn text_with(key: &str, values: &[(&str, FluentValue<'_>)]) -> String {
    let values: FluentArgs<'_> = values
        .iter()
        .map(|(name, value)| (*name, value.clone()))
        .collect();
    format(key, Some(&values)).unwrap_or_else(|| {
        log::error!(target: "parlour::words", "no message {key}");
        key.to_owned()
    })
}

fn format(key: &str, values: Option<&FluentArgs<'_>>) -> Option<String> {
    let pattern = WORDS.get_message(key)?.value()?;
    let mut errors = Vec::new();
    let text = WORDS.format_pattern(pattern, values, &mut errors);
    for error in errors {
        log::error!(target: "parlour::words", "{key}: {error}");
    }
    Some(text.into_owned())
}

/// Returns the sources of all messages whose key starts with `prefix` (`{ $name }` stays), for
/// scripts.
pub fn with_prefix(prefix: &str) -> BTreeMap<&'static str, &'static str> {
    SOURCES
        .iter()
        .filter(|(key, _)| key.starts_with(prefix))
        .map(|(key, source)| (key.as_str(), source.as_str()))
        .collect()
}

fn sources() -> BTreeMap<String, String> {
    let mut found = BTreeMap::new();
    for resource in resources() {
        for entry in resource.entries() {
            if let Entry::Message(message) = entry
                && let Some(pattern) = &message.value
            {
                found.insert(message.id.name.to_owned(), source_of(pattern));
            }
        }
    }
    found
}

fn source_of(pattern: &Pattern<&str>) -> String {
    let elements = pattern.elements.iter().map(|element| match element {
        PatternElement::TextElement { value } => (*value).to_owned(),
        PatternElement::Placeable {
            expression: Expression::Inline(InlineExpression::VariableReference { id }),
        } => format!("{{ ${} }}", id.name),
        PatternElement::Placeable {
            expression: Expression::Inline(InlineExpression::StringLiteral { value }),
        } => (*value).to_owned(),
        PatternElement::Placeable { .. } => String::new(),
    });
    elements.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_of_digits_stays_as_it_is_typed() {
        let name = [("name", "007".into())];
        assert_eq!(text_with("friends-accept-label", &name), "Accept 007");
    }

    #[test]
    fn a_number_chooses_its_plural() {
        let one = text_with("room-refused-too-long", &[("excess", 1.into())]);
        assert!(one.contains("1 character."), "{one}");
        let two = text_with("room-refused-too-long", &[("excess", 2.into())]);
        assert!(two.contains("2 characters."), "{two}");
    }

    #[test]
    fn a_missing_key_stands_for_itself() {
        assert_eq!(text("no-such-key"), "no-such-key");
    }
}
