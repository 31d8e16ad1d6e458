//! The Handlebars registry, its helpers, and `render`. Templates are read once at start: from the
//! binary in release builds, from `templates/` in debug builds. The registry is strict: missing
//! data is an error.

mod fragment;
mod inline;

use std::{
    collections::BTreeMap,
    sync::{Arc, LazyLock},
};

pub(crate) use fragment::fragment_values;
pub use fragment::{Fragment, Value as FragmentValue, Values as FragmentValues};
use handlebars::{
    Context, Handlebars, Helper, HelperResult, Output, RenderContext, RenderErrorReason,
    handlebars_helper,
};
use rust_embed::RustEmbed;
use serde::Serialize;
use serde_json::Value;

use crate::{
    error::Result,
    words::{self, FluentValue},
};

#[derive(RustEmbed)]
#[folder = "templates"]
struct Files;

/// All compiled templates of the site. Cheap to clone.
#[derive(Clone)]
pub struct Templates(Arc<Handlebars<'static>>);

impl Templates {
    /// Compiles all templates. If one does not compile, the server does not start.
    ///
    /// # Errors
    /// [`crate::error::Error::Internal`] naming the template and the line.
    pub fn load() -> Result<Self> {
        let mut registry = Handlebars::new();
        registry.set_strict_mode(true);
        // Otherwise, Handlebars would indent every line of a message by the indentation of its
        // partial.
        registry.set_prevent_indent(true);
        let sources = sources();
        for (name, source) in &sources {
            registry
                .register_template_string(name, inline::inline(&sources, source))
                .map_err(crate::error::Error::internal)?;
        }
        registry.register_helper("t", Box::new(translate));
        registry.register_helper("t-names", Box::new(translate_names));
        registry.register_helper("json", Box::new(json_for_script));
        registry.register_helper("eq", Box::new(eq));
        registry.register_helper("markup", Box::new(markup));
        registry.register_helper("script-words", Box::new(words_for_scripts));
        Ok(Self(Arc::new(registry)))
    }

    /// Renders the template `name` (its path below `templates/`, without `.hbs`) with the fields of
    /// `data`.
    ///
    /// # Errors
    /// [`crate::error::Error::Template`] for a missing template or missing data.
    pub fn render(&self, name: &str, data: &impl Serialize) -> Result<String> {
        Ok(self.0.render(name, data)?)
    }

    /// Returns the templates and one more, for a test.
    #[cfg(test)]
    fn with_source(name: &str, source: &str) -> Self {
        let mut templates = Self::load().unwrap();
        let registry = Arc::get_mut(&mut templates.0).unwrap();
        registry.register_template_string(name, source).unwrap();
        templates
    }
}

/// Returns the sources by name, which is the path below `templates/` without `.hbs`.
fn sources() -> BTreeMap<String, String> {
    // The page for developers is not compiled where it has no address.
    let is_served = |path: &str| cfg!(debug_assertions) || path != "styleguide.hbs";
    let files = Files::iter().filter(|path| is_served(path)).map(|path| {
        let file = Files::get(&path).expect("rust-embed lists only what it holds");
        let source = String::from_utf8_lossy(&file.data).into_owned();
        (path.trim_end_matches(".hbs").to_owned(), source)
    });
    files.collect()
}

handlebars_helper!(eq: |a: Value, b: Value| a == b);

/// `{{t "key" name=value}}`: a text of the locale files, escaped.
fn translate(
    helper: &Helper<'_>,
    registry: &Handlebars<'_>,
    _: &Context,
    _: &mut RenderContext<'_, '_>,
    out: &mut dyn Output,
) -> HelperResult {
    let key = helper.param(0).and_then(|key| key.value().as_str());
    let key = key.ok_or(RenderErrorReason::ParamNotFoundForIndex("t", 0))?;
    let values: Vec<(&str, FluentValue<'_>)> = helper
        .hash()
        .iter()
        .map(|(name, value)| (*name, fluent(value.value())))
        .collect();
    let escape = registry.get_escape_fn();
    out.write(&escape(&words::text_with(key, &values)))?;
    Ok(())
}

/// The delimiters of a value until it is escaped. They are removed from the value itself.
const NAME: [char; 2] = ['\u{e002}', '\u{e003}'];

/// `{{t-names "key" name=value}}`: like `t`, with every value in a `<bdi>`, so that the direction
/// of a name cannot affect the text around it. Browsers do not translate it.
fn translate_names(
    helper: &Helper<'_>,
    registry: &Handlebars<'_>,
    _: &Context,
    _: &mut RenderContext<'_, '_>,
    out: &mut dyn Output,
) -> HelperResult {
    let key = helper.param(0).and_then(|key| key.value().as_str());
    let key = key.ok_or(RenderErrorReason::ParamNotFoundForIndex("t-names", 0))?;
    let values: Vec<(&str, FluentValue<'_>)> = helper
        .hash()
        .iter()
        .map(|(name, value)| (*name, isolated(value.value())))
        .collect();
    let escape = registry.get_escape_fn();
    let text = escape(&words::text_with(key, &values));
    out.write(
        &text
            .replace(NAME[0], "<bdi translate=\"no\">")
            .replace(NAME[1], "</bdi>"),
    )?;
    Ok(())
}

fn isolated(value: &Value) -> FluentValue<'_> {
    match value {
        Value::String(text) => {
            let text = text.replace(NAME, "");
            format!("{}{text}{}", NAME[0], NAME[1]).into()
        }
        other => fluent(other),
    }
}

fn fluent(value: &Value) -> FluentValue<'_> {
    match value {
        Value::Number(number) => number.as_f64().map_or(FluentValue::None, FluentValue::from),
        Value::String(text) => text.as_str().into(),
        other => other.to_string().into(),
    }
}

/// `{{json value}}` inside `<script type="application/json">`: escaped, so that no value can close
/// the script element.
fn json_for_script(
    helper: &Helper<'_>,
    _: &Handlebars<'_>,
    _: &Context,
    _: &mut RenderContext<'_, '_>,
    out: &mut dyn Output,
) -> HelperResult {
    let value = helper
        .param(0)
        .ok_or(RenderErrorReason::ParamNotFoundForIndex("json", 0))?;
    let json = serde_json::to_string(value.value()).map_err(RenderErrorReason::SerdeError)?;
    out.write(&escape_for_script(&json))?;
    Ok(())
}

/// `{{markup name}}`: markup of [`Fragment`]s or `chat::formatting`, without escaping. The values
/// in it are escaped already.
fn markup(
    helper: &Helper<'_>,
    _: &Handlebars<'_>,
    _: &Context,
    _: &mut RenderContext<'_, '_>,
    out: &mut dyn Output,
) -> HelperResult {
    let markup = helper.param(0).and_then(|markup| markup.value().as_str());
    out.write(markup.ok_or(RenderErrorReason::ParamNotFoundForIndex("markup", 0))?)?;
    Ok(())
}

fn escape_for_script(json: &str) -> String {
    let mut escaped = String::with_capacity(json.len());
    for character in json.chars() {
        match character {
            '<' | '>' | '&' | '\u{2028}' | '\u{2029}' => {
                escaped.push_str(&format!("\\u{:04x}", u32::from(character)));
            }
            other => escaped.push(other),
        }
    }
    escaped
}

/// `{{script-words}}` inside `<script type="application/json">`: the texts for scripts.
fn words_for_scripts(
    _: &Helper<'_>,
    _: &Handlebars<'_>,
    _: &Context,
    _: &mut RenderContext<'_, '_>,
    out: &mut dyn Output,
) -> HelperResult {
    static WORDS: LazyLock<String> = LazyLock::new(|| {
        let words = serde_json::json!(words::with_prefix("js-"));
        escape_for_script(&words.to_string())
    });
    out.write(&WORDS)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_template_compiles() {
        assert!(!sources().is_empty());
        Templates::load().unwrap();
    }

    #[test]
    fn no_template_writes_unescaped_or_carries_inline_code() {
        for (name, source) in sources() {
            let lower = source.to_lowercase();
            let lower = match name.as_str() {
                // Made of fragments only, by `chat::view::log`.
                "chat/messages/_log" => lower.replacen("{{markup log}}", "", 1),
                // Escaped and sanitised by `chat::formatting`.
                "chat/messages/_message_parts" => {
                    ["html", "quote", "edited", "pinned", "reactions"]
                        .iter()
                        .fold(lower, |text, part| {
                            text.replacen(&format!("{{{{markup {part}}}}}"), "", 1)
                        })
                }
                "chat/log/_notice" => lower.replacen("{{markup gathered}}", "", 1),
                "chat/messages/_reactions" => lower.replacen("{{markup reactions}}", "", 1),
                _ => lower,
            };
            for forbidden in [
                "{{markup",
                "{{{",
                "{{&",
                " style=",
                "<style",
                " onclick=",
                " onload=",
                " onerror=",
                "javascript:",
            ] {
                assert!(!lower.contains(forbidden), "{name} contains {forbidden}");
            }
            for script in lower.split("<script").skip(1) {
                let tag = script.split('>').next().unwrap();
                let fine = tag.contains("src=") || tag.contains("application/json");
                assert!(fine, "{name} has an inline script: {tag}");
            }
        }
    }

    #[test]
    fn every_message_that_a_template_names_exists() {
        let known = words::with_prefix("");
        let mut found = 0;
        for (name, source) in sources() {
            for part in source
                .split("t \"")
                .skip(1)
                .chain(source.split("t-names \"").skip(1))
            {
                let key = part.split('"').next().unwrap();
                assert!(known.contains_key(key), "{name} names {key}");
                found += 1;
            }
        }
        assert!(found > 20);
    }

    #[test]
    fn a_partial_on_an_indented_line_leaves_what_people_wrote() {
        #[derive(Serialize)]
        struct Line {
            text: &'static str,
        }
        let mut templates = Templates::with_source("line", "{{text}}");
        let registry = Arc::get_mut(&mut templates.0).unwrap();
        registry
            .register_template_string("indented", "<p>\n    {{> line}}\n</p>")
            .unwrap();
        let page = templates.render("indented", &Line { text: "one\ntwo" });
        assert!(page.unwrap().contains("one\ntwo"));
    }

    #[test]
    fn data_for_scripts_cannot_end_the_script() {
        let escaped = escape_for_script(&serde_json::json!("</script>&\u{2028}").to_string());
        assert_eq!(escaped, r#""\u003c/script\u003e\u0026\u2028""#);
    }
}
