//! The markup of messages, made from the templates once: `view.rs` fills it in for a page, and the
//! pipeline for the live update.

use std::sync::Arc;

use serde_json::json;

use super::view::{Day, MessageView};
use crate::{
    error::Result,
    templates::{
        Fragment,
        FragmentValue::{Markup as Html, Text},
        Templates, mark,
    },
};

/// A message and a day divider, ready to be filled in; cheap to clone.
#[derive(Debug, Clone)]
pub struct Markup(Arc<Fragments>);

#[derive(Debug)]
struct Fragments {
    /// By whether it follows its author's last, and by whether it is big.
    messages: [[Fragment; 2]; 2],
    day: Fragment,
    unread: Fragment,
}

impl Markup {
    /// # Errors
    /// [`crate::error::Error::Template`] where a template asks for what is not given here.
    pub fn compile(templates: &Templates) -> Result<Self> {
        let message = |follows, big| message(templates, follows, big);
        let day = json!({ "day": { "iso": mark(0), "text": mark(1) } });
        Ok(Self(Arc::new(Fragments {
            messages: [
                [message(false, false)?, message(false, true)?],
                [message(true, false)?, message(true, true)?],
            ],
            day: Fragment::compile(templates, "chat/_day", day)?,
            unread: Fragment::compile(templates, "chat/_unread", json!({}))?,
        })))
    }

    /// Appends a message, under the name of the one before it if it `follows`.
    pub(super) fn message(&self, out: &mut String, view: &MessageView, follows: bool) {
        let fragment = &self.0.messages[usize::from(follows)][usize::from(view.big_emoji)];
        let author = &view.author;
        fragment.fill(
            out,
            &[
                Text(&view.id),
                Text(&view.seq),
                Text(&author.id),
                Text(&author.username),
                Text(&author.initials),
                Text(&author.hue),
                Html(&view.html),
                Text(&view.created_at),
                Text(&view.time),
            ],
        );
    }

    /// Appends a day divider.
    pub(super) fn day(&self, out: &mut String, day: &Day) {
        self.0.day.fill(out, &[Text(&day.iso), Text(&day.text)]);
    }
}

impl Markup {
    /// Appends the line above what is new.
    pub(super) fn unread(&self, out: &mut String) {
        self.0.unread.fill(out, &[]);
    }
}

/// The marks stand in the order in which [`Markup::message`] gives the values.
fn message(templates: &Templates, follows: bool, big_emoji: bool) -> Result<Fragment> {
    let page = json!({
        "follows": follows,
        "message": {
            "id": mark(0),
            "seq": mark(1),
            "author": {
                "id": mark(2), "username": mark(3), "initials": mark(4), "hue": mark(5),
            },
            "html": mark(6),
            "created_at": mark(7),
            "time": mark(8),
            "big_emoji": big_emoji,
        },
    });
    Fragment::compile(templates, "chat/_message", page)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chat::testing::said;

    #[test]
    fn a_filled_in_message_is_what_the_template_renders() {
        let templates = Templates::load().unwrap();
        let markup = Markup::compile(&templates).unwrap();
        let bodies = [
            "hello",
            "🎉",
            "<b>\"1\" & '2'</b>\n\u{e000}6\u{e001}",
            "{{body}} `=`",
            "**bold**\n\n> quote",
        ];
        for (body, follows) in bodies.iter().flat_map(|body| [(body, true), (body, false)]) {
            let view = MessageView::new(said(body));
            let page = json!({
                "follows": follows,
                "message": {
                    "id": view.id,
                    "seq": view.seq,
                    "author": view.author,
                    "html": view.html,
                    "created_at": view.created_at,
                    "time": view.time,
                    "big_emoji": view.big_emoji,
                },
            });
            let mut filled = String::new();
            markup.message(&mut filled, &view, follows);
            assert_eq!(filled, templates.render("chat/_message", page).unwrap());
        }
    }
}
