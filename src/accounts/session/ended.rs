//! Telling open sockets that their session is over. Each socket joins [`user_group`] of its person
//! and closes itself when it finds its own session among the ended.

use channels::{GroupName, Layer};
use serde::{Deserialize, Serialize};

use super::SessionRef;
use crate::accounts::models::UserId;

/// The group of every socket of one person.
pub fn user_group(id: UserId) -> GroupName {
    GroupName::encode(&format!("user.{id}"))
}

/// What a person's sockets are told.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type")]
pub enum SessionEvent {
    /// Sessions are over.
    #[serde(rename = "session.ended")]
    Ended {
        /// Ids (`SessionRef::id_hash`) of the ended; empty means all of the person.
        sessions: Vec<String>,
        /// Why.
        reason: EndReason,
    },
}

/// Why a session is over.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EndReason {
    /// The person logged out.
    SignedOut,
    /// The person ended it from another device.
    Revoked,
    /// The password was changed elsewhere.
    PasswordChanged,
    /// The browser has a new cookie for the same person: connect again, there is nothing to tell.
    Renewed,
}

impl EndReason {
    /// As it is spelled on the wire.
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
    /// The reason, if this event ends `session`.
    pub fn ends(&self, session: &SessionRef) -> Option<EndReason> {
        let Self::Ended { sessions, reason } = self;
        let is_meant = sessions.is_empty() || sessions.contains(&session.id_hash);
        is_meant.then_some(*reason)
    }
}

/// Tells the sockets of `user` that `sessions` are over; call it after the rows are gone.
///
/// A failure is logged and no more: sockets check their session every minute anyway.
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
        log::error!(target: "parlour::accounts", "sockets not told of an ended session: {error}");
    }
}
