//! Inlines partials without parameters before templates are compiled.
//!
//! A `{{> name}}` without parameters has the data of its caller. Handlebars nevertheless copies
//! that data for each call, for example the whole page with its messages for every icon.

use std::collections::BTreeMap;

/// Returns `source` with each `{{> name}}` replaced by the source of that name. Leaves unknown
/// names, which Handlebars reports as errors.
pub(super) fn inline(sources: &BTreeMap<String, String>, source: &str) -> String {
    const OPEN: &str = "{{> ";
    const CLOSE: &str = "}}";
    let mut text = String::with_capacity(source.len());
    let mut rest = source;
    while let Some((before, tail)) = rest.split_once(OPEN) {
        text.push_str(before);
        let named = tail.split_once(CLOSE);
        let Some((partial, after)) = named.and_then(|(name, after)| {
            let partial = sources.get(name)?;
            Some((partial, after))
        }) else {
            text.push_str(OPEN);
            rest = tail;
            continue;
        };
        // A partial alone on its line ends with a line break of its own.
        let begins_line = text.is_empty() || text.ends_with('\n');
        let next_line = after.strip_prefix('\n').filter(|_| begins_line);
        text.push_str(&inline(sources, partial));
        rest = next_line.unwrap_or(after);
    }
    text.push_str(rest);
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn inlined(source: &str) -> String {
        let partials = [("icon", "<svg/>"), ("brand", "<b>{{> icon}}</b>\n")];
        let owned = partials.map(|(name, source)| (name.to_owned(), source.to_owned()));
        inline(&BTreeMap::from(owned), source)
    }

    #[test]
    fn a_plain_partial_stands_where_it_was_named() {
        assert_eq!(inlined("a {{> icon}} b"), "a <svg/> b");
        assert_eq!(inlined("{{> brand}}\nend"), "<b><svg/></b>\nend");
    }

    #[test]
    fn what_has_parameters_or_is_unknown_is_left_to_handlebars() {
        for source in ["{{> icon size=1}}", "{{> @partial-block}}", "{{> nowhere"] {
            assert_eq!(inlined(source), source);
        }
    }
}
