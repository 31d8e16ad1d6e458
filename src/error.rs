//! The error type of the app. Each variant is named for what its receiver does about it. This
//! module imports nothing else of the app. `error_pages` renders errors as pages.

use std::{collections::BTreeMap, path::Path, time::Duration};

use actix_web::{
    HttpResponse, ResponseError,
    http::{StatusCode, header},
};
use diesel::result::{DatabaseErrorKind, Error as DieselError};

/// The result type of the app.
pub type Result<T> = std::result::Result<T, Error>;

/// Maps field names to the message that is shown at the field.
pub type FieldErrors = BTreeMap<&'static str, String>;

/// Reasons why a request, a socket event or a start failed.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A form or an event is invalid. The view shows the form again with its values.
    #[error("invalid: {0:?}")]
    Invalid(FieldErrors),
    /// The page needs a signed-in person.
    #[error("sign in first")]
    SignInRequired,
    /// The person is signed in, but may not do this.
    #[error("not allowed")]
    Forbidden,
    /// The thing does not exist, or belongs to another person. Both get the same answer.
    #[error("not found")]
    NotFound,
    /// The state has changed meanwhile, or the name is taken.
    #[error("conflict")]
    Conflict,
    /// A rate limit is exceeded. The next try can succeed after `retry_after`.
    #[error("too many tries")]
    TooMany {
        /// Time until the next try can succeed.
        retry_after: Duration,
    },
    /// The body exceeds its size limit.
    #[error("too large")]
    TooLarge,
    /// The request does not fit the route (host, origin, token, content type).
    #[error("bad request: {0}")]
    BadRequest(&'static str),
    /// A queue, a pool or the disk is full, or the server is stopping. The same request may succeed
    /// later.
    #[error("busy: {0}")]
    Busy(&'static str),
    /// A database query failed unexpectedly.
    #[error("database")]
    Database(#[source] DieselError),
    /// A template could not be rendered.
    #[error("template")]
    Template(#[from] handlebars::RenderError),
    /// An actor or a thread ended before it answered.
    #[error("{0} is gone")]
    ActorGone(&'static str),
    /// The channel layer refused a message.
    #[error("channel layer")]
    Layer(#[from] channels::LayerError),
    /// An unexpected error. The cause is kept for the log.
    #[error("internal")]
    Internal(#[source] Box<dyn std::error::Error + Send + Sync>),
}

/// Returns all sentences of a form, for a place that shows them together.
pub fn sentences(errors: FieldErrors) -> String {
    errors.into_values().collect::<Vec<_>>().join(" ")
}

/// Like diesel's `optional`: returns `None` instead of [`Error::NotFound`].
///
/// # Errors
/// All others.
pub fn found<T>(result: Result<T>) -> Result<Option<T>> {
    match result {
        Ok(found) => Ok(Some(found)),
        Err(Error::NotFound) => Ok(None),
        Err(error) => Err(error),
    }
}

impl Error {
    /// Returns [`Error::Invalid`] for one field with one message.
    pub fn invalid(field: &'static str, sentence: impl Into<String>) -> Self {
        Self::Invalid(FieldErrors::from([(field, sentence.into())]))
    }

    /// Returns `wait` in whole seconds for `Retry-After`, rounded up, at least one.
    pub fn retry_after_seconds(wait: Duration) -> u64 {
        (wait.as_secs() + u64::from(wait.subsec_nanos() > 0)).max(1)
    }

    /// Adds the file, the cause and the remedy to an error of the database, for the operator who
    /// starts the program.
    pub fn of_database(self, file: &Path) -> Self {
        let cause = match self {
            Self::Busy(_) => "database is locked".to_owned(),
            Self::Database(cause) => cause.to_string(),
            Self::Internal(cause) => cause.to_string(),
            other => return other,
        };
        let file = file.display().to_string();
        let has_file = cause.contains(&file);
        let named = if has_file {
            cause
        } else {
            format!("{file}: {cause}")
        };
        Self::internal(with_remedy(named))
    }

    /// Returns the text for the operator: the cause, or without one the message. Visitors never see
    /// the cause.
    pub fn cause(&self) -> String {
        std::error::Error::source(self).map_or_else(|| self.to_string(), ToString::to_string)
    }

    /// Returns a plain 500 that keeps `cause` for the log.
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
                let cause = with_remedy(error.to_string());
                log::warn!(target: "parlour::db", "the database could not be used: {cause}");
                Self::Busy("database")
            }
            other => Self::Database(other),
        }
    }
}

/// Adds what the operator can do to an error text of SQLite, if it is a known one.
pub(crate) fn with_remedy(text: String) -> String {
    let known = [
        (
            "locked",
            "another program has locked it: stop that program (`fuser` on the file names it)",
        ),
        (
            "disk is full",
            "free some space on its disk, or raise the quota",
        ),
        (
            "readonly",
            "give the server's user write access to the file and its folder",
        ),
        ("disk I/O", "check its disk and file system (`dmesg`)"),
        ("malformed", "restore a backup with `parlour restore`"),
        ("not a database", "restore a backup with `parlour restore`"),
        (
            "unable to open",
            "give the server's user access to the file and its folder",
        ),
    ];
    match known.iter().find(|(words, _)| text.contains(words)) {
        Some((_, remedy)) => format!("{text}; {remedy}"),
        None => text,
    }
}

/// Returns whether the message means a lock, a full disk or an I/O error. Diesel reports these only
/// as text.
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
    fn an_error_of_the_database_names_the_file_the_cause_and_the_remedy() {
        let file = Path::new("/srv/parlour.sqlite3");
        let failed = |text: &str| {
            let details: Box<dyn diesel::result::DatabaseErrorInformation + Send + Sync> =
                Box::new(text.to_owned());
            let cause = DieselError::DatabaseError(DatabaseErrorKind::Unknown, details);
            std::error::Error::source(&Error::from(cause).of_database(file))
                .unwrap()
                .to_string()
        };
        for (text, remedy) in [
            ("database is locked", "stop that program"),
            ("database disk image is malformed", "parlour restore"),
            ("attempt to write a readonly database", "write access"),
        ] {
            let said = failed(text);
            assert!(said.starts_with("/srv/parlour.sqlite3: "), "{said}");
            assert!(said.contains(remedy), "{said}");
        }
        assert!(matches!(Error::NotFound.of_database(file), Error::NotFound));
    }

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
