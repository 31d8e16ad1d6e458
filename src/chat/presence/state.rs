//! How present a person is: plain data, derived from the states of the person's sockets.

use serde::{Deserialize, Serialize};

/// How much a person is here; more is greater.
#[derive(
    Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(rename_all = "snake_case")]
pub enum PresenceState {
    /// No open tab.
    #[default]
    Offline,
    /// Open tabs that nobody looks at or uses.
    Away,
    /// A tab in sight that was used a moment ago.
    Online,
}

impl PresenceState {
    /// As it is spelled on the wire.
    pub fn word(self) -> &'static str {
        match self {
            Self::Offline => "offline",
            Self::Away => "away",
            Self::Online => "online",
        }
    }
}

/// Open sockets of one person, and the state that others were shown last.
#[derive(Default)]
pub(super) struct Sockets {
    online: u32,
    away: u32,
    pub(super) shown: PresenceState,
}

impl Sockets {
    /// The state of the most present socket.
    pub(super) fn best(&self) -> PresenceState {
        match (self.online, self.away) {
            (0, 0) => PresenceState::Offline,
            (0, _) => PresenceState::Away,
            _ => PresenceState::Online,
        }
    }

    /// The number of sockets in this state; offline ones are not counted.
    pub(super) fn count(&mut self, state: PresenceState) -> Option<&mut u32> {
        match state {
            PresenceState::Offline => None,
            PresenceState::Away => Some(&mut self.away),
            PresenceState::Online => Some(&mut self.online),
        }
    }
}
