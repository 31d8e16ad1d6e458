//! The app's one error enum: a variant is named for what its reader does about it.
//! Imports nothing of ours; `error_pages` turns the plain text into a page.

use std::{collections::BTreeMap, time::Duration};

use actix_web::{
    HttpResponse, ResponseError,
    http::{StatusCode, header},
};
use diesel::result::{DatabaseErrorKind, Error as DieselError};

/// What the functions of the app answer.
pub type Result<T> = std::result::Result<T, Error>;

/// Field name to the sentence that stands at the field.
pub type FieldErrors = BTreeMap<&'static str, String>;

/// Why a request, a socket event or a start could not be done.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A form or an event holds what it may not; the view shows it again, filled in.
    #[error("invalid: {0:?}")]
    Invalid(FieldErrors),
    /// Nobody is signed in; the page is behind the log-in.
    #[error("sign in first")]
    SignInRequired,
    /// The person is known and may not do this.
    #[error("not allowed")]
    Forbidden,
    /// Missing, or somebody else's: the two answer alike.
    #[error("not found")]
    NotFound,
    /// The state has moved on, or the same name is taken.
    #[error("conflict")]
    Conflict,
    /// A rate limit; `retry_after` says when the next try can succeed.
    #[error("too many tries")]
    TooMany {
        /// Time until the next try can succeed.
        retry_after: Duration,
    },
    /// The body is longer than its limit.
    #[error("too large")]
    TooLarge,
    /// The request is not what the route takes (host, origin, token, content type).
    #[error("bad request: {0}")]
    BadRequest(&'static str),
    /// A queue, a pool or the disk is full or closing; the same request may succeed later.
    #[error("busy: {0}")]
    Busy(&'static str),
    /// The database refused a query that should have worked.
    #[error("database")]
    Database(#[source] DieselError),
    /// A template could not be rendered.
    #[error("template")]
    Template(#[from] handlebars::RenderError),
    /// An actor or thread of ours ended before it answered.
    #[error("{0} is gone")]
    ActorGone(&'static str),
    /// A channel layer refused an event.
    #[error("channel layer")]
    Layer(#[from] channels::LayerError),
    /// Anything that should not fail at all; the cause is kept for the log.
    #[error("internal")]
    Internal(#[source] Box<dyn std::error::Error + Send + Sync>),
}

impl Error {
    /// One field, one sentence.
    pub fn invalid(field: &'static str, sentence: impl Into<String>) -> Self {
        Self::Invalid(FieldErrors::from([(field, sentence.into())]))
    }

    /// Whole seconds until `wait` is over, at least one: what `Retry-After` says.
    pub fn retry_after_seconds(wait: Duration) -> u64 {
        (wait.as_secs() + u64::from(wait.subsec_nanos() > 0)).max(1)
    }

    /// Keeps `cause` for the log behind a plain 500.
    pub fn internal(cause: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        Self::Internal(cause.into())
    }
}

impl From<DieselError> for Error {
    fn from(error: DieselError) -> Self {
        match error {
            DieselError::NotFound => Self::NotFound,
            DieselError::DatabaseError(DatabaseErrorKind::UniqueViolation, _) => Self::Conflict,
            DieselError::DatabaseError(_, ref details) if is_storage_trouble(details.message()) => {
                log::warn!(target: "parlour::db", "storage: {error}");
                Self::Busy("database")
            }
            other => Self::Database(other),
        }
    }
}

/// SQLite reports a lock, a full disk and an I/O error only by these words.
fn is_storage_trouble(message: &str) -> bool {
    ["database is locked", "disk is full", "disk I/O error"]
        .iter()
        .any(|words| message.contains(words))
}

impl ResponseError for Error {
    fn status_code(&self) -> StatusCode {
        match self {
            Self::Invalid(_) => StatusCode::UNPROCESSABLE_ENTITY,
            Self::SignInRequired => StatusCode::UNAUTHORIZED,
            Self::Forbidden => StatusCode::FORBIDDEN,
            Self::NotFound => StatusCode::NOT_FOUND,
            Self::Conflict => StatusCode::CONFLICT,
            Self::TooMany { .. } => StatusCode::TOO_MANY_REQUESTS,
            Self::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Self::BadRequest(_) => StatusCode::BAD_REQUEST,
            Self::Busy(_) => StatusCode::SERVICE_UNAVAILABLE,
            Self::Database(_)
            | Self::Template(_)
            | Self::ActorGone(_)
            | Self::Layer(_)
            | Self::Internal(_) => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    fn error_response(&self) -> HttpResponse {
        let status = self.status_code();
        if status.is_server_error() && status != StatusCode::SERVICE_UNAVAILABLE {
            let cause = std::error::Error::source(self).map(ToString::to_string);
            log::error!(target: "parlour::http", "{self}: {}", cause.unwrap_or_default());
        }
        let mut response = HttpResponse::build(status);
        match self {
            Self::TooMany { retry_after } => {
                let seconds = Self::retry_after_seconds(*retry_after);
                response.insert_header((header::RETRY_AFTER, seconds));
            }
            Self::Busy(_) => {
                response.insert_header((header::RETRY_AFTER, "2"));
            }
            _ => {}
        }
        let words = status.canonical_reason().unwrap_or("Error");
        response
            .content_type("text/plain; charset=utf-8")
            .body(words)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_person_reads_never_holds_the_cause() {
        let error = Error::internal("SELECT secret FROM users at /srv/parlour.sqlite3");
        let response = error.error_response();
        assert_eq!(response.status(), StatusCode::INTERNAL_SERVER_ERROR);
        let body = actix_web::body::MessageBody::try_into_bytes(response.into_body());
        assert_eq!(&body.ok().unwrap()[..], b"Internal Server Error");
    }

    #[test]
    fn a_taken_name_is_a_conflict_and_a_missing_row_is_not_found() {
        assert!(matches!(
            Error::from(DieselError::NotFound),
            Error::NotFound
        ));
        let details: Box<dyn diesel::result::DatabaseErrorInformation + Send + Sync> =
            Box::new(String::from("UNIQUE constraint failed"));
        let taken = DieselError::DatabaseError(DatabaseErrorKind::UniqueViolation, details);
        assert!(matches!(Error::from(taken), Error::Conflict));
    }
}
