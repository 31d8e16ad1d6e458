//! The edit history: earlier texts of a message.

use diesel::{connection::DefaultLoadingMode, prelude::*};
use uuid::Uuid;

use super::budget::{Budget, text_weight};
use crate::{
    chat::log::MessageId,
    db::{Connection, Timestamp},
    schema::message_versions,
};

/// An earlier text of a message.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = message_versions)]
pub struct MessageVersion {
    /// The text as typed.
    pub body: String,
    /// When the message got this text.
    pub created_at: Timestamp,
}

impl MessageVersion {
    /// Returns the earlier texts that fit into the budget, newest first, at least one if there is
    /// one.
    pub fn of(conn: &mut Connection, message: MessageId, budget: Budget) -> QueryResult<Vec<Self>> {
        budget.take(
            message_versions::table
                .filter(message_versions::message_id.eq(message))
                .order(message_versions::id.desc())
                .limit(i64::from(budget.messages))
                .select(Self::as_select())
                .load_iter::<Self, DefaultLoadingMode>(conn)?,
            |version| text_weight(&version.body, ""),
        )
    }

    /// Returns the number of earlier texts.
    pub fn count(conn: &mut Connection, message: MessageId) -> QueryResult<i64> {
        message_versions::table
            .filter(message_versions::message_id.eq(message))
            .count()
            .get_result(conn)
    }

    pub(crate) fn oldest_body(
        conn: &mut Connection,
        message: MessageId,
    ) -> QueryResult<Option<String>> {
        message_versions::table
            .filter(message_versions::message_id.eq(message))
            .order(message_versions::id)
            .select(message_versions::body)
            .first(conn)
            .optional()
    }

    /// Stores a text of `message` that the edit with the key `client_id` replaces.
    pub(super) fn keep(
        &self,
        conn: &mut Connection,
        message: MessageId,
        client_id: Uuid,
    ) -> QueryResult<usize> {
        let row = (
            message_versions::message_id.eq(message),
            message_versions::client_id.eq(client_id.to_string()),
            message_versions::body.eq(&self.body),
            message_versions::created_at.eq(self.created_at),
        );
        diesel::insert_into(message_versions::table)
            .values(row)
            .execute(conn)
    }

    /// Returns whether the edit with the key `client_id` was made already (idempotency check).
    pub(crate) fn is_known(
        conn: &mut Connection,
        message: MessageId,
        client_id: Uuid,
    ) -> QueryResult<bool> {
        let same = message_versions::table
            .filter(message_versions::message_id.eq(message))
            .filter(message_versions::client_id.eq(client_id.to_string()));
        diesel::select(diesel::dsl::exists(same)).get_result(conn)
    }

    pub(crate) fn forget_all(conn: &mut Connection, message: MessageId) -> QueryResult<usize> {
        let all = message_versions::table.filter(message_versions::message_id.eq(message));
        diesel::delete(all).execute(conn)
    }
}
