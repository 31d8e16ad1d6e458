//! The columns of the table of messages.

use diesel::{
    dsl::{AsSelect, Nullable},
    prelude::*,
    sqlite::Sqlite,
};

use super::budget::text_weight;
use crate::{
    accounts::{UserId, UserRef},
    chat::{
        log::{MessageId, NoticeKind},
        rooms::RoomId,
    },
    db::Timestamp,
    schema::{messages, pins, users},
};

/// The columns of a message, and the author.
pub(super) type Columns = (Row, UserRef);

#[derive(Debug, Queryable, Selectable)]
#[diesel(table_name = messages)]
pub(super) struct Row {
    pub(super) id: MessageId,
    pub(super) room_id: RoomId,
    pub(super) seq: i64,
    pub(super) author_id: UserId,
    pub(super) client_id: String,
    pub(super) body: String,
    pub(super) html: String,
    pub(super) rendering: i64,
    pub(super) created_at: Timestamp,
    pub(super) edited_at: Option<Timestamp>,
    pub(super) deleted_by: Option<UserId>,
    pub(super) reply_to: Option<MessageId>,
    pub(super) reply_quote: Option<String>,
    pub(super) notice: Option<NoticeKind>,
    pub(super) has_reactions: bool,
    /// The person who pinned it.
    #[diesel(select_expression = pins::user_id.nullable())]
    #[diesel(select_expression_type = Nullable<pins::user_id>)]
    pub(super) pinned_by: Option<UserId>,
}

impl Row {
    /// Returns an upper bound of the bytes of the row on a page. If an older renderer made the
    /// markup, the message is measured again after rendering.
    pub(super) fn weight(&self) -> usize {
        text_weight(&self.body, &self.html)
    }

    /// Returns whether the text may have mentions.
    pub(super) fn may_mention(&self) -> bool {
        self.body.contains('@')
    }
}

/// Selects messages with the names of their authors and the ids of those who pinned them.
#[diesel::dsl::auto_type(no_type_alias)]
pub(super) fn rows() -> _ {
    let row: AsSelect<Row, Sqlite> = Row::as_select();
    let author: AsSelect<UserRef, Sqlite> = UserRef::as_select();
    messages::table
        .inner_join(users::table)
        .left_join(pins::table)
        .select((row, author))
}
