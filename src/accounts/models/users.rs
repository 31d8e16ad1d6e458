//! People: who they are, and (apart from that, so that it cannot leak into a page) the stored
//! password of one of them.

use diesel::prelude::*;
use serde::{Deserialize, Serialize};

use crate::accounts::username::Username;
use crate::db::{Connection, Timestamp, id_type};
use crate::error::{Error, Result};
use crate::schema::users;

id_type! {
    /// A person.
    UserId
}

/// A person, without their password.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable, Serialize, Deserialize)]
#[diesel(table_name = users)]
pub struct User {
    /// Never used again, also after the account is gone.
    pub id: UserId,
    /// As people see it.
    pub username: String,
    /// Sessions opened under another epoch are dead.
    pub session_epoch: i64,
    /// May administer the server.
    pub is_owner: bool,
    /// Whether logging in is allowed.
    pub is_active: bool,
    /// When the account was made.
    pub created_at: Timestamp,
}

impl User {
    /// The person with this id.
    pub fn find(conn: &mut Connection, id: UserId) -> QueryResult<Self> {
        users::table.find(id).select(Self::as_select()).first(conn)
    }

    /// The person of this folded name, see [`crate::accounts::username::key`].
    pub fn named(conn: &mut Connection, username_key: &str) -> QueryResult<Option<Self>> {
        users::table
            .filter(users::username_key.eq(username_key))
            .select(Self::as_select())
            .first(conn)
            .optional()
    }

    /// Begins a new epoch, which it returns: whatever was opened before is dead unless it is
    /// carried over in the same write.
    pub fn begin_epoch(conn: &mut Connection, id: UserId) -> QueryResult<i64> {
        diesel::update(users::table.find(id))
            .set(users::session_epoch.eq(users::session_epoch + 1))
            .returning(users::session_epoch)
            .get_result(conn)
    }

    /// Whether the server has an owner.
    pub fn owner_exists(conn: &mut Connection) -> QueryResult<bool> {
        let owners = users::table.filter(users::is_owner.eq(true));
        diesel::select(diesel::dsl::exists(owners)).get_result(conn)
    }
}

/// A person who is to be.
#[derive(Clone, Debug, Insertable)]
#[diesel(table_name = users)]
pub struct NewUser {
    username: String,
    username_key: String,
    password: String,
    is_owner: bool,
    created_at: Timestamp,
    password_changed_at: Timestamp,
}

impl NewUser {
    /// `password` is the stored form.
    pub fn new(username: Username, password: String, now: Timestamp) -> Self {
        Self {
            username: username.shown,
            username_key: username.key,
            password,
            is_owner: false,
            created_at: now,
            password_changed_at: now,
        }
    }

    /// Makes the account. [`Error::Conflict`] when the name is taken.
    pub fn insert(&self, conn: &mut Connection) -> Result<User> {
        let user = diesel::insert_into(users::table)
            .values(self)
            .returning(User::as_returning())
            .get_result(conn)?;
        Ok(user)
    }

    /// Makes the account as the owner's. [`Error::Forbidden`] once there is an owner: run it in one
    /// write, and of two that race one is made.
    pub fn insert_first_owner(mut self, conn: &mut Connection) -> Result<User> {
        if User::owner_exists(conn)? {
            return Err(Error::Forbidden);
        }
        self.is_owner = true;
        self.insert(conn)
    }

    /// Makes the account as an owner's, whoever else is one: whoever runs commands on the server
    /// may do that anyway.
    pub fn insert_owner(mut self, conn: &mut Connection) -> Result<User> {
        self.is_owner = true;
        self.insert(conn)
    }
}

/// A person and their stored password, for as long as one is compared with the other.
#[derive(Clone, Queryable, Selectable)]
#[diesel(table_name = users)]
pub struct Credentials {
    /// Whose.
    #[diesel(embed)]
    pub user: User,
    /// The stored form.
    pub password: String,
}

impl Credentials {
    /// Of the folded name.
    pub fn named(conn: &mut Connection, username_key: &str) -> QueryResult<Option<Self>> {
        users::table
            .filter(users::username_key.eq(username_key))
            .select(Self::as_select())
            .first(conn)
            .optional()
    }

    /// Of the person.
    pub fn of(conn: &mut Connection, id: UserId) -> QueryResult<Self> {
        users::table.find(id).select(Self::as_select()).first(conn)
    }

    /// Stores the same password in another form, unless it was changed since it was read. No
    /// session ends.
    pub fn rehash(&self, conn: &mut Connection, stored: &str) -> QueryResult<()> {
        diesel::update(self.unchanged())
            .set(users::password.eq(stored))
            .execute(conn)?;
        Ok(())
    }

    /// Stores a new password and begins a new epoch, which it returns.
    ///
    /// [`Error::Conflict`] when the password was changed since it was read.
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
