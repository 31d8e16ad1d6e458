//! Neighbouring notices of one kind in one line: "ana added bo and 2 more". Each notice stays a row
//! of its own, with its number; the first of them shows the line, and the names on demand. Messages are
//! counted: "ana pinned 3 messages".
//! `static/js/log/gathering.js` has the same rule.

use super::view::Entry;
use crate::{chat::log::Gathers, words};

/// A single notice with fewer names than this is short enough as it is.
const MANY: usize = 3;

/// The line of a run of notices.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Line {
    /// "bo and cleo", "bo and 2 more", or a number of messages.
    pub(super) short: String,
    /// All names, as text for people. Empty for messages.
    pub(super) names: String,
}

/// What the row of a notice is in its run.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) enum Part {
    /// It stands alone.
    #[default]
    Single,
    /// It shows the line of the whole run.
    First(Line),
    /// The line of the first one includes it.
    Inside,
}

/// Returns the part of each entry. `unread_from` begins a new run, below its divider.
pub(super) fn parts(entries: &[Entry], unread_from: Option<i64>) -> Vec<Part> {
    let mut parts = vec![Part::Single; entries.len()];
    let mut first = 0;
    while first < entries.len() {
        let len = run_len(&entries[first..], unread_from);
        if let Some(line) = line(&entries[first..first + len]) {
            parts[first] = Part::First(line);
            parts[first + 1..first + len].fill(Part::Inside);
        }
        first += len;
    }
    parts
}

/// Returns the number of entries that begin with the first one and share its line.
fn run_len(entries: &[Entry], unread_from: Option<i64>) -> usize {
    let first = &entries[0].message;
    let gathers = first.notice.and_then(|kind| kind.gathers());
    let goes_on = |entry: &&Entry| {
        let message = &entry.message;
        gathers.is_some()
            && message.notice == first.notice
            && entry.day.is_none()
            && unread_from != Some(message.seq)
            && (gathers == Some(Gathers::Actors) || message.author.id == first.author.id)
    };
    1 + entries[1..].iter().take_while(goes_on).count()
}

fn line(run: &[Entry]) -> Option<Line> {
    let gathers = run[0].message.notice?.gathers()?;
    let names: Vec<&str> = match gathers {
        Gathers::Actors => run
            .iter()
            .map(|entry| entry.message.author.name.as_str())
            .collect(),
        // One notice may name several people.
        Gathers::Values => run
            .iter()
            .flat_map(|entry| entry.message.names.split('\n'))
            .collect(),
        Gathers::Messages => return messages(run.len()),
    };
    if run.len() == 1 && names.len() < MANY {
        return None;
    }
    let one = ("one", names[0].into());
    let short = match names.len() {
        2 => words::text_with("js-gathered-two", &[one, ("other", names[1].into())]),
        count => words::text_with("js-gathered-more", &[one, ("more", (count - 1).into())]),
    };
    Some(Line {
        short,
        names: names.join(", "),
    })
}

fn messages(count: usize) -> Option<Line> {
    (count > 1).then(|| Line {
        short: count.to_string(),
        names: String::new(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        accounts::Zone,
        chat::{log::NoticeKind, messages::view::entries, testing::said},
    };

    #[test]
    fn people_are_counted_and_not_commas() {
        let mut notice = said("Lindqvist, Bo\nCleo\nDe la Cruz, Dario");
        notice.notice = Some(NoticeKind::Added);
        let entries = entries(vec![notice], &Zone::default());
        let Part::First(line) = &parts(&entries, None)[0] else {
            panic!("three people are a line");
        };
        assert_eq!(line.short, "Lindqvist, Bo and 2 more");
        assert_eq!(line.names, "Lindqvist, Bo, Cleo, De la Cruz, Dario");
        assert_eq!(entries[0].message.body, line.names);
    }

    #[test]
    fn two_people_of_whom_one_has_a_comma_stand_alone() {
        let mut notice = said("Lindqvist, Bo\nCleo");
        notice.notice = Some(NoticeKind::Added);
        let entries = entries(vec![notice], &Zone::default());
        assert_eq!(parts(&entries, None), [Part::Single]);
    }
}
