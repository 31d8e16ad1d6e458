//! The presence of a person as plain data, derived from the states of their sockets.

use serde::{Deserialize, Serialize};

/// How present a person is. A greater value means more present.
#[derive(
    Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(rename_all = "snake_case")]
pub enum PresenceState {
    /// No open tab.
    #[default]
    Offline,
    /// Open tabs, but none that is visible and used.
    Away,
    /// A visible tab that was used recently.
    Online,
}

impl PresenceState {
    /// Returns its spelling on the wire.
    pub fn word(self) -> &'static str {
        match self {
            Self::Offline => "offline",
            Self::Away => "away",
            Self::Online => "online",
        }
    }
}

/// The open sockets of one person, and the state that was announced last.
#[derive(Default)]
pub(super) struct Sockets {
    online: u32,
    away: u32,
    pub(super) shown: PresenceState,
}

impl Sockets {
    /// Returns the highest state among the sockets.
    pub(super) fn best(&self) -> PresenceState {
        match (self.online, self.away) {
            (0, 0) => PresenceState::Offline,
            (0, _) => PresenceState::Away,
            _ => PresenceState::Online,
        }
    }

    /// Returns the counter of sockets in this state, or `None` for offline, which is not counted.
    pub(super) fn count(&mut self, state: PresenceState) -> Option<&mut u32> {
        match state {
            PresenceState::Offline => None,
            PresenceState::Away => Some(&mut self.away),
            PresenceState::Online => Some(&mut self.online),
        }
    }
}
