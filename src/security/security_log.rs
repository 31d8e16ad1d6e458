//! What an operator may want to be told about: who got in, who did not, what was taken back.
//!
//! Each line has a stable `event` name to search and alarm on. Names that people typed never stand
//! in it: one of them will be a password in the wrong field.

use std::net::IpAddr;

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
        }
    }

    /// Writes the line; `user` is the id of whoever is known to be behind it.
    pub fn record(self, user: Option<i64>, client: IpAddr) {
        let (event, client) = (self.name(), client.to_string());
        let user = user.map_or_else(|| "-".to_owned(), |id| id.to_string());
        log::info!(
            target: "parlour::security",
            event, user = user.as_str(), client = client.as_str();
            "{event} user={user} client={client}"
        );
    }
}
