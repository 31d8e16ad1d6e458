//! What the templates of a message show. [`Markup`](super::Markup) compiles a fragment from each of them
//! and fills it in; the page of a room renders one as a page does.

use serde::Serialize;

use super::models::details::Deletion;
use crate::{
    accounts::Person,
    templates::{FragmentValues, fragment_values},
};

/// What `_message.hbs` and `_message_parts.hbs` show.
#[derive(Serialize)]
pub(crate) struct MessageData<V> {
    /// Stands under the name of the message before it.
    pub(super) follows: bool,
    pub(super) big_emoji: bool,
    pub(super) deleted: Option<Deletion>,
    #[serde(flatten)]
    pub(super) values: MessageValues<V>,
}

impl MessageData<String> {
    /// What scripts copy for a message of `author` that is on its way.
    pub(crate) fn pending(author: &Person) -> Self {
        Self {
            follows: false,
            big_emoji: false,
            deleted: None,
            values: MessageValues {
                id: "pending".to_owned(),
                author_id: author.id.to_string(),
                author: author.username.clone(),
                initials: author.initials.clone(),
                hue: author.hue.to_string(),
                ..MessageValues::named(|_| String::new())
            },
        }
    }
}

/// What `_quote.hbs` shows.
#[derive(Serialize)]
pub(super) struct QuoteData<V> {
    /// The answered message is deleted.
    pub(super) is_gone: bool,
    #[serde(flatten)]
    pub(super) values: QuoteValues<V>,
}

/// What `chat/log/_notice.hbs` shows.
#[derive(Serialize)]
pub(super) struct NoticeData<V> {
    /// The words of what happened.
    pub(super) key: String,
    #[serde(flatten)]
    pub(super) values: NoticeValues<V>,
}

fragment_values! {
    /// The values of a [`MessageData`].
    pub(super) struct MessageValues {
        /// The row.
        id,
        /// The event that created it.
        seq,
        author_id,
        /// The user name.
        author,
        initials,
        hue,
        /// Empty on the way.
        room,
        /// The text as markup.
        html,
        /// What was typed, where the markup does not say it.
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
    }

    /// The values of a [`QuoteData`]. Of a deleted message only `to` is shown.
    pub(super) struct QuoteValues {
        room,
        /// The answered message.
        to,
        author_id,
        /// The user name.
        author,
        text,
    }

    /// What `_edited.hbs` shows.
    pub(super) struct EditedValues {
        room,
        /// The message.
        id,
        /// ISO 8601, UTC.
        at,
        /// As people read it.
        time,
    }

    /// What `_reaction.hbs` shows.
    pub(super) struct ReactionValues {
        room,
        message,
        emoji,
        /// How many people reacted with this emoji.
        count,
        /// Their ids, with spaces between.
        by,
        /// Their user names, as people read them.
        names,
    }

    /// What `_reactions.hbs` shows.
    pub(super) struct ReactionsValues {
        /// Every reaction, each a filled-in `_reaction.hbs`.
        reactions,
    }

    /// What `_day.hbs` shows.
    pub(super) struct DayValues {
        /// `2026-11-23`
        iso,
        /// `23 November 2026`
        text,
    }

    /// The values of a [`NoticeData`].
    pub(super) struct NoticeValues {
        /// The message row.
        id,
        /// The event that created it.
        seq,
        /// Who did it.
        actor,
        /// The name or the text that the words speak of.
        value,
        /// ISO 8601, UTC.
        created_at,
        /// `08:02`
        time,
    }
}
