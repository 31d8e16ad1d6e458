//! Commands that change how a text is shown: `/me waves` is what somebody does, `/shrug` shrugs, and
//! `//me` shows `/me`. The stored text stays as typed, so that an edit shows what was typed. Any
//! other text that starts with `/` is what it is.

use std::borrow::Cow;

use crate::visible;

/// The end of a text after `/shrug`.
const SHRUG: &str = r"¯\_(ツ)_/¯";

/// The commands that a second `/` escapes: these, and those of `chat/pages/commands.rs`.
const COMMANDS: [&str; 4] = ["me", "shrug", "mute", "invite"];

/// What a text says.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Spoken<'s> {
    /// These words.
    Words(Cow<'s, str>),
    /// What the author does, as words behind their name.
    Action(&'s str),
}

/// Reads a text.
pub(super) fn read(source: &str) -> Spoken<'_> {
    let Some(command) = source.strip_prefix('/') else {
        return Spoken::Words(source.into());
    };
    let end = command.find(char::is_whitespace).unwrap_or(command.len());
    let (word, rest) = command.split_at(end);
    let rest = rest.trim();
    match word {
        "me" if visible::shows_something(rest) => Spoken::Action(rest),
        "shrug" if rest.is_empty() => Spoken::Words(SHRUG.into()),
        "shrug" => Spoken::Words(format!("{rest} {SHRUG}").into()),
        escaped if escaped.strip_prefix('/').is_some_and(is_command) => {
            Spoken::Words(command.into())
        }
        _ => Spoken::Words(source.into()),
    }
}

fn is_command(word: &str) -> bool {
    COMMANDS.contains(&word)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chat::messages::formatting::{is_action, plain, render};

    fn html(source: &str) -> String {
        render(source).html(|_| None)
    }

    #[test]
    fn me_is_what_the_author_does() {
        assert_eq!(html("/me waves"), "<div class=\"emote\">waves</div>");
        assert_eq!(
            html("/me *waves* & goes"),
            "<div class=\"emote\"><em>waves</em> &amp; goes</div>"
        );
        assert_eq!(plain("/me waves", 100), "waves");
        assert!(is_action("/me waves") && is_action("/me\nwaves"));
        for text in [
            "/me",
            "/me ",
            "/mewaves",
            " /me waves",
            "a /me waves",
            "/me \u{200B}",
        ] {
            assert!(!is_action(text), "{text:?}");
            assert!(!html(text).contains("emote"), "{text:?}");
        }
        assert_eq!(html("/me"), "/me");
    }

    #[test]
    fn a_shrug_follows_the_text() {
        assert_eq!(html("/shrug"), SHRUG);
        assert_eq!(html("/shrug who knows"), format!("who knows {SHRUG}"));
        assert_eq!(plain("/shrug who knows", 100), format!("who knows {SHRUG}"));
        assert_eq!(html("/shrugs"), "/shrugs");
    }

    #[test]
    fn a_second_slash_escapes_commands_and_nothing_else() {
        for (typed, shown) in [
            ("//me waves", "/me waves"),
            ("//shrug", "/shrug"),
            ("//mute", "/mute"),
            ("//invite bo", "/invite bo"),
            ("// a comment", "// a comment"),
            ("//server/share", "//server/share"),
            ("/usr/bin", "/usr/bin"),
            ("/word", "/word"),
            ("/", "/"),
        ] {
            assert_eq!(html(typed), shown, "{typed}");
            assert_eq!(plain(typed, 100), shown, "{typed}");
        }
    }
}
