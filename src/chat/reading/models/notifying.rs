//! Why somebody is not notified of a message. Pure: `static/js/reading/notifying.js` decides the
//! same in the browser, and one table of cases (`tests/js/notifying.json`) tests both.

use serde::{Deserialize, Serialize};

use super::level::Level;

/// All that the decision stands on, as it was when the message came.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Facts {
    /// The person wrote it.
    pub own: bool,
    /// The person blocks whoever wrote it.
    pub blocked: bool,
    /// What the person is notified of in that room.
    pub level: Level,
    /// The message calls the person by name or answers a message of theirs.
    pub called: bool,
    /// It came in quiet hours.
    pub quiet: bool,
    /// It came in a snooze.
    pub snoozed: bool,
}

/// One reason; the word is the end of the key `why-…`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Reason {
    /// One's own message.
    Own,
    /// From somebody who is blocked.
    Blocked,
    /// The room is hidden.
    Hidden,
    /// The room is on "nothing".
    Nothing,
    /// The room is on "mentions", and this is none.
    Mentions,
    /// Quiet hours.
    Quiet,
    /// Snoozed.
    Snoozed,
}

impl Reason {
    /// The key of its words.
    pub fn key(self) -> &'static str {
        match self {
            Self::Own => "why-own",
            Self::Blocked => "why-blocked",
            Self::Hidden => "why-hidden",
            Self::Nothing => "why-nothing",
            Self::Mentions => "why-mentions",
            Self::Quiet => "why-quiet",
            Self::Snoozed => "why-snoozed",
        }
    }
}

impl Facts {
    /// What speaks against a notification, all of it; nothing means that there is one.
    pub fn against(&self) -> Vec<Reason> {
        // Nobody expects to be notified of oneself: nothing else needs to be said.
        if self.own {
            return vec![Reason::Own];
        }
        let mut reasons = Vec::new();
        if self.blocked {
            reasons.push(Reason::Blocked);
        }
        match self.level {
            Level::Hidden => reasons.push(Reason::Hidden),
            Level::Nothing => reasons.push(Reason::Nothing),
            Level::Mentions if !self.called => reasons.push(Reason::Mentions),
            Level::Mentions | Level::Everything => {}
        }
        if self.quiet {
            reasons.push(Reason::Quiet);
        }
        if self.snoozed {
            reasons.push(Reason::Snoozed);
        }
        reasons
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Deserialize)]
    struct Case {
        name: String,
        against: Vec<Reason>,
        facts: Facts,
    }

    #[test]
    fn browser_and_server_decide_alike() {
        let table = include_str!("../../../../tests/js/notifying.json");
        let cases: Vec<Case> = serde_json::from_str(table).unwrap();
        assert!(!cases.is_empty());
        for case in cases {
            assert_eq!(case.facts.against(), case.against, "{}", case.name);
        }
    }
}
