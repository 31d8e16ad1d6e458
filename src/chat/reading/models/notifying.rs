//! The notification decision, as a pure function. `static/js/reading/notifying.js` implements the
//! same in the browser, and one table of test cases (`tests/js/notifying.json`) checks both.

use serde::{Deserialize, Serialize};

use super::level::Level;

/// The facts of the decision, at the time of the message.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Facts {
    /// The person is the author.
    pub own: bool,
    /// The person blocks the author.
    pub blocked: bool,
    /// The notification level of the person in that room.
    pub level: Level,
    /// The message mentions the person or replies to them.
    pub called: bool,
    /// The message came in quiet hours.
    pub quiet: bool,
    /// The message came in a snooze.
    pub snoozed: bool,
}

/// A reason against a notification. Its text has the key `why-…` with this word.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Reason {
    /// It is the person's own message.
    Own,
    /// The person blocks the author.
    Blocked,
    /// The level is "hidden".
    Hidden,
    /// The level is "nothing".
    Nothing,
    /// The level is "mentions", and the message has none of the person.
    Mentions,
    /// Quiet hours were on.
    Quiet,
    /// A snooze was on.
    Snoozed,
}

impl Reason {
    /// Returns the key of its text in the locale files.
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
    /// Returns all reasons against a notification. If there are none, the person is notified.
    pub fn against(&self) -> Vec<Reason> {
        // For an own message, the other reasons do not matter.
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
