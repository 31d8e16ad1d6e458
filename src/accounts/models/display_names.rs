//! Display names: which one a person has, and whether it looks like a name of somebody else.

use diesel::prelude::*;

use super::{User, UserId};
use crate::{
    accounts::{UserRef, display_name::DisplayName},
    db::Connection,
    schema::users,
};

impl User {
    /// Sets or removes the display name of a person. Returns the people who are shown by another
    /// name now: the person, and at most two others, who begin or cease to share a name with
    /// somebody. Must run in one transaction.
    pub fn rename(
        conn: &mut Connection,
        id: UserId,
        to: Option<&DisplayName>,
    ) -> QueryResult<Vec<UserRef>> {
        let before: (String, Option<String>) = users::table
            .find(id)
            .select((users::name, users::display_skeleton))
            .first(conn)?;
        let skeleton = to.map(|name| name.skeleton.as_str());
        diesel::update(users::table.find(id))
            .set((
                users::display_name.eq(to.map_or("", |name| name.shown.as_str())),
                users::display_skeleton.eq(skeleton),
                users::shares_name.eq(false),
            ))
            .execute(conn)?;
        let mut changed = Vec::new();
        for skeleton in before.1.as_deref().into_iter().chain(skeleton) {
            changed.extend(Self::tell_apart(conn, skeleton)?);
        }
        changed.retain(|other| *other != id);
        let now: String = users::table.find(id).select(users::name).first(conn)?;
        if now != before.0 {
            changed.push(id);
        }
        // For an empty list, SQLite would scan all people.
        if changed.is_empty() {
            return Ok(Vec::new());
        }
        users::table
            .filter(users::id.eq_any(changed))
            .order(users::id)
            .select(UserRef::as_select())
            .load(conn)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        accounts::{models::NewUser, username},
        db::{Timestamp, testing::TestDatabase},
        error::Result,
    };

    fn sign_up(conn: &mut Connection, name: &str) -> Result<UserId> {
        let name = username::parse(name).unwrap();
        Ok(NewUser::new(name, "!".to_owned(), Timestamp(1))
            .insert(conn)?
            .id)
    }

    fn rename(conn: &mut Connection, id: UserId, name: &str) -> Result<Vec<String>> {
        let name = DisplayName::parse(name, false)?;
        let changed = User::rename(conn, id, name.as_ref())?;
        Ok(changed.into_iter().map(|person| person.name).collect())
    }

    fn name_of(conn: &mut Connection, id: UserId) -> Result<String> {
        Ok(User::find(conn, id)?.name)
    }

    #[actix_web::test]
    async fn people_of_the_same_name_are_told_apart_until_one_changes_it() {
        let database = TestDatabase::new();
        let checked = database.write(|conn| {
            let (one, two) = (sign_up(conn, "ana_m")?, sign_up(conn, "ana_k")?);
            assert_eq!(rename(conn, one, "Ana")?, ["Ana"]);
            assert_eq!(rename(conn, one, "Ana")?, [""; 0]);

            assert_eq!(rename(conn, two, "АNА")?, ["Ana (@ana_m)", "АNА (@ana_k)"]);

            assert_eq!(rename(conn, two, "Anna")?, ["Ana", "Anna"]);
            assert_eq!(rename(conn, one, "")?, ["ana_m"]);
            Ok(())
        });
        checked.await.unwrap();
    }

    #[actix_web::test]
    async fn nobody_is_shown_by_the_user_name_of_somebody_else_alone() {
        let database = TestDatabase::new();
        let checked = database.write(|conn| {
            let (bo, eve) = (sign_up(conn, "bo")?, sign_up(conn, "eve")?);
            rename(conn, eve, "B0")?;
            assert_eq!(name_of(conn, eve)?, "B0 (@eve)");
            // One's own user name in other letters is no name of somebody else.
            rename(conn, bo, "Bo")?;
            assert_eq!(name_of(conn, bo)?, "Bo (@bo)", "because of eve");
            rename(conn, eve, "Eve")?;
            assert_eq!(
                (name_of(conn, bo)?, name_of(conn, eve)?),
                ("Bo".into(), "Eve".into())
            );
            Ok(())
        });
        checked.await.unwrap();
    }

    #[actix_web::test]
    async fn a_new_account_of_the_same_name_tells_an_older_person_apart() {
        let database = TestDatabase::new();
        let checked = database.write(|conn| {
            let eve = sign_up(conn, "eve")?;
            rename(conn, eve, "Bo")?;
            assert_eq!(name_of(conn, eve)?, "Bo");

            sign_up(conn, "bo")?;

            assert_eq!(name_of(conn, eve)?, "Bo (@eve)");
            Ok(())
        });
        checked.await.unwrap();
    }
}
