//! Rows of preferences, one for each person who changed something, and the history of settings.

use std::time::Duration;

use diesel::prelude::*;
use serde::{Deserialize, Serialize};

use super::quiet::{Attention, QuietHours};
use crate::{
    accounts::UserId,
    db::{Connection, Timestamp},
    schema::{past_settings, preferences},
};

/// How long earlier settings are kept.
const REMEMBERED: Duration = Duration::from_secs(90 * 86_400);

/// The preferences of one person. Their JSON goes to that person's scripts.
#[derive(
    Debug,
    Clone,
    PartialEq,
    Eq,
    Serialize,
    Deserialize,
    Queryable,
    Selectable,
    Insertable,
    AsChangeset,
)]
#[diesel(table_name = preferences, treat_none_as_null = true)]
pub struct Preferences {
    /// Whether the person shares that they type, and sees it of others.
    pub typing: bool,
    /// Whether the person shares their read cursors, and sees those of others.
    pub seen: bool,
    /// Whether a room opens at the first unread message instead of the newest.
    pub open_unread: bool,
    /// Whether Enter sends, instead of starting a new line.
    pub enter_sends: bool,
    /// Whether notifications play a sound.
    pub sounds: bool,
    /// Whether notifications hide the text of messages.
    pub hide_previews: bool,
    /// Whether single letters are shortcuts while the log has the focus.
    pub letter_keys: bool,
    /// Whether a double-click or double-tap on a message reacts to it.
    pub double_react: bool,
    /// Whether "What you missed" is the first page after more than a day away.
    pub catch_up: bool,
    /// When notifications are silenced.
    #[diesel(embed)]
    #[serde(flatten)]
    pub attention: Attention,
}

impl Default for Preferences {
    fn default() -> Self {
        Self {
            typing: true,
            seen: true,
            open_unread: true,
            enter_sends: true,
            sounds: true,
            hide_previews: false,
            letter_keys: true,
            double_react: true,
            // On, because it is shown at most once in an absence, only if something waits, and the
            // conversations are one press away. Who does not know it would never look for it.
            catch_up: true,
            attention: Attention {
                quiet: QuietHours::default(),
                time_zone: String::new(),
                snoozed_until: None,
            },
        }
    }
}

impl Preferences {
    /// Returns the preferences of `user`.
    pub fn of(conn: &mut Connection, user: UserId) -> QueryResult<Self> {
        let row = preferences::table
            .find(user)
            .select(Self::as_select())
            .first(conn)
            .optional()?;
        Ok(row.unwrap_or_default())
    }

    /// Returns those of `people` who do not share that they type, and so do not see it of others.
    pub fn without_typing(conn: &mut Connection, people: &[UserId]) -> QueryResult<Vec<UserId>> {
        preferences::table
            .filter(preferences::user_id.eq_any(people))
            .filter(preferences::typing.eq(false))
            .select(preferences::user_id)
            .load(conn)
    }

    /// Saves the preferences of `user`. Keeps the previous ones for a while, to explain past
    /// notifications.
    pub fn save(&self, conn: &mut Connection, user: UserId) -> QueryResult<()> {
        let before = Self::of(conn, user)?;
        if before.attention != self.attention {
            let value = serde_json::to_string(&before.attention).unwrap_or_default();
            PastSettings::keep(conn, (user, PERSONAL), value)?;
        }
        diesel::insert_into(preferences::table)
            .values((preferences::user_id.eq(user), self))
            .on_conflict(preferences::user_id)
            .do_update()
            .set(self)
            .execute(conn)?;
        Ok(())
    }

    /// Returns the quiet hours and snooze of `user` at that moment.
    pub fn attention_at(
        conn: &mut Connection,
        user: UserId,
        moment: Timestamp,
    ) -> QueryResult<Attention> {
        let past = PastSettings::at(conn, (user, PERSONAL), moment)?;
        match past.and_then(|value| serde_json::from_str(&value).ok()) {
            Some(attention) => Ok(attention),
            None => Ok(Self::of(conn, user)?.attention),
        }
    }
}

/// The room number of settings that belong to no room.
const PERSONAL: i64 = 0;

/// The history of notification settings.
pub struct PastSettings;

impl PastSettings {
    /// Records that `value` was valid until now for a person and a room number. Deletes old
    /// entries.
    pub fn keep(
        conn: &mut Connection,
        (user, room): (UserId, i64),
        value: String,
    ) -> QueryResult<()> {
        let now = Timestamp::now();
        let of_both = past_settings::user_id
            .eq(user)
            .and(past_settings::room_id.eq(room));
        diesel::delete(past_settings::table.filter(of_both))
            .filter(past_settings::until.lt(now.minus(REMEMBERED)))
            .execute(conn)?;
        diesel::insert_or_ignore_into(past_settings::table)
            .values((
                past_settings::user_id.eq(user),
                past_settings::room_id.eq(room),
                past_settings::until.eq(now),
                past_settings::value.eq(value),
            ))
            .execute(conn)?;
        Ok(())
    }

    /// Returns the value at that moment, if it was changed since.
    pub fn at(
        conn: &mut Connection,
        (user, room): (UserId, i64),
        moment: Timestamp,
    ) -> QueryResult<Option<String>> {
        past_settings::table
            .filter(past_settings::user_id.eq(user))
            .filter(past_settings::room_id.eq(room))
            .filter(past_settings::until.gt(moment))
            .order(past_settings::until)
            .select(past_settings::value)
            .first(conn)
            .optional()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{db::testing::TestDatabase, schema::users};

    const ANA: UserId = UserId(1);

    async fn with_ana() -> TestDatabase {
        let db = TestDatabase::new();
        let row = (
            users::id.eq(ANA),
            users::username.eq("ana"),
            users::username_key.eq("ana"),
            users::password.eq("!"),
            users::created_at.eq(0_i64),
            users::password_changed_at.eq(0_i64),
        );
        let inserted = move |conn: &mut _| {
            Ok(diesel::insert_into(users::table)
                .values(row)
                .execute(conn)?)
        };
        db.write(inserted).await.unwrap();
        db
    }

    #[actix_web::test]
    async fn what_was_saved_is_read_and_what_held_before_is_remembered() {
        let (db, user) = (with_ana().await, ANA);
        let before = Timestamp::now();
        let read = db.read(move |conn| Ok(Preferences::of(conn, user)?));
        assert_eq!(read.await.unwrap(), Preferences::default());
        for minutes in [60, 120] {
            let mut wanted = Preferences {
                typing: false,
                ..Preferences::default()
            };
            wanted.attention.quiet.quiet_days = 127;
            wanted.attention.quiet.quiet_from = minutes;
            db.write(move |conn| Ok(wanted.save(conn, user)?))
                .await
                .unwrap();
        }
        let read = db.read(move |conn| {
            let then = Preferences::attention_at(conn, user, before.minus(Duration::from_secs(1)))?;
            let later = before.plus(Duration::from_secs(60));
            let later = Preferences::attention_at(conn, user, later)?;
            Ok((Preferences::of(conn, user)?, then, later))
        });
        let (now, then, later) = read.await.unwrap();
        assert!(!now.typing && now.attention.quiet.quiet_from == 120);
        assert_eq!(then, Preferences::default().attention);
        assert_eq!(later, now.attention);
    }
}
