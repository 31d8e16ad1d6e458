//! A session store over the rows of `django_session`.

use std::fmt;
use std::time::SystemTime;

use futures_util::future::BoxFuture;

use super::DjangoSessions;
use crate::error::BoxError;
use crate::sessions::{Save, SessionData, SessionError, SessionKey, SessionRecord, SessionStore};

/// One row of the table `django_session`, without its key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DjangoSessionRow {
    /// The column `session_data`.
    pub session_data: String,
    /// The column `expire_date`.
    pub expire_date: SystemTime,
}

/// The rows of `django_session`, wherever they are: one query each.
pub trait DjangoSessionRows: Send + Sync + 'static {
    /// The row of a `session_key`, expired or not.
    fn get<'a>(
        &'a self,
        session_key: &'a str,
    ) -> BoxFuture<'a, Result<Option<DjangoSessionRow>, BoxError>>;

    /// Inserts a row; false if the key exists.
    fn insert<'a>(
        &'a self,
        session_key: &'a str,
        row: DjangoSessionRow,
    ) -> BoxFuture<'a, Result<bool, BoxError>>;

    /// Updates a row; false if it does not exist. Must not insert it.
    fn update<'a>(
        &'a self,
        session_key: &'a str,
        row: DjangoSessionRow,
    ) -> BoxFuture<'a, Result<bool, BoxError>>;

    /// Deletes a row; does nothing if it does not exist.
    fn delete<'a>(&'a self, session_key: &'a str) -> BoxFuture<'a, Result<(), BoxError>>;
}

/// The sessions of a Django site that stores them in its database.
#[derive(Clone)]
pub struct DjangoSessionStore<R> {
    rows: R,
    site: DjangoSessions,
}

impl<R: DjangoSessionRows> DjangoSessionStore<R> {
    /// The store of these rows, in the format of that site.
    pub fn new(rows: R, site: DjangoSessions) -> Self {
        Self { rows, site }
    }

    async fn write(
        &self,
        key: &SessionKey,
        record: &SessionRecord,
        how: Save,
    ) -> Result<(), SessionError> {
        let expire_date = SystemTime::now().checked_add(record.age);
        let row = DjangoSessionRow {
            session_data: self
                .site
                .encode(&record.data)
                .map_err(SessionError::store)?,
            expire_date: expire_date.ok_or_else(|| SessionError::store("the age is too long"))?,
        };
        let written = match how {
            Save::Create => self.rows.insert(key.as_str(), row).await,
            Save::Update => self.rows.update(key.as_str(), row).await,
        };
        match (written.map_err(SessionError::Store)?, how) {
            (true, _) => Ok(()),
            (false, Save::Create) => Err(SessionError::KeyTaken),
            (false, Save::Update) => Err(SessionError::Deleted),
        }
    }
}

impl<R: DjangoSessionRows> SessionStore for DjangoSessionStore<R> {
    fn load<'a>(
        &'a self,
        key: &'a SessionKey,
    ) -> BoxFuture<'a, Result<Option<SessionData>, SessionError>> {
        Box::pin(async move {
            let row = self
                .rows
                .get(key.as_str())
                .await
                .map_err(SessionError::Store)?;
            let Some(row) = row.filter(|row| row.expire_date > SystemTime::now()) else {
                return Ok(None);
            };
            match self.site.decode(&row.session_data) {
                Ok(data) => Ok(Some(data)),
                Err(failure) => {
                    log::warn!(target: "channels::sessions", "a session was not read: {failure}");
                    Ok(None)
                }
            }
        })
    }

    fn save<'a>(
        &'a self,
        key: &'a SessionKey,
        record: &'a SessionRecord,
        how: Save,
    ) -> BoxFuture<'a, Result<(), SessionError>> {
        Box::pin(self.write(key, record, how))
    }

    fn delete<'a>(&'a self, key: &'a SessionKey) -> BoxFuture<'a, Result<(), SessionError>> {
        Box::pin(async move {
            let deleted = self.rows.delete(key.as_str()).await;
            deleted.map_err(SessionError::Store)
        })
    }
}

impl<R> fmt::Debug for DjangoSessionStore<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DjangoSessionStore")
            .field("site", &self.site)
            .finish_non_exhaustive()
    }
}
