//! What a message said before it was edited.

use diesel::{connection::DefaultLoadingMode, prelude::*};
use uuid::Uuid;

use super::budget::{Budget, text_weight};
use crate::{
    chat::log::MessageId,
    db::{Connection, Timestamp},
    schema::message_versions,
};

/// A text that a message had.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = message_versions)]
pub struct MessageVersion {
    /// As typed.
    pub body: String,
    /// Since when the message said so.
    pub created_at: Timestamp,
}

impl MessageVersion {
    /// The earlier texts of a message that fit into the budget, newest first; at least one if there
    /// is one.
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

    /// How many earlier texts a message has.
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

    /// Keeps this text of `message`, which the edit that is named `client_id` replaces.
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

    /// Whether the edit that is named `client_id` has been made.
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
