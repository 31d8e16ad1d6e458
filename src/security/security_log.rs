//! The security log: log-ins, refusals, revocations and other events that an operator may watch.
//!
//! Each line has a stable `event` name for searches and alerts. Typed names are never logged,
//! because sometimes one is a password in the wrong field.

use std::net::IpAddr;

use actix_web::HttpMessage;
use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::StatusCode;
use actix_web::middleware::Next;

use super::client_addr;
use super::request_log::ActingUser;

/// A security event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SecurityEvent {
    /// A person logged in.
    LoginSucceeded,
    /// Wrong name or password.
    LoginFailed,
    /// An account was created.
    AccountCreated,
    /// The owner was created, on the command line or by the first-run link.
    OwnerCreated,
    /// A person logged out.
    SignedOut,
    /// A session was ended from the list of devices.
    SessionRevoked,
    /// A password was changed.
    PasswordChanged,
    /// A rate limit refused something.
    LimitHit,
    /// A form had no valid token, or came from another origin.
    RequestForged,
    /// A person tried something without permission.
    PermissionDenied,
    /// A signed-in person typed a wrong current password.
    PasswordRejected,
}

impl SecurityEvent {
    /// Returns the name in the log. Renaming one would break alerts of operators.
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

    /// Returns whether anybody can cause the event at will. If so, repeated events are counted, not
    /// logged.
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

    /// Logs the event. `user` is the id of the person, if known.
    pub fn record(self, user: Option<i64>, client: IpAddr) {
        self.record_of("-", user, client);
    }

    /// Like [`SecurityEvent::record`], with the tried `action`.
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

/// `App::wrap(from_fn(trace_denials))`, inside the CSRF middleware, which logs an event of its own.
/// Logs [`SecurityEvent::PermissionDenied`] for each 403 of a view.
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
