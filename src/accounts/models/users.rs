//! People. The stored password has a type of its own, so that it cannot leak into a page.

use diesel::prelude::*;
use serde::{Deserialize, Serialize};

use crate::accounts::username::Username;
use crate::db::{Connection, Timestamp, id_type};
use crate::error::{Error, Result};
use crate::schema::users;

id_type! {
    /// The id of a person.
    UserId
}

/// A person, without their password.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable, Serialize, Deserialize)]
#[diesel(table_name = users)]
pub struct User {
    /// The id. It is never used again, even after the account is deleted.
    pub id: UserId,
    /// The user name as the person typed it.
    pub username: String,
    /// The name to show, see [`crate::accounts::Person`].
    pub name: String,
    /// Sessions of another session epoch are invalid.
    pub session_epoch: i64,
    /// Whether the person may administer the server.
    pub is_owner: bool,
    /// Whether the person may log in.
    pub is_active: bool,
    /// When the account was created.
    pub created_at: Timestamp,
}

impl User {
    /// Finds the person with this id.
    pub fn find(conn: &mut Connection, id: UserId) -> QueryResult<Self> {
        users::table.find(id).select(Self::as_select()).first(conn)
    }

    /// Finds the person with this folded name, see [`crate::accounts::username::key`].
    pub fn named(conn: &mut Connection, username_key: &str) -> QueryResult<Option<Self>> {
        users::table
            .filter(users::username_key.eq(username_key))
            .select(Self::as_select())
            .first(conn)
            .optional()
    }

    /// Returns whether a person has a name that looks like this one.
    pub fn looks_like(conn: &mut Connection, skeleton: &str) -> QueryResult<bool> {
        let similar = users::table.filter(users::username_skeleton.eq(skeleton));
        diesel::select(diesel::dsl::exists(similar)).get_result(conn)
    }

    /// Shows the people with this skeleton with their user name, as `Ana (@ana_m)`, if there are
    /// several, and without it if there is only one. Somebody whose user name has the same skeleton
    /// counts as another person. Returns the people whose shown name changed.
    pub(super) fn tell_apart(conn: &mut Connection, skeleton: &str) -> QueryResult<Vec<UserId>> {
        let alike = || users::table.filter(users::display_skeleton.eq(skeleton));
        let first_two: Vec<UserId> = alike().select(users::id).limit(2).load(conn)?;
        let named: Option<UserId> = users::table
            .filter(users::username_skeleton.eq(skeleton))
            .select(users::id)
            .first(conn)
            .optional()?;
        let is_shared = match first_two[..] {
            [] => return Ok(Vec::new()),
            [only] => named.is_some_and(|named| named != only),
            _ => true,
        };
        diesel::update(alike().filter(users::shares_name.ne(is_shared)))
            .set(users::shares_name.eq(is_shared))
            .returning(users::id)
            .get_results(conn)
    }

    /// Starts and returns a new session epoch. It invalidates all sessions that are not carried
    /// over in the same transaction.
    pub fn begin_epoch(conn: &mut Connection, id: UserId) -> QueryResult<i64> {
        diesel::update(users::table.find(id))
            .set(users::session_epoch.eq(users::session_epoch + 1))
            .returning(users::session_epoch)
            .get_result(conn)
    }

    /// Returns whether the server has an owner.
    pub fn owner_exists(conn: &mut Connection) -> QueryResult<bool> {
        let owners = users::table.filter(users::is_owner.eq(true));
        diesel::select(diesel::dsl::exists(owners)).get_result(conn)
    }
}

/// An account to create.
#[derive(Clone, Debug, Insertable)]
#[diesel(table_name = users)]
pub struct NewUser {
    username: String,
    username_key: String,
    username_skeleton: String,
    password: String,
    is_owner: bool,
    created_at: Timestamp,
    password_changed_at: Timestamp,
}

impl NewUser {
    /// `password` is the stored form (a hash).
    pub fn new(username: Username, password: String, now: Timestamp) -> Self {
        Self {
            username: username.shown,
            username_key: username.key,
            username_skeleton: username.skeleton,
            password,
            is_owner: false,
            created_at: now,
            password_changed_at: now,
        }
    }

    /// Creates the account. [`Error::Conflict`] if the name is taken, or looks like one that is.
    pub fn insert(&self, conn: &mut Connection) -> Result<User> {
        let user = diesel::insert_into(users::table)
            .values(self)
            .returning(User::as_returning())
            .get_result(conn)?;
        // Pages find out at the next load: the new person is in no room yet.
        User::tell_apart(conn, &self.username_skeleton)?;
        Ok(user)
    }

    /// Creates the account as the owner's. [`Error::Forbidden`] if there is an owner already. Must
    /// run in one transaction, so that of two concurrent requests only one succeeds (a race).
    pub fn insert_first_owner(mut self, conn: &mut Connection) -> Result<User> {
        if User::owner_exists(conn)? {
            return Err(Error::Forbidden);
        }
        self.is_owner = true;
        self.insert(conn)
    }

    /// Creates the account as an owner's, even if there are other owners. Used by the command line,
    /// whose user controls the server anyway.
    pub fn insert_owner(mut self, conn: &mut Connection) -> Result<User> {
        self.is_owner = true;
        self.insert(conn)
    }
}

/// A person and their stored password, to verify a typed one.
#[derive(Clone, Queryable, Selectable)]
#[diesel(table_name = users)]
pub struct Credentials {
    /// The person.
    #[diesel(embed)]
    pub user: User,
    /// The stored form (a hash).
    pub password: String,
}

impl Credentials {
    /// Finds the credentials for a folded name.
    pub fn named(conn: &mut Connection, username_key: &str) -> QueryResult<Option<Self>> {
        users::table
            .filter(users::username_key.eq(username_key))
            .select(Self::as_select())
            .first(conn)
            .optional()
    }

    /// Finds the credentials of a person.
    pub fn of(conn: &mut Connection, id: UserId) -> QueryResult<Self> {
        users::table.find(id).select(Self::as_select()).first(conn)
    }

    /// Stores the same password as another hash, unless it was changed since it was read. Ends no
    /// session.
    pub fn rehash(&self, conn: &mut Connection, stored: &str) -> QueryResult<()> {
        diesel::update(self.unchanged())
            .set(users::password.eq(stored))
            .execute(conn)?;
        Ok(())
    }

    /// Stores a new password. Starts and returns a new session epoch.
    ///
    /// [`Error::Conflict`] if the password was changed since it was read.
    pub fn replace(&self, conn: &mut Connection, stored: &str, now: Timestamp) -> Result<i64> {
        let epoch = diesel::update(self.unchanged())
            .set((
                users::password.eq(stored),
                users::password_changed_at.eq(now),
                users::session_epoch.eq(users::session_epoch + 1),
            ))
            .returning(users::session_epoch)
            .get_result(conn)
            .optional()?;
        epoch.ok_or(Error::Conflict)
    }

    #[diesel::dsl::auto_type(no_type_alias)]
    fn unchanged<'a>(&'a self) -> _ {
        let id: UserId = self.user.id;
        let password: &'a str = self.password.as_str();
        users::table
            .filter(users::id.eq(id))
            .filter(users::password.eq(password))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::accounts::username;
    use crate::db::testing::TestDatabase;

    fn credentials(conn: &mut Connection) -> Result<Credentials> {
        let name = username::parse("Ana").unwrap();
        let ana = NewUser::new(name, "first".to_owned(), Timestamp(1)).insert(conn)?;
        Ok(Credentials::of(conn, ana.id)?)
    }

    #[actix_web::test]
    async fn a_password_that_was_changed_meanwhile_is_neither_rehashed_nor_replaced() {
        let database = TestDatabase::new();
        let checked = database.write(|conn| {
            let read_before = credentials(conn)?;
            let epoch = read_before.replace(conn, "second", Timestamp(2))?;
            assert_eq!(epoch, read_before.user.session_epoch + 1);

            read_before.rehash(conn, "first again")?;
            let late = read_before.replace(conn, "third", Timestamp(3));

            assert!(matches!(late, Err(Error::Conflict)));
            let now = Credentials::of(conn, read_before.user.id)?;
            assert_eq!(
                (now.password.as_str(), now.user.session_epoch),
                ("second", epoch)
            );
            Ok(())
        });
        checked.await.unwrap();
    }

    #[actix_web::test]
    async fn a_rehash_keeps_the_epoch() {
        let database = TestDatabase::new();
        let checked = database.write(|conn| {
            let before = credentials(conn)?;

            before.rehash(conn, "the same, stored better")?;

            let now = Credentials::of(conn, before.user.id)?;
            assert_eq!(now.password, "the same, stored better");
            assert_eq!(now.user, before.user);
            Ok(())
        });
        checked.await.unwrap();
    }

    #[actix_web::test]
    async fn one_name_in_any_case_is_one_person() {
        let database = TestDatabase::new();
        database
            .write(|conn| credentials(conn).map(drop))
            .await
            .unwrap();

        let second = database.write(|conn| {
            let name = username::parse("ANA").unwrap();
            NewUser::new(name, "!".to_owned(), Timestamp(1)).insert(conn)
        });

        assert!(matches!(second.await, Err(Error::Conflict)));
    }
}
