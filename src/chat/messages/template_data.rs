//! The data of the templates of a message. [`Markup`](super::Markup) compiles a fragment from each
//! of them and fills it in. The page of a room renders one of them as a whole.

use serde::Serialize;

use super::models::details::Deletion;
use crate::{
    accounts::Person,
    templates::{FragmentValues, fragment_values},
};

/// The data of `_message.hbs` and `_message_parts.hbs`.
#[derive(Serialize)]
pub(crate) struct MessageData<V> {
    /// Whether the message follows one of the same author, and does not repeat the name.
    pub(super) follows: bool,
    pub(super) big_emoji: bool,
    pub(super) deleted: Option<Deletion>,
    /// Whether the reader blocks the author, so that the message is folded.
    pub(super) blocked: bool,
    #[serde(flatten)]
    pub(super) values: MessageValues<V>,
}

impl MessageData<String> {
    /// Returns the data of the template that scripts copy for a message of `author` that is not yet
    /// sent.
    pub(crate) fn pending(author: &Person) -> Self {
        Self {
            follows: false,
            big_emoji: false,
            deleted: None,
            blocked: false,
            values: MessageValues {
                id: "pending".to_owned(),
                author_id: author.id.to_string(),
                author: author.name.clone(),
                username: author.username.clone(),
                initials: author.initials.clone(),
                hue: author.hue.to_string(),
                ..MessageValues::named(|_| String::new())
            },
        }
    }
}

/// The data of `_quote.hbs`.
#[derive(Serialize)]
pub(super) struct QuoteData<V> {
    /// Whether the answered message is deleted.
    pub(super) is_gone: bool,
    /// Whether the reader blocks its author, so that the quote is folded.
    pub(super) is_blocked: bool,
    #[serde(flatten)]
    pub(super) values: QuoteValues<V>,
}

/// The data of `chat/log/_notice.hbs`.
#[derive(Serialize)]
pub(super) struct NoticeData<V> {
    /// The key of the text in the locale files, for example `notice-removed`.
    pub(super) key: String,
    /// The kind, if lines of this kind are gathered in one, or else nothing.
    pub(super) gathers: Option<&'static str>,
    /// Whether the line is a link to the message whose id is the value.
    pub(super) is_of_message: bool,
    #[serde(flatten)]
    pub(super) values: NoticeValues<V>,
}

/// The data of `chat/log/_gathered.hbs`.
#[derive(Serialize)]
pub(super) struct GatheredData<V> {
    /// The key of the text, which is that of each single notice, unless messages are counted.
    pub(super) key: String,
    #[serde(flatten)]
    pub(super) values: GatheredValues<V>,
}

fragment_values! {
    /// The values of a [`MessageData`].
    pub(super) struct MessageValues {
        /// The row id of the message.
        id,
        /// The number of the event that created the message.
        seq,
        author_id,
        /// The name of the author.
        author,
        /// The user name of the author, which mentions use.
        username,
        initials,
        hue,
        /// The room. Empty for a message that is not yet sent.
        room,
        /// The text as markup.
        html,
        /// The text as typed, for the edit box: a browser may have translated the markup. Empty if
        /// the message is deleted, or not yet sent.
        source,
        /// ISO 8601, UTC.
        created_at,
        /// `08:02`
        time,
        /// A filled-in `_quote.hbs`, or nothing.
        quote,
        /// A filled-in `_edited.hbs`, or nothing.
        edited,
        /// A filled-in `_reactions.hbs`, or nothing.
        reactions,
        /// A filled-in `_pinned.hbs`, or nothing.
        pinned,
        /// The id of that element, for the name of the message, with a space before it; or nothing.
        pinned_label,
    }

    /// The values of a [`QuoteData`]. The template of a deleted message uses only `to`.
    pub(super) struct QuoteValues {
        room,
        /// The row id of the answered message.
        to,
        author_id,
        /// The name of its author.
        author,
        text,
    }

    /// The data of `_edited.hbs`.
    pub(super) struct EditedValues {
        room,
        /// The row id of the message.
        id,
        /// The time of the edit: ISO 8601, UTC.
        at,
        /// The time of the edit, as text for people.
        time,
    }

    /// The data of `_pinned.hbs`.
    pub(crate) struct PinnedValues {
        room,
        /// The row id of the message.
        id,
        /// The name of the person who pinned it.
        name,
    }

    /// The data of `_reaction.hbs`.
    pub(super) struct ReactionValues {
        room,
        message,
        emoji,
        /// The number of people who reacted with this emoji.
        count,
        /// Their ids, separated by spaces.
        by,
        /// Their names, as text for people.
        names,
    }

    /// The data of `_reactions.hbs`.
    pub(super) struct ReactionsValues {
        /// All reactions, each a filled-in `_reaction.hbs`.
        reactions,
    }

    /// The data of `_day.hbs`.
    pub(super) struct DayValues {
        /// `2026-11-23`
        iso,
        /// `23 November 2026`
        text,
    }

    /// The values of a [`GatheredData`].
    pub(super) struct GatheredValues {
        room,
        /// The variables of the text. One of them is made of names: "bo and 2 more", or a number of
        /// messages.
        actor,
        value,
        /// All names, as text for people.
        names,
    }

    /// The values of a [`NoticeData`].
    pub(super) struct NoticeValues {
        room,
        /// The row id of the message.
        id,
        /// The number of the event that created it.
        seq,
        /// The name of the person who did it.
        actor,
        /// The variable `$value` of the text: a name or a topic, for example.
        value,
        /// The names in it, each on a line, of the kinds that have names.
        names,
        /// Whether the line is gathered with its neighbours: classes of the row, or nothing.
        class,
        /// A filled-in `_gathered.hbs`, or nothing.
        gathered,
        /// ISO 8601, UTC.
        created_at,
        /// `08:02`
        time,
    }
}
