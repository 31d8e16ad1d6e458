//! What an operator may want to be told about: who got in, who did not, what was taken back.
//!
//! Each line has a stable `event` name to search and alarm on. Names that people typed never stand
//! in it: one of them will be a password in the wrong field.

use std::net::IpAddr;

use actix_web::HttpMessage;
use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::StatusCode;
use actix_web::middleware::Next;

use super::client_addr;
use super::request_log::ActingUser;

/// What happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SecurityEvent {
    /// Somebody signed in.
    LoginSucceeded,
    /// A wrong name or password.
    LoginFailed,
    /// An account was made.
    AccountCreated,
    /// The owner was made, on the command line or by the first-run link.
    OwnerCreated,
    /// Somebody signed out.
    SignedOut,
    /// A session was ended from the list of devices.
    SessionRevoked,
    /// A password was changed.
    PasswordChanged,
    /// A rate limit refused something.
    LimitHit,
    /// A form without a valid token or from another origin.
    RequestForged,
    /// Somebody asked for what is not theirs.
    PermissionDenied,
    /// A signed-in person typed a wrong current password.
    PasswordRejected,
}

impl SecurityEvent {
    /// The name in the log; renaming one breaks somebody's alarm.
    pub fn name(self) -> &'static str {
        match self {
            Self::LoginSucceeded => "login_succeeded",
            Self::LoginFailed => "login_failed",
            Self::AccountCreated => "account_created",
            Self::OwnerCreated => "owner_created",
            Self::SignedOut => "signed_out",
            Self::SessionRevoked => "session_revoked",
            Self::PasswordChanged => "password_changed",
            Self::LimitHit => "limit_hit",
            Self::RequestForged => "request_forged",
            Self::PermissionDenied => "permission_denied",
            Self::PasswordRejected => "password_rejected",
        }
    }

    /// Whether a stranger can cause it as often as they like: the log then counts what repeats.
    fn is_free(self) -> bool {
        match self {
            Self::LoginFailed
            | Self::LimitHit
            | Self::RequestForged
            | Self::PermissionDenied
            | Self::PasswordRejected => true,
            Self::LoginSucceeded
            | Self::AccountCreated
            | Self::OwnerCreated
            | Self::SignedOut
            | Self::SessionRevoked
            | Self::PasswordChanged => false,
        }
    }

    /// Writes the line; `user` is the id of the person, if known.
    pub fn record(self, user: Option<i64>, client: IpAddr) {
        self.record_of("-", user, client);
    }

    /// As [`SecurityEvent::record`], with a word for what was tried (`action` of the line).
    pub fn record_of(self, action: &'static str, user: Option<i64>, client: IpAddr) {
        let (event, client) = (self.name(), client.to_string());
        let user = user.map_or_else(|| "-".to_owned(), |id| id.to_string());
        log::info!(
            target: "parlour::security",
            event, action, user = user.as_str(), client = client.as_str(), bounded = self.is_free();
            "{event} action={action} user={user} client={client}"
        );
    }
}

/// `App::wrap(from_fn(trace_denials))`, inside the form guard, which has an event of its own: records
/// [`SecurityEvent::PermissionDenied`] for each 403 of a view.
pub async fn trace_denials<B: MessageBody + 'static>(
    request: ServiceRequest,
    next: Next<B>,
) -> actix_web::Result<ServiceResponse<impl MessageBody>> {
    let user = request.extensions().get::<ActingUser>().map(|user| user.0);
    let client = client_addr(request.request());
    let answer = next.call(request).await;
    let status = match &answer {
        Ok(response) => response.status(),
        Err(error) => error.as_response_error().status_code(),
    };
    if status == StatusCode::FORBIDDEN {
        SecurityEvent::PermissionDenied.record_of("page", user, client);
    }
    answer
}
