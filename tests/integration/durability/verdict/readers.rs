//! Checks what the readers saw against what they had to see and what they were allowed to see.

use std::collections::{HashMap, HashSet};

use super::{
    super::{
        journal::{Act, Evidence, Heard, History, Reader, Right, Shown, Sighting},
        stored::{Stored, StoredEvent, StoredMessage},
    },
    Fault,
};

/// The database and all texts that its messages ever had, indexed.
struct Truth<'a> {
    stored: &'a Stored,
    events: HashMap<(i64, i64), &'a StoredEvent>,
    messages: HashMap<i64, &'a StoredMessage>,
    /// All texts that the author of a message gave it, by `client_id` and by `id`.
    texts: HashSet<(&'a str, &'a str)>,
    edits: HashSet<(i64, &'a str)>,
}

impl<'a> Truth<'a> {
    fn new(evidence: &'a Evidence, stored: &'a Stored) -> Self {
        let events = stored.events.iter();
        let messages = stored.messages.iter();
        let (mut texts, mut edits) = (HashSet::new(), HashSet::new());
        for deed in evidence.writers.iter().flatten() {
            match &deed.act {
                Act::Post { body } => texts.insert((deed.client_id.as_str(), body.as_str())),
                Act::Edit { id, body } => edits.insert((*id, body.as_str())),
                Act::Delete { .. } | Act::React { .. } => continue,
            };
        }
        Self {
            stored,
            events: events
                .map(|event| ((event.room, event.seq), event))
                .collect(),
            messages: messages.map(|message| (message.id, message)).collect(),
            texts,
            edits,
        }
    }

    /// Returns whether the message ever had this text. Only a deleted message may have none.
    fn said(&self, message: &StoredMessage, body: Option<&str>) -> bool {
        body.map_or(message.deleted, |body| {
            self.texts.contains(&(message.client_id.as_str(), body))
                || self.edits.contains(&(message.id, body))
        })
    }

    /// Returns whether an event equals the one with its number in the database.
    fn agrees(&self, sighting: &Sighting, seq: i64) -> bool {
        let Some(event) = self.events.get(&(sighting.room, seq)) else {
            return false;
        };
        match (sighting.kind.as_str(), event.kind.as_str()) {
            ("message.created", "message.created") => {
                let message = event.message.and_then(|id| self.messages.get(&id));
                message.is_some_and(|message| {
                    sighting.id == Some(message.id)
                        && sighting.client_id.as_deref() == Some(&message.client_id)
                        && self.said(message, sighting.body.as_deref())
                })
            }
            ("message.changed", "message.edited" | "message.deleted" | "message.reacted") => {
                sighting.id == event.message
            }
            (_, kind) => !kind.starts_with("message."),
        }
    }

    /// Returns the messages of a room with numbers in this range, without notices.
    fn between(
        &self,
        room: i64,
        range: std::ops::RangeInclusive<i64>,
    ) -> impl Iterator<Item = &'a StoredMessage> {
        let is_there = move |message: &&StoredMessage| {
            message.room == room && !message.notice && range.contains(&message.seq)
        };
        self.stored.messages.iter().filter(is_there)
    }
}

/// What a reader knows of one room.
#[derive(Default)]
struct Track {
    position: i64,
    known: HashMap<i64, (String, Option<i64>, Option<String>)>,
    holes: Vec<(i64, i64)>,
    on_pages: HashSet<i64>,
}

pub(super) fn judge(evidence: &Evidence, stored: &Stored) -> Vec<Fault> {
    let truth = Truth::new(evidence, stored);
    let mut faults = Vec::new();
    for reader in &evidence.readers {
        let Some((last, former)) = reader.histories.split_last() else {
            continue;
        };
        for history in former {
            follow(reader, history, None, &mut faults);
        }
        let tracks = follow(reader, last, Some(&truth), &mut faults);
        faults.extend(debts(reader, &tracks, &truth));
    }
    faults
}

/// Applies a journal entry by entry. With `truth`, also compares each entry with the database.
fn follow(
    reader: &Reader,
    history: &History,
    truth: Option<&Truth<'_>>,
    faults: &mut Vec<Fault>,
) -> HashMap<i64, Track> {
    let mut tracks: HashMap<i64, Track> = HashMap::new();
    for heard in history {
        let (room, seq, what) = match heard {
            Heard::Event(sighting) => (sighting.room, sighting.seq, sighting.kind.as_str()),
            Heard::Hole { room, to, .. } => (*room, Some(*to), "a hole"),
            Heard::Page { room, shown, .. } => {
                (*room, shown.last().map(|message| message.seq), "a page")
            }
        };
        if !may_see(reader, room, seq) {
            faults.push(Fault::Leaked {
                reader: reader.name.clone(),
                room,
                what: match seq {
                    Some(seq) => format!("{what} {seq}"),
                    None => what.to_owned(),
                },
            });
            continue;
        }
        let track = tracks.entry(room).or_default();
        match heard {
            Heard::Event(sighting) => faults.extend(event(reader, track, sighting, truth)),
            Heard::Hole { from, to, .. } => {
                faults.extend(step(reader, track, room, *from));
                track.position = *to;
                track.holes.push((*from, *to));
            }
            Heard::Page {
                floor,
                last_seq,
                shown,
                ..
            } => {
                if last_seq < floor {
                    faults.push(Fault::PageBehind {
                        reader: reader.name.clone(),
                        room,
                        floor: *floor,
                        shown: *last_seq,
                    });
                }
                track
                    .on_pages
                    .extend(shown.iter().map(|message| message.seq));
                faults.extend(page(reader, room, shown, truth));
            }
        }
    }
    tracks
}

fn may_see(reader: &Reader, room: i64, seq: Option<i64>) -> bool {
    match reader.rights.get(&room) {
        Some(Right::All | Right::Pages) => true,
        Some(Right::Until(until)) => seq.is_none_or(|seq| seq <= *until),
        None => false,
    }
}

/// Checks that the next new number follows the last one.
fn step(reader: &Reader, track: &Track, room: i64, seq: i64) -> Option<Fault> {
    (seq != track.position + 1).then(|| Fault::OutOfOrder {
        reader: reader.name.clone(),
        room,
        after: track.position,
        seq,
    })
}

fn event(
    reader: &Reader,
    track: &mut Track,
    sighting: &Sighting,
    truth: Option<&Truth<'_>>,
) -> Vec<Fault> {
    let Some(seq) = sighting.seq else {
        return Vec::new();
    };
    let mut faults = Vec::new();
    if seq > track.position {
        faults.extend(step(reader, track, sighting.room, seq));
        track.position = seq;
    }
    let identity = (
        sighting.kind.clone(),
        sighting.id,
        sighting.client_id.clone(),
    );
    let before = track.known.insert(seq, identity.clone());
    let is_same = before.is_none_or(|before| before == identity);
    if !is_same || truth.is_some_and(|truth| !truth.agrees(sighting, seq)) {
        faults.push(Fault::ToldOtherwise {
            reader: reader.name.clone(),
            room: sighting.room,
            seq,
        });
    }
    faults
}

/// Checks that a page shows consecutive messages in order, each with a text that it once had.
fn page(reader: &Reader, room: i64, shown: &[Shown], truth: Option<&Truth<'_>>) -> Vec<Fault> {
    let mut faults = Vec::new();
    for pair in shown.windows(2) {
        if pair[0].seq >= pair[1].seq {
            faults.push(Fault::OutOfOrder {
                reader: reader.name.clone(),
                room,
                after: pair[0].seq,
                seq: pair[1].seq,
            });
        }
    }
    let (Some(truth), [first, .., last]) = (truth, shown) else {
        return faults;
    };
    let by_seq: HashMap<i64, &Shown> = shown.iter().map(|shown| (shown.seq, shown)).collect();
    let mut missing: HashSet<i64> = by_seq.keys().copied().collect();
    for message in truth.between(room, first.seq..=last.seq) {
        missing.remove(&message.seq);
        match by_seq.get(&message.seq) {
            None => faults.push(Fault::Missed {
                reader: reader.name.clone(),
                room,
                seq: message.seq,
            }),
            Some(shown) if shown.id == message.id && truth.said(message, shown.body.as_deref()) => {
            }
            Some(_) => faults.push(Fault::ToldOtherwise {
                reader: reader.name.clone(),
                room,
                seq: message.seq,
            }),
        }
    }
    // A page showed a message that is not stored.
    faults.extend(missing.into_iter().map(|seq| Fault::ToldOtherwise {
        reader: reader.name.clone(),
        room,
        seq,
    }));
    faults
}

/// Checks that a subscriber of a room has all events: consecutive ones, and left-out ranges from
/// pages.
fn debts(reader: &Reader, tracks: &HashMap<i64, Track>, truth: &Truth<'_>) -> Vec<Fault> {
    let mut faults = Vec::new();
    let nothing = Track::default();
    for (room, right) in &reader.rights {
        if *right != Right::All {
            continue;
        }
        let track = tracks.get(room).unwrap_or(&nothing);
        if track.position < truth.stored.last_seq(*room) {
            faults.push(Fault::Missed {
                reader: reader.name.clone(),
                room: *room,
                seq: track.position + 1,
            });
        }
        for (from, to) in &track.holes {
            let unseen = truth
                .between(*room, *from..=*to)
                .filter(|message| !track.on_pages.contains(&message.seq));
            faults.extend(unseen.map(|message| Fault::Missed {
                reader: reader.name.clone(),
                room: *room,
                seq: message.seq,
            }));
        }
    }
    faults
}
