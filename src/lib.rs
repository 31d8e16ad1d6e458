//! Parlour, a self-hosted web chat: accounts, friends and conversations in a browser.
//!
//! Start reading at `routes` (what can be done), then `chat` (how it is done). Each app is a
//! folder: [`accounts`], [`friends`], [`chat`]. `main` and the tests use only [`Running`].

#![forbid(unsafe_code)]

pub mod accounts;
mod assets;
pub mod backup;
pub mod chat;
pub mod config;
mod data_folder;
pub mod db;
mod emoji;
pub mod error;
mod error_pages;
pub mod friends;
mod half_data;
mod head_requests;
mod health;
pub mod logging;
mod parts;
pub mod preferences;
mod routes;
#[rustfmt::skip]
mod schema;
pub mod security;
mod server;
#[cfg(debug_assertions)]
mod styleguide;
pub mod templates;
mod visible;
mod whole_file;
pub mod words;

use actix_web::web;
use config::Settings;
use data_folder::Owner;
use db::Database;
use error::{Error, Result};
use rustix::process::Signal;
pub use server::Running;
use tokio::signal::unix::{SignalKind, signal};

/// Creates the owner in the data folder of `settings`. No server may run there.
///
/// # Errors
/// The folder is in use, part of the data is missing, or the name or password is refused.
pub async fn create_superuser(settings: Settings, username: Option<String>) -> Result<()> {
    let (_folder, lock) = data_folder::hold(&settings)?;
    half_data::refuse(&settings, &lock)?;
    let owner = Owner::of_data(&settings, lock.database())?;
    let opened = move || Ok::<_, Error>((Database::open_locked(&lock)?, lock));
    let (database, lock) = web::block(opened).await.map_err(Error::internal)??;
    // Create the key first, because the next start refuses a database with people but without a
    // key.
    security::SecretKeys::open(&settings)?;
    accounts::create_superuser(&database, settings.limits.bcrypt_cost, username).await?;
    database.close();
    let words = owner.keep(&settings, lock.database(), &[]);
    if !words.is_empty() {
        log::warn!(target: "parlour::db", "{}", words.trim());
    }
    Ok(())
}

/// Turns a write beyond `ulimit -f` into an I/O error, which is treated like a full disk. By
/// default, SIGXFSZ ends the process silently. A handler that does nothing prevents that. Lasts as
/// long as the process.
///
/// # Errors
/// The handler cannot be set.
pub fn survive_file_size_limit() -> Result<()> {
    let exceeded = SignalKind::from_raw(Signal::XFSZ.as_raw());
    // The handler stays installed after its stream is dropped.
    signal(exceeded).map(drop).map_err(Error::internal)
}
