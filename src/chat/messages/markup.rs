//! The markup of messages, compiled from the templates once. `view.rs` fills it in for pages, the
//! announcer for live updates.

use std::{collections::HashMap, fmt::Write, sync::Arc};

use super::{
    gathering::{Line, Part, parts},
    models::{details::Deletion, message::Message, reaction::NAMES_AT_A_REACTION, reply::Reply},
    template_data::{
        DayValues, EditedValues, GatheredData, GatheredValues, MessageData, MessageValues,
        NoticeData, NoticeValues, PinnedValues, QuoteData, QuoteValues, ReactionValues,
        ReactionsValues,
    },
    view::{Day, MessageView, entries},
};
use crate::{
    accounts::{UserRef, Zone},
    chat::log::{Gathers, NoticeKind},
    error::Result,
    friends::BlockedPeople,
    templates::{
        Fragment,
        FragmentValue::{self, Markup as Html, Text},
        Templates,
    },
    words,
};

/// The compiled markup of messages and day dividers. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Markup(Arc<Fragments>);

#[derive(Debug)]
struct Fragments {
    /// For a message that begins a group.
    first: OfKind,
    /// For a message that follows one of the same author.
    follows: OfKind,
    /// For a message of a person whom the reader blocks.
    blocked: OfKind,
    edited: Fragment,
    pinned: Fragment,
    quote: Fragment,
    quote_blocked: Fragment,
    quote_gone: Fragment,
    reactions: Fragment,
    reaction: Fragment,
    notices: HashMap<NoticeKind, Fragment>,
    gathered: HashMap<NoticeKind, Fragment>,
    day: Fragment,
    /// The divider "New messages", which has no values.
    unread: String,
}

/// The fragment of each kind of message.
#[derive(Debug)]
struct OfKind {
    plain: Fragment,
    big: Fragment,
    deleted: Fragment,
    deleted_by_moderator: Fragment,
}

impl Markup {
    /// Compiles the templates.
    ///
    /// # Errors
    /// [`crate::error::Error::Template`] if a template uses a value that is not declared in
    /// `template_data.rs`.
    pub fn compile(templates: &Templates) -> Result<Self> {
        let quote = |is_gone, is_blocked| {
            let data = |values: QuoteValues<_>| QuoteData {
                is_gone,
                is_blocked,
                values,
            };
            Fragment::compile(templates, "chat/messages/_quote", data)
        };
        let edited = |values: EditedValues<_>| values;
        let pinned = |values: PinnedValues<_>| values;
        let reactions = |values: ReactionsValues<_>| values;
        let reaction = |values: ReactionValues<_>| values;
        let day = |values: DayValues<_>| values;
        let notice = |kind: &NoticeKind| Ok((*kind, notice(templates, *kind)?));
        let gathered = |kind: &NoticeKind| Ok((*kind, gathered(templates, *kind)?));
        Ok(Self(Arc::new(Fragments {
            first: OfKind::compile(templates, false, false)?,
            follows: OfKind::compile(templates, true, false)?,
            blocked: OfKind::compile(templates, false, true)?,
            edited: Fragment::compile(templates, "chat/messages/_edited", edited)?,
            pinned: Fragment::compile(templates, "chat/messages/_pinned", pinned)?,
            quote: quote(false, false)?,
            quote_blocked: quote(false, true)?,
            quote_gone: quote(true, false)?,
            reactions: Fragment::compile(templates, "chat/messages/_reactions", reactions)?,
            reaction: Fragment::compile(templates, "chat/messages/_reaction", reaction)?,
            day: Fragment::compile(templates, "chat/messages/_day", day)?,
            notices: NoticeKind::ALL.iter().map(notice).collect::<Result<_>>()?,
            gathered: NoticeKind::ALL
                .iter()
                .filter(|kind| kind.gathers().is_some())
                .map(gathered)
                .collect::<Result<_>>()?,
            unread: templates.render("chat/messages/_unread", &())?,
        })))
    }

    /// Renders the log of a page, with day dividers, and with neighbouring messages of one author
    /// grouped. Times are in `zone`; scripts convert them to the browser's zone. The divider "New
    /// messages" is above the message of event `unread_from`. Messages and quotes of people in
    /// `folded` are folded, and their reactions left out.
    pub fn log(
        &self,
        messages: Vec<Message>,
        zone: &Zone,
        unread_from: Option<i64>,
        folded: &BlockedPeople,
    ) -> String {
        let mut html = String::new();
        let entries = entries(messages, zone);
        let parts = parts(&entries, unread_from);
        for (entry, part) in entries.into_iter().zip(parts) {
            if let Some(day) = &entry.day {
                self.day(&mut html, day);
            }
            let is_first_new = unread_from == Some(entry.message.seq);
            if is_first_new {
                html.push_str(&self.0.unread);
            }
            let follows = entry.follows && !is_first_new;
            match entry.message.notice {
                Some(kind) => self.notice(&mut html, kind, &entry.message, &part),
                None => self.message(&mut html, &entry.message, follows, folded),
            }
        }
        html
    }

    /// Renders a message for all members, as the first of its group. Browsers group it again, and
    /// fold what their person blocks.
    pub fn render(&self, view: &MessageView) -> String {
        let mut html = String::new();
        match view.notice {
            Some(kind) => self.notice(&mut html, kind, view, &Part::Single),
            None => self.message(&mut html, view, false, &BlockedPeople::default()),
        }
        html
    }

    /// Appends a notice.
    fn notice(&self, out: &mut String, kind: NoticeKind, view: &MessageView, part: &Part) {
        let Some(fragment) = self.0.notices.get(&kind) else {
            return;
        };
        let mut gathered = String::new();
        let class = match part {
            Part::Single => "",
            Part::Inside => " inside",
            Part::First(line) => {
                self.gathered(&mut gathered, kind, view, line);
                " gathers"
            }
        };
        fragment.fill(out, &notice_values(view, &class, &gathered));
    }

    /// Appends the line of several notices, the first of which is `view`.
    fn gathered(&self, out: &mut String, kind: NoticeKind, view: &MessageView, line: &Line) {
        let Some(fragment) = self.0.gathered.get(&kind) else {
            return;
        };
        let (actor, value) = match kind.gathers() {
            Some(Gathers::Actors) => (&line.short, &view.body),
            _ => (&view.author.name, &line.short),
        };
        let values = GatheredValues {
            room: Text(&view.room),
            actor: Text(actor),
            value: Text(value),
            names: Text(&line.names),
        };
        fragment.fill(out, &values);
    }

    /// Appends a message. If it `follows` one of the same author, it does not repeat the name.
    fn message(&self, out: &mut String, view: &MessageView, follows: bool, folded: &BlockedPeople) {
        let of_kind = match folded.contains(view.author.id) {
            true => &self.0.blocked,
            false if follows => &self.0.follows,
            false => &self.0.first,
        };
        let fragment = match view.deleted {
            Some(Deletion::ByAuthor) => &of_kind.deleted,
            Some(Deletion::ByModerator) => &of_kind.deleted_by_moderator,
            None if view.big_emoji => &of_kind.big,
            None => &of_kind.plain,
        };
        let parts = Parts {
            quote: self.quote(view, folded),
            edited: self.edited(view),
            reactions: self.reactions(view, folded),
            pinned: self.pinned(view),
            pinned_label: pinned_label(view),
        };
        fragment.fill(out, &message_values(view, &parts));
    }

    /// Appends a day divider.
    fn day(&self, out: &mut String, day: &Day) {
        let values = DayValues {
            iso: Text(&day.iso),
            text: Text(&day.text),
        };
        self.0.day.fill(out, &values);
    }

    fn quote(&self, view: &MessageView, folded: &BlockedPeople) -> String {
        let mut html = String::new();
        let Some(Reply { to, original }) = &view.reply else {
            return html;
        };
        let values = QuoteValues {
            room: Text(&view.room),
            to: Text(to),
            author_id: Text(&""),
            author: Text(&""),
            text: Text(&""),
        };
        match original {
            Some((author, text)) => {
                let values = QuoteValues {
                    author_id: Text(&author.id),
                    author: Text(&author.name),
                    text: Text(text),
                    ..values
                };
                match folded.contains(author.id) {
                    true => self.0.quote_blocked.fill(&mut html, &values),
                    false => self.0.quote.fill(&mut html, &values),
                }
            }
            None => self.0.quote_gone.fill(&mut html, &values),
        }
        html
    }

    fn edited(&self, view: &MessageView) -> String {
        let mut html = String::new();
        if let Some((iso, time)) = &view.edited {
            let values = EditedValues {
                room: Text(&view.room),
                id: Text(&view.id),
                at: Text(iso),
                time: Text(time),
            };
            self.0.edited.fill(&mut html, &values);
        }
        html
    }

    fn pinned(&self, view: &MessageView) -> String {
        let mut html = String::new();
        if let Some(by) = &view.pinned_by {
            let values = PinnedValues {
                room: Text(&view.room),
                id: Text(&view.id),
                name: Text(&by.name),
            };
            self.0.pinned.fill(&mut html, &values);
        }
        html
    }

    fn reactions(&self, view: &MessageView, folded: &BlockedPeople) -> String {
        let (mut chips, mut html) = (String::new(), String::new());
        for reaction in &view.reactions {
            let shown = |person: &&UserRef| !folded.contains(person.id);
            let people: Vec<&UserRef> = reaction.people.iter().filter(shown).collect();
            if people.is_empty() {
                continue;
            }
            let (count, by, names) = (people.len(), ids(&people), names(&people));
            let values = ReactionValues {
                room: Text(&view.room),
                message: Text(&view.id),
                emoji: Text(&reaction.emoji),
                count: Text(&count),
                by: Text(&by),
                names: Text(&names),
            };
            self.0.reaction.fill(&mut chips, &values);
        }
        if !chips.is_empty() {
            let reactions = Html(&chips);
            let values = ReactionsValues { reactions };
            self.0.reactions.fill(&mut html, &values);
        }
        html
    }
}

/// The nested markup of a message, which has fragments of its own.
#[derive(Default)]
struct Parts {
    quote: String,
    edited: String,
    reactions: String,
    pinned: String,
    pinned_label: String,
}

/// Returns what the name of a pinned message has in addition.
fn pinned_label(view: &MessageView) -> String {
    match view.pinned_by {
        Some(_) => format!(" pinned-{}", view.id),
        None => String::new(),
    }
}

fn message_values<'v>(view: &'v MessageView, parts: &'v Parts) -> MessageValues<FragmentValue<'v>> {
    MessageValues {
        id: Text(&view.id),
        seq: Text(&view.seq),
        author_id: Text(&view.author.id),
        author: Text(&view.author.name),
        username: Text(&view.author.username),
        initials: Text(&view.author.initials),
        hue: Text(&view.author.hue),
        room: Text(&view.room),
        html: Html(&view.html),
        source: Text(&view.body),
        created_at: Text(&view.created_at),
        time: Text(&view.time),
        quote: Html(&parts.quote),
        edited: Html(&parts.edited),
        reactions: Html(&parts.reactions),
        pinned: Html(&parts.pinned),
        pinned_label: Text(&parts.pinned_label),
    }
}

fn notice_values<'v>(
    view: &'v MessageView,
    class: &'v &'static str,
    gathered: &'v str,
) -> NoticeValues<FragmentValue<'v>> {
    NoticeValues {
        room: Text(&view.room),
        class: Text(class),
        gathered: Html(gathered),
        id: Text(&view.id),
        seq: Text(&view.seq),
        actor: Text(&view.author.name),
        value: Text(&view.body),
        names: Text(&view.names),
        created_at: Text(&view.created_at),
        time: Text(&view.time),
    }
}

impl OfKind {
    fn compile(templates: &Templates, follows: bool, blocked: bool) -> Result<Self> {
        let message = |big_emoji: bool, deleted: Option<Deletion>| {
            let data = |values: MessageValues<_>| MessageData {
                follows,
                big_emoji,
                deleted,
                // A deleted message has nothing left to fold.
                blocked: blocked && deleted.is_none(),
                values,
            };
            Fragment::compile(templates, "chat/messages/_message", data)
        };
        Ok(Self {
            plain: message(false, None)?,
            big: message(true, None)?,
            deleted: message(false, Some(Deletion::ByAuthor))?,
            deleted_by_moderator: message(false, Some(Deletion::ByModerator))?,
        })
    }
}

/// Compiles the line of a notice.
fn notice(templates: &Templates, kind: NoticeKind) -> Result<Fragment> {
    let data = |values: NoticeValues<_>| NoticeData {
        key: kind.words_key(),
        gathers: kind.gathers().map(|_| kind.word()),
        is_of_message: kind.is_of_message(),
        values,
    };
    Fragment::compile(templates, "chat/log/_notice", data)
}

/// Compiles the line of several notices of one kind.
fn gathered(templates: &Templates, kind: NoticeKind) -> Result<Fragment> {
    let (template, key) = match kind.gathers() {
        Some(Gathers::Messages) => ("chat/log/_gathered_pins", "js-gathered-pins".to_owned()),
        _ => ("chat/log/_gathered", kind.words_key()),
    };
    let data = |values: GatheredValues<_>| GatheredData {
        key: key.clone(),
        values,
    };
    Fragment::compile(templates, template, data)
}

/// Returns the ids of the people, for example `1 2 5`. Scripts find their own person's reactions by
/// them.
fn ids(people: &[&UserRef]) -> String {
    let mut ids = String::new();
    for person in people {
        let space = if ids.is_empty() { "" } else { " " };
        // Writing to a string cannot fail.
        let _ = write!(ids, "{space}{}", person.id);
    }
    ids
}

fn names(people: &[&UserRef]) -> String {
    let named: Vec<&str> = people
        .iter()
        .take(NAMES_AT_A_REACTION)
        .map(|person| person.name.as_str())
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
    use crate::chat::log::MessageId;
    use crate::chat::messages::models::reaction::Reaction;
    use crate::chat::testing::said;

    fn markup() -> Markup {
        Markup::compile(&Templates::load().unwrap()).unwrap()
    }

    fn filled(message: Message) -> String {
        let mut filled = String::new();
        let view = MessageView::new(message);
        markup().message(&mut filled, &view, false, &BlockedPeople::default());
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
            let parts = Parts::default();
            let data = MessageData {
                follows,
                big_emoji: view.big_emoji,
                deleted: None,
                blocked: false,
                values: message_values(&view, &parts),
            };
            let mut filled = String::new();
            markup.message(&mut filled, &view, follows, &BlockedPeople::default());
            assert_eq!(
                filled,
                templates.render("chat/messages/_message", &data).unwrap()
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
    fn what_blocked_people_said_is_folded_and_their_reactions_are_left_out() {
        let (eve, bo) = (Person::new(UserId(3), "eve"), Person::new(UserId(2), "bo"));
        let folded: BlockedPeople = [eve.id].into_iter().collect();
        let log = |message: Message, folded: &BlockedPeople| {
            markup().log(vec![message], &Zone::default(), None, folded)
        };
        let by_eve = Message {
            author: eve.clone(),
            ..said("@ana look")
        };
        let html = log(by_eve.clone(), &folded);
        assert!(html.contains("Blocked message – show"), "{html}");
        assert!(html.contains("aria-labelledby=\"blocked-7\""), "{html}");
        let everybody = log(by_eve.clone(), &BlockedPeople::default());
        assert!(!everybody.contains("locked"), "{everybody}");
        let deleted = Message {
            deleted: Some(Deletion::ByAuthor),
            ..by_eve
        };
        assert!(!log(deleted, &folded).contains("locked"));

        let answer = Message {
            author: bo.clone(),
            reply: Some(Reply {
                to: MessageId(4),
                original: Some((eve.clone(), "look".to_owned())),
            }),
            reactions: vec![
                Reaction {
                    emoji: "🌱".to_owned(),
                    people: vec![UserRef::from(&eve)],
                },
                Reaction {
                    emoji: "🎉".to_owned(),
                    people: vec![UserRef::from(&eve), UserRef::from(&bo)],
                },
            ],
            ..said("hm")
        };
        let html = log(answer.clone(), &folded);
        assert!(html.contains("class=\"quote blocked\""), "{html}");
        assert!(!html.contains("🌱"), "{html}");
        assert!(html.contains("data-by=\"2\" title=\"bo\""), "{html}");
        let everybody = log(answer, &BlockedPeople::default());
        assert!(everybody.contains("data-by=\"3 2\""), "{everybody}");
        assert!(!everybody.contains("locked"), "{everybody}");
    }

    #[test]
    fn a_pinned_message_says_who_pinned_it_also_in_its_name() {
        let message = Message {
            pinned_by: Some(UserRef::from(&Person::new(UserId(2), "b<o"))),
            ..said("the plan")
        };
        let html = filled(message);
        assert!(html.contains("aria-label=\"Pinned by b&lt;o\""), "{html}");
        assert!(html.contains("time-7 pinned-7\""), "{html}");
        assert!(!filled(said("the plan")).contains("pinned"));
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
            assert!(html.contains("<bdi translate=\"no\">ana</bdi> "), "{html}");
            let words = format!("\">{}", kind.words_key());
            assert!(!html.contains("<b>") && !html.contains(&words), "{html}");
            assert!(!html.contains(['\u{e000}', '\u{e002}']), "{html}");
        }
    }
}
