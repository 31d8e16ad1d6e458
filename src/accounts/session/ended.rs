//! Closes open sockets of ended sessions. Each socket subscribes to its person's [`user_group`],
//! and closes when its own session is among the ended ones.

use channels::{GroupName, Layer};
use serde::{Deserialize, Serialize};

use super::SessionRef;
use crate::accounts::models::UserId;

/// The group of all sockets of one person.
pub fn user_group(id: UserId) -> GroupName {
    GroupName::encode(&format!("user.{id}"))
}

/// Messages to a person's sockets.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type")]
pub enum SessionEvent {
    /// Sessions ended.
    #[serde(rename = "session.ended")]
    Ended {
        /// The ids (`SessionRef::id_hash`) of the ended sessions. Empty for all sessions of the
        /// person.
        sessions: Vec<String>,
        /// The reason.
        reason: EndReason,
    },
}

/// Reasons for the end of a session.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EndReason {
    /// The person logged out.
    SignedOut,
    /// The person ended it from another device.
    Revoked,
    /// The password was changed elsewhere.
    PasswordChanged,
    /// The browser has a new cookie for the same person. Pages reconnect without showing anything.
    Renewed,
}

impl EndReason {
    /// Returns its spelling on the wire.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::SignedOut => "signed_out",
            Self::Revoked => "revoked",
            Self::PasswordChanged => "password_changed",
            Self::Renewed => "renewed",
        }
    }
}

impl SessionEvent {
    /// Returns the reason if this event ends `session`.
    pub fn ends(&self, session: &SessionRef) -> Option<EndReason> {
        let Self::Ended { sessions, reason } = self;
        let is_meant = sessions.is_empty() || sessions.contains(&session.id_hash);
        is_meant.then_some(*reason)
    }
}

/// Announces to the sockets of `user` that `sessions` ended. Call it after the rows are deleted.
///
/// A failure is only logged, because sockets check their session every minute anyway.
pub(in crate::accounts) async fn announce(
    layer: &Layer,
    user: UserId,
    sessions: Vec<String>,
    reason: EndReason,
) {
    if sessions.is_empty() {
        return;
    }
    let event = SessionEvent::Ended { sessions, reason };
    if let Err(error) = layer.group_send(&user_group(user), event).await {
        log::error!(target: "parlour::accounts", "the sockets of an ended session were not \
            notified: {error}");
    }
}
