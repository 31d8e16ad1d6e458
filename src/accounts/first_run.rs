//! The first-run link, by which the first person on a new server becomes its owner. The server
//! prints it at each start while there is no owner. It is valid until somebody uses it or the
//! server stops.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use subtle::ConstantTimeEq;

use super::models::User;
use crate::db::Database;
use crate::error::Result;

/// The token of the link, if the server started without an owner. Registered as `web::Data`.
#[derive(Clone)]
pub struct FirstRun {
    token: Option<String>,
}

impl FirstRun {
    /// Creates a token if there is no owner yet.
    ///
    /// # Errors
    /// Any error of the database.
    pub async fn prepare(database: &Database) -> Result<Self> {
        let is_owned = database.read(|conn| Ok(User::owner_exists(conn)?)).await?;
        let token = (!is_owned).then(|| URL_SAFE_NO_PAD.encode(rand::random::<[u8; 16]>()));
        Ok(Self { token })
    }

    /// Returns the path of the link.
    pub fn path(&self) -> Option<String> {
        self.token.as_ref().map(|token| path_of(token))
    }

    /// Returns whether the server still has no owner. Asks the database only until there is one at
    /// the start.
    ///
    /// # Errors
    /// Any error of the database.
    pub(super) async fn waits_for_owner(&self, database: &Database) -> Result<bool> {
        let is_owned = async || database.read(|conn| Ok(User::owner_exists(conn)?)).await;
        Ok(self.token.is_some() && !is_owned().await?)
    }

    /// Returns whether `token` is the printed one. Does not check whether there is an owner by now.
    pub(super) fn is(&self, token: &str) -> bool {
        let known = self.token.as_ref();
        known.is_some_and(|known| known.as_bytes().ct_eq(token.as_bytes()).into())
    }
}

pub(super) fn path_of(token: &str) -> String {
    format!("/accounts/first-run/{token}/")
}
