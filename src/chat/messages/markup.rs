//! The markup of messages, made from the templates once: `view.rs` fills it in for a page, and the
//! pipeline for the live update.

use std::{collections::HashMap, fmt::Write, sync::Arc};

use serde_json::{Value, json};

use super::{
    models::{
        details::Deletion,
        message::Message,
        reaction::{NAMES_AT_A_REACTION, Reaction},
        reply::Reply,
    },
    view::{Day, MessageView, entries},
};
use crate::{
    accounts::Zone,
    chat::log::NoticeKind,
    error::Result,
    templates::{
        Fragment,
        FragmentValue::{Markup as Html, Text},
        Templates, mark,
    },
    words,
};

/// A message and a day divider, ready to be filled in; cheap to clone.
#[derive(Debug, Clone)]
pub struct Markup(Arc<Fragments>);

#[derive(Debug)]
struct Fragments {
    /// By whether it follows its author's last.
    messages: [OfKind; 2],
    edited: Fragment,
    quote: Fragment,
    quote_gone: Fragment,
    reactions: Fragment,
    reaction: Fragment,
    notices: HashMap<NoticeKind, Fragment>,
    day: Fragment,
    unread: Fragment,
}

/// A message of each kind.
#[derive(Debug)]
struct OfKind {
    plain: Fragment,
    big: Fragment,
    deleted: Fragment,
    deleted_by_moderator: Fragment,
}

impl Markup {
    /// # Errors
    /// [`crate::error::Error::Template`] where a template asks for what is not given here.
    pub fn compile(templates: &Templates) -> Result<Self> {
        let compile = |name, page| Fragment::compile(templates, name, page);
        let quote = |is_gone: bool| {
            json!({ "quote": {
                "room": mark(0), "to": mark(1), "is_gone": is_gone, "author": mark(2),
                "text": mark(3), "author_id": mark(4),
            }})
        };
        let reaction = json!({ "reaction": {
            "room": mark(0), "message": mark(1), "emoji": mark(2), "count": mark(3), "by": mark(4),
            "names": mark(5),
        }});
        let edited = json!({ "room": mark(0), "id": mark(1), "at": mark(2), "time": mark(3) });
        let notice = |kind: &NoticeKind| Ok((*kind, notice(templates, *kind)?));
        let day = json!({ "day": { "iso": mark(0), "text": mark(1) } });
        Ok(Self(Arc::new(Fragments {
            messages: [
                OfKind::compile(templates, false)?,
                OfKind::compile(templates, true)?,
            ],
            edited: compile("chat/messages/_edited", json!({ "edited": edited }))?,
            quote: compile("chat/messages/_quote", quote(false))?,
            quote_gone: compile("chat/messages/_quote", quote(true))?,
            reactions: compile("chat/messages/_reactions", json!({ "reactions": mark(0) }))?,
            reaction: compile("chat/messages/_reaction", reaction)?,
            day: compile("chat/messages/_day", day)?,
            notices: NoticeKind::ALL.iter().map(notice).collect::<Result<_>>()?,
            unread: compile("chat/messages/_unread", json!({}))?,
        })))
    }

    /// The log of a page: days divided, neighbours of one author grouped, by the clock of `zone`; browsers
    /// convert it to their own. The line "New messages" stands above the message of event `unread_from`.
    pub fn log(&self, messages: Vec<Message>, zone: &Zone, unread_from: Option<i64>) -> String {
        let mut html = String::new();
        for entry in entries(messages, zone) {
            if let Some(day) = &entry.day {
                self.day(&mut html, day);
            }
            let is_first_new = unread_from == Some(entry.message.seq);
            if is_first_new {
                self.0.unread.fill(&mut html, &[]);
            }
            self.message(&mut html, &entry.message, entry.follows && !is_first_new);
        }
        html
    }

    /// The markup of a message as the first of its group; browsers regroup.
    pub fn render(&self, view: &MessageView) -> String {
        let mut html = String::new();
        self.message(&mut html, view, false);
        html
    }

    /// Appends a message, under the name of the one before it if it `follows`.
    fn message(&self, out: &mut String, view: &MessageView, follows: bool) {
        if let Some(fragment) = view.notice.and_then(|kind| self.0.notices.get(&kind)) {
            return fill_notice(fragment, out, view);
        }
        let of_kind = &self.0.messages[usize::from(follows)];
        let fragment = match view.deleted {
            Some(Deletion::ByAuthor) => &of_kind.deleted,
            Some(Deletion::ByModerator) => &of_kind.deleted_by_moderator,
            None if view.big_emoji => &of_kind.big,
            None => &of_kind.plain,
        };
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
                Text(&view.room),
                Html(&self.quote(view)),
                Html(&self.edited(view)),
                Html(&self.reactions(view)),
                Text(&source(view)),
            ],
        );
    }

    /// Appends a day divider.
    fn day(&self, out: &mut String, day: &Day) {
        self.0.day.fill(out, &[Text(&day.iso), Text(&day.text)]);
    }

    fn quote(&self, view: &MessageView) -> String {
        let mut html = String::new();
        let Some(Reply { to, original }) = &view.reply else {
            return html;
        };
        let place = [Text(&view.room), Text(to)];
        match original {
            Some((author, text)) => {
                let [room, to] = place;
                let author_id = Text(&author.id);
                let values = [room, to, Text(&author.username), Text(text), author_id];
                self.0.quote.fill(&mut html, &values);
            }
            None => self.0.quote_gone.fill(&mut html, &place),
        }
        html
    }

    fn edited(&self, view: &MessageView) -> String {
        let mut html = String::new();
        if let Some((iso, time)) = &view.edited {
            let values = [Text(&view.room), Text(&view.id), Text(iso), Text(time)];
            self.0.edited.fill(&mut html, &values);
        }
        html
    }

    fn reactions(&self, view: &MessageView) -> String {
        let (mut chips, mut html) = (String::new(), String::new());
        for reaction in &view.reactions {
            let (count, ids, names) = (reaction.people.len(), ids(reaction), names(reaction));
            let values = [
                Text(&view.room),
                Text(&view.id),
                Text(&reaction.emoji),
                Text(&count),
                Text(&ids),
                Text(&names),
            ];
            self.0.reaction.fill(&mut chips, &values);
        }
        if !chips.is_empty() {
            self.0.reactions.fill(&mut html, &[Html(&chips)]);
        }
        html
    }
}

/// What was typed, where the markup does not say it.
fn source(view: &MessageView) -> &str {
    if view.html == view.body {
        ""
    } else {
        &view.body
    }
}

impl OfKind {
    fn compile(templates: &Templates, follows: bool) -> Result<Self> {
        let message = |big: bool, deleted: Value| {
            let page = page_of_marks(follows, big, deleted);
            Fragment::compile(templates, "chat/messages/_message", page)
        };
        Ok(Self {
            plain: message(false, Value::Null)?,
            big: message(true, Value::Null)?,
            deleted: message(false, "author".into())?,
            deleted_by_moderator: message(false, "moderator".into())?,
        })
    }
}

/// The line of the log that tells what happened.
fn notice(templates: &Templates, kind: NoticeKind) -> Result<Fragment> {
    let page = json!({
        "notice": {
            "key": kind.words_key(),
            "id": mark(0),
            "seq": mark(1),
            "actor": mark(2),
            "value": mark(3),
            "created_at": mark(4),
            "time": mark(5),
        },
    });
    Fragment::compile(templates, "chat/log/_notice", page)
}

/// In the order of the marks of [`notice`].
fn fill_notice(fragment: &Fragment, out: &mut String, view: &MessageView) {
    fragment.fill(
        out,
        &[
            Text(&view.id),
            Text(&view.seq),
            Text(&view.author.username),
            Text(&view.body),
            Text(&view.created_at),
            Text(&view.time),
        ],
    );
}

/// The marks stand in the order in which [`Markup::message`] gives the values.
fn page_of_marks(follows: bool, big_emoji: bool, deleted: Value) -> Value {
    json!({
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
            "deleted": deleted,
            "room": mark(9),
            "quote": mark(10),
            "edited": mark(11),
            "reactions": mark(12),
            "source": mark(13),
        },
    })
}

/// `1 2 5`: by these a browser knows which reactions are its person's own.
fn ids(reaction: &Reaction) -> String {
    let mut ids = String::new();
    for person in &reaction.people {
        let space = if ids.is_empty() { "" } else { " " };
        // Writing to a string cannot fail.
        let _ = write!(ids, "{space}{}", person.id);
    }
    ids
}

fn names(reaction: &Reaction) -> String {
    let people = &reaction.people;
    let named: Vec<&str> = people
        .iter()
        .take(NAMES_AT_A_REACTION)
        .map(|person| person.username.as_str())
        .collect();
    let named = named.join(", ");
    match people.len().saturating_sub(NAMES_AT_A_REACTION) {
        0 => named,
        more => words::text_with(
            "room-names-and-more",
            &[("names", named.into()), ("more", more.into())],
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::accounts::Person;
    use crate::accounts::UserId;
    use crate::accounts::UserRef;
    use crate::chat::log::MessageId;
    use crate::chat::testing::said;

    fn markup() -> Markup {
        Markup::compile(&Templates::load().unwrap()).unwrap()
    }

    fn filled(message: Message) -> String {
        let mut filled = String::new();
        markup().message(&mut filled, &MessageView::new(message), false);
        filled
    }

    #[test]
    fn a_filled_in_message_is_what_the_template_renders() {
        let templates = Templates::load().unwrap();
        let markup = markup();
        let bodies = [
            "hello",
            "🎉",
            "<b>\"1\" & '2'</b>\n\u{e000}6\u{e001}",
            "{{body}} `=`",
            "**bold**\n\n> quote",
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
                    "deleted": null,
                    "room": view.room,
                    "quote": "",
                    "edited": "",
                    "reactions": "",
                    "source": source(&view),
                },
            });
            let mut filled = String::new();
            markup.message(&mut filled, &view, follows);
            assert_eq!(
                filled,
                templates.render("chat/messages/_message", page).unwrap()
            );
        }
    }

    #[test]
    fn what_people_wrote_is_escaped_in_quotes_and_reactions() {
        let bad = "<script>\"'&";
        let person = Person::new(UserId(3), bad);
        let mut message = said("fine");
        message.reply = Some(Reply {
            to: MessageId(4),
            original: Some((person.clone(), bad.to_owned())),
        });
        message.reactions = vec![Reaction {
            emoji: "🌱".to_owned(),
            people: vec![UserRef::from(&person)],
        }];
        let html = filled(message);
        assert!(!html.contains("<script"), "{html}");
        assert_eq!(
            html.matches("&lt;script&gt;&quot;&#x27;&amp;").count(),
            3,
            "{html}"
        );
        assert!(html.contains("data-by=\"3\""), "{html}");
    }

    #[test]
    fn a_deleted_message_has_nothing_of_it_left_and_says_who_took_it() {
        let mut message = said("secret");
        message.body = String::new();
        message.deleted = Some(Deletion::ByModerator);
        let html = filled(message);
        assert!(html.contains("Message deleted by a moderator"), "{html}");
        assert!(!html.contains("actions"), "{html}");
    }

    #[test]
    fn what_happened_is_told_with_every_name_isolated_and_escaped() {
        let markup = Markup::compile(&Templates::load().unwrap()).unwrap();
        for kind in NoticeKind::ALL {
            let message = crate::chat::messages::Message {
                notice: Some(*kind),
                ..said("<b>bo</b>")
            };
            let html = markup.render(&MessageView::new(message));
            assert!(html.contains("<bdi>ana</bdi> "), "{html}");
            let words = format!("\">{}", kind.words_key());
            assert!(!html.contains("<b>") && !html.contains(&words), "{html}");
            assert!(!html.contains(['\u{e000}', '\u{e002}']), "{html}");
        }
    }
}
