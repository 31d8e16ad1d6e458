//! Skeletons of names that exist already. New accounts store theirs when they are created.

use std::collections::HashSet;

use diesel::prelude::*;

use super::UserId;
use crate::{
    accounts::username,
    db::{Connection, Database},
    error::Result,
    schema::users,
};

/// Stores what each existing name looks like. Runs at every start, because newer data of Unicode
/// may change it. Takes about a second for a million names.
///
/// # Errors
/// The errors of the database.
pub async fn store_skeletons(database: &Database) -> Result<()> {
    database.write(|conn| Ok(store(conn)?)).await
}

/// Of names that look alike, which only older versions allowed, the oldest keeps the skeleton. The
/// others have none: they stay, and no new name can look like them either.
fn store(conn: &mut Connection) -> QueryResult<()> {
    let stored = users::table
        .order(users::id)
        .select((users::id, users::username, users::username_skeleton))
        .load::<(UserId, String, Option<String>)>(conn)?;
    let mut taken = HashSet::with_capacity(stored.len());
    let mut changes = Vec::new();
    for (id, name, old) in stored {
        let skeleton = username::skeleton(&name);
        let new = taken.insert(skeleton.clone()).then_some(skeleton);
        if new != old {
            changes.push((id, new));
        }
    }
    // First all old values, because they may be the new values of others.
    for (id, _) in &changes {
        set(conn, *id, None)?;
    }
    for (id, new) in &changes {
        set(conn, *id, new.as_deref())?;
    }
    Ok(())
}

fn set(conn: &mut Connection, id: UserId, skeleton: Option<&str>) -> QueryResult<usize> {
    diesel::update(users::table.find(id))
        .set(users::username_skeleton.eq(skeleton))
        .execute(conn)
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

    #[actix_web::test]
    async fn skeletons_of_older_data_are_replaced_even_if_they_were_swapped() {
        let database = TestDatabase::new();
        let checked = database.write(|conn| {
            insert_new(conn, "ana")?;
            insert_new(conn, "bo")?;
            diesel::update(users::table.filter(users::username.eq("ana")))
                .set(users::username_skeleton.eq("x"))
                .execute(conn)?;
            diesel::update(users::table.filter(users::username.eq("bo")))
                .set(users::username_skeleton.eq(username::skeleton("ana")))
                .execute(conn)?;
            store(conn)?;
            let found: Vec<Option<String>> = users::table
                .order(users::id)
                .select(users::username_skeleton)
                .load(conn)?;
            let expected = ["ana", "bo"].map(|name| Some(username::skeleton(name)));
            assert_eq!(found, expected);
            Ok(())
        });
        checked.await.unwrap();
    }
}
