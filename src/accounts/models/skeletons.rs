//! Skeletons of names that exist already. New accounts store theirs when they are created.

use diesel::prelude::*;

use super::{User, UserId};
use crate::{
    accounts::username,
    db::{Connection, Database},
    error::Result,
    schema::users,
};

/// Stores the skeletons of accounts that were created before there were skeletons. Runs at every
/// start. A migration that sets all skeletons to NULL makes it compute them again.
///
/// # Errors
/// The errors of the database.
pub async fn store_skeletons(database: &Database) -> Result<()> {
    database.write(|conn| Ok(store(conn)?)).await
}

/// Of names that look alike, which only older versions allowed, the oldest has the skeleton. The
/// others have none: they stay, and no new name can look like them either.
fn store(conn: &mut Connection) -> QueryResult<()> {
    let unknown = users::table
        .filter(users::username_skeleton.is_null())
        .order(users::id)
        .select((users::id, users::username))
        .load::<(UserId, String)>(conn)?;
    for (id, name) in unknown {
        let skeleton = username::skeleton(&name);
        if !User::looks_like(conn, &skeleton)? {
            diesel::update(users::table.find(id))
                .set(users::username_skeleton.eq(skeleton))
                .execute(conn)?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        accounts::models::{Credentials, NewUser},
        db::{Timestamp, testing::TestDatabase},
        error::Error,
    };

    /// Creates an account as an older version did.
    fn insert_old(conn: &mut Connection, name: &str) -> QueryResult<usize> {
        let row = (
            users::username.eq(name),
            users::username_key.eq(username::key(name)),
            users::password.eq("!"),
            users::created_at.eq(1),
            users::password_changed_at.eq(1),
        );
        diesel::insert_into(users::table).values(row).execute(conn)
    }

    fn insert_new(conn: &mut Connection, name: &str) -> Result<()> {
        let name = username::parse(name).unwrap();
        NewUser::new(name, "!".to_owned(), Timestamp(1)).insert(conn)?;
        Ok(())
    }

    #[actix_web::test]
    async fn the_database_refuses_a_name_that_looks_like_another_one() {
        let database = TestDatabase::new();
        let checked = database.write(|conn| {
            insert_new(conn, "coca")?;
            for name in ["соса", "СОСА", "c0ca"] {
                assert!(
                    matches!(insert_new(conn, name), Err(Error::Conflict)),
                    "{name}"
                );
            }
            insert_new(conn, "cocoa")
        });
        checked.await.unwrap();
    }

    #[actix_web::test]
    async fn names_that_exist_stay_and_no_new_one_looks_like_them() {
        let database = TestDatabase::new();
        let checked = database.write(|conn| {
            for name in ["ana", "аna", "everyone", "..", "bo"] {
                insert_old(conn, name)?;
            }
            store(conn)?;
            store(conn)?;
            for name in ["ana", "аna", "everyone", "..", "bo"] {
                assert!(Credentials::named(conn, &username::key(name))?.is_some());
            }
            assert!(matches!(insert_new(conn, "ΑΝΑ"), Err(Error::Conflict)));
            assert!(matches!(insert_new(conn, "b0"), Err(Error::Conflict)));
            Ok(())
        });
        checked.await.unwrap();
    }
}
