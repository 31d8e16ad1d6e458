//! Parlour, a self-hosted web chat: accounts, friends and conversations in a browser.
//!
//! Start reading at `routes` (what can be done), then `chat` (how it is done). Each app is a
//! folder: [`accounts`], [`friends`], [`chat`]. [`Running`] is all that `main` and the tests need.

#![forbid(unsafe_code)]

pub mod accounts;
mod assets;
pub mod chat;
pub mod config;
mod data_folder;
pub mod db;
pub mod error;
mod error_pages;
pub mod friends;
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
pub mod words;

use config::Settings;
use db::Database;
use error::{Error, Result};
pub use server::Running;

/// Makes the owner in the data folder of `settings`, while no server runs there.
///
/// # Errors
/// The folder in use, a name or password that is refused.
pub async fn create_superuser(settings: Settings, username: Option<String>) -> Result<()> {
    let _folder = data_folder::DataFolder::open(&settings.data)?;
    let path = settings.database_path();
    let database = actix_web::web::block(move || Database::open(&path));
    let database = database.await.map_err(Error::internal)??;
    accounts::create_superuser(&database, settings.limits.bcrypt_cost, username).await?;
    database.close();
    Ok(())
}
