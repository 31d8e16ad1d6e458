//! Parlour, a self-hosted web chat: accounts, friends and conversations in a browser.
//!
//! Start reading at `routes` (what can be done), then `chat` (how it is done). Each app is a
//! folder: [`accounts`], [`friends`], [`chat`]. [`Running`] is all that `main` and the tests need.

#![forbid(unsafe_code)]

pub mod accounts;
mod assets;
pub mod backup;
pub mod chat;
pub mod config;
mod data_folder;
pub mod db;
pub mod error;
mod error_pages;
pub mod friends;
mod half_data;
mod health;
pub mod logging;
mod parts;
pub mod preferences;
mod routes;
#[rustfmt::skip]
mod schema;
pub mod security;
mod server;
pub mod templates;
mod whole_file;
pub mod words;

use actix_web::web;
use config::Settings;
use db::Database;
use error::{Error, Result};
pub use server::Running;

/// Makes the owner in the data folder of `settings`, while no server runs there.
///
/// # Errors
/// The folder in use, half of the data missing, a name or password that is refused.
pub async fn create_superuser(settings: Settings, username: Option<String>) -> Result<()> {
    let (_folder, lock) = data_folder::hold(&settings)?;
    half_data::refuse(&settings, &lock)?;
    let opened = move || Ok::<_, Error>((Database::open_locked(&lock)?, lock));
    let (database, _lock) = web::block(opened).await.map_err(Error::internal)??;
    // A database with people in it and no key is refused by the next start.
    security::SecretKeys::open(&settings)?;
    accounts::create_superuser(&database, settings.limits.bcrypt_cost, username).await?;
    database.close();
    Ok(())
}
