//! The link by which the first person on a new server becomes its owner. The server prints it at
//! each start while there is no owner; it holds until somebody used it or the server ends.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use subtle::ConstantTimeEq;

use super::models::User;
use crate::db::Database;
use crate::error::Result;

/// The link's token, if the server started without an owner; registered as `web::Data`.
#[derive(Clone)]
pub struct FirstRun {
    token: Option<String>,
}

impl FirstRun {
    /// Makes a token if there is no owner yet.
    ///
    /// # Errors
    /// Whatever the database answers.
    pub async fn prepare(database: &Database) -> Result<Self> {
        let is_owned = database.read(|conn| Ok(User::owner_exists(conn)?)).await?;
        let token = (!is_owned).then(|| URL_SAFE_NO_PAD.encode(rand::random::<[u8; 16]>()));
        Ok(Self { token })
    }

    /// The path to print behind the site's address.
    pub fn path(&self) -> Option<String> {
        self.token.as_ref().map(|token| path_of(token))
    }

    /// Whether `token` is the one that was printed; whether an owner exists by now is another
    /// question.
    pub(super) fn is(&self, token: &str) -> bool {
        let known = self.token.as_ref();
        known.is_some_and(|known| known.as_bytes().ct_eq(token.as_bytes()).into())
    }
}

pub(super) fn path_of(token: &str) -> String {
    format!("/accounts/first-run/{token}/")
}
