//! `parlour createsuperuser`: creates an owner from the command line. The password is typed without
//! echo or read from a pipe. It is not an argument, because all processes of the machine can read
//! arguments.

use std::io::{self, BufRead, IsTerminal, Write};

use super::models::{NewUser, User, store_skeletons};
use super::{password, username};
use crate::db::{Database, Timestamp};
use crate::error::{Error, Result};
use crate::words;

/// Asks for missing input, and creates the account. `cost` is the setting `bcrypt_cost`.
///
/// # Errors
/// [`Error::Internal`] with a message for the person at the terminal.
pub async fn create_superuser(
    database: &Database,
    cost: u32,
    username: Option<String>,
) -> Result<User> {
    let is_asked = io::stdin().is_terminal();
    let username = match username {
        Some(username) => username,
        None if is_asked => ask("Username: ")?,
        None => return Err(Error::internal("give the name with --username")),
    };
    let password = if is_asked { ask_twice()? } else { next_line()? };
    store_skeletons(database).await?;
    make_owner(database, cost, &username, &password).await
}

async fn make_owner(
    database: &Database,
    cost: u32,
    username: &str,
    password: &str,
) -> Result<User> {
    let name = username::parse_owner(username).map_err(|why| sentence(why.words_key()))?;
    password::check(password, username).map_err(|why| sentence(why.words_key()))?;
    let stored = password::encode(password, cost).map_err(Error::internal)?;
    let new = NewUser::new(name, stored, Timestamp::now());
    let made = database.write(move |conn| new.insert_owner(conn)).await;
    made.map_err(|error| match error {
        Error::Conflict => sentence("username-taken"),
        other => other,
    })
}

fn sentence(key: &str) -> Error {
    Error::internal(words::text(key))
}

fn ask(question: &str) -> Result<String> {
    let mut terminal = io::stderr();
    terminal
        .write_all(question.as_bytes())
        .map_err(Error::internal)?;
    terminal.flush().map_err(Error::internal)?;
    next_line()
}

fn ask_twice() -> Result<String> {
    let password = rpassword::prompt_password("Password: ").map_err(Error::internal)?;
    let again = rpassword::prompt_password("Password again: ").map_err(Error::internal)?;
    if password == again {
        Ok(password)
    } else {
        Err(sentence("password-mismatch"))
    }
}

/// Reads one line without its line end. Keeps spaces, because a password may start or end with one.
fn next_line() -> Result<String> {
    let mut line = String::new();
    io::stdin()
        .lock()
        .read_line(&mut line)
        .map_err(Error::internal)?;
    let text = line.strip_suffix('\n').unwrap_or(&line);
    Ok(text.strip_suffix('\r').unwrap_or(text).to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::db::testing::TestDatabase;

    #[actix_web::test]
    async fn the_owner_is_made_by_the_rules_for_everybody() {
        let database = TestDatabase::new();
        let make = |name, password| make_owner(&database, 4, name, password);

        let owner = make("Ana", "green tea at four").await.unwrap();

        assert!(owner.is_owner && owner.is_active);
        for (name, password) in [
            ("ANA", "green tea at four"),
            ("bo", "password1"),
            ("b o", "green tea at four"),
        ] {
            assert!(make(name, password).await.is_err(), "{name}");
        }
    }
}
