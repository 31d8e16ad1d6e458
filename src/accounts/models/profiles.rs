//! What people say about themselves.

use diesel::prelude::*;

use super::UserId;
use crate::{accounts::status::StoredStatus, db::Connection, schema::users};

/// What a person says about themselves, beside the names.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = users)]
pub struct Profile {
    /// The display name. Empty if there is none.
    pub display_name: String,
    /// One line. Empty if there is none.
    pub about: String,
    /// The IANA name of the time zone that others may see. Empty if they may not.
    pub shared_zone: String,
    /// The status, which may have ended.
    #[diesel(embed)]
    pub status: StoredStatus,
}

impl Profile {
    /// Returns the profile of a person.
    pub fn of(conn: &mut Connection, id: UserId) -> QueryResult<Self> {
        users::table.find(id).select(Self::as_select()).first(conn)
    }

    /// Stores the line about a person, and the zone that others may see.
    pub fn describe(
        conn: &mut Connection,
        id: UserId,
        (about, zone): (&str, &str),
    ) -> QueryResult<()> {
        diesel::update(users::table.find(id))
            .set((users::about.eq(about), users::shared_zone.eq(zone)))
            .execute(conn)?;
        Ok(())
    }
}

impl StoredStatus {
    /// Stores it as the status of a person.
    pub fn save(&self, conn: &mut Connection, id: UserId) -> QueryResult<()> {
        diesel::update(users::table.find(id))
            .set(self)
            .execute(conn)?;
        Ok(())
    }
}
