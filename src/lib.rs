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
use rustix::process::Signal;
pub use server::Running;
use tokio::signal::unix::{SignalKind, signal};

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

/// Makes a write past `ulimit -f` an I/O error, which is answered as a full disk is. By default
/// SIGXFSZ ends the process without a word; a handler that does nothing keeps it. Stays for as long
/// as the process.
///
/// # Errors
/// A handler that cannot be set.
pub fn survive_file_size_limit() -> Result<()> {
    let exceeded = SignalKind::from_raw(Signal::XFSZ.as_raw());
    // The handler stays when its stream is dropped.
    signal(exceeded).map(drop).map_err(Error::internal)
}
