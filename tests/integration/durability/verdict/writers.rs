//! Checks the answers that the writers got against the stored data.

use std::collections::{HashMap, HashSet};

use super::{
    super::{
        journal::{Act, Deed, Evidence, Outcome},
        stored::{Stored, StoredMessage, StoredReaction},
    },
    Fault,
};

/// Whether a deed certainly took effect.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Certainty {
    Certain,
    Possible,
    Never,
}

pub(super) fn judge(evidence: &Evidence, stored: &Stored) -> Vec<Fault> {
    let mut faults = uniqueness(evidence, stored);
    faults.extend(origins(evidence, stored));
    faults.extend(creations(stored));
    let by_client_id: HashMap<(i64, &str), &StoredMessage> = stored
        .messages
        .iter()
        .map(|message| ((message.author, message.client_id.as_str()), message))
        .collect();
    for deeds in &evidence.writers {
        faults.extend(posts(evidence, deeds, &by_client_id));
        faults.extend(texts(evidence, deeds, &by_client_id));
        faults.extend(reactions(evidence, deeds, stored));
    }
    faults
}

fn certainty(evidence: &Evidence, deed: &Deed) -> Certainty {
    match deed.outcome {
        Outcome::Accepted { at, .. } => {
            let undone = evidence.rollbacks.iter().any(|back| back.covers(at));
            if undone {
                Certainty::Possible
            } else {
                Certainty::Certain
            }
        }
        Outcome::Unknown => Certainty::Possible,
        Outcome::Refused => Certainty::Never,
    }
}

/// Checks that no message is stored twice, and no number acknowledged twice.
fn uniqueness(evidence: &Evidence, stored: &Stored) -> Vec<Fault> {
    let mut faults = Vec::new();
    let (mut ids, mut texts) = (HashSet::new(), HashSet::new());
    for message in stored.messages.iter().filter(|message| !message.notice) {
        let is_new = ids.insert((message.author, &message.client_id));
        // The writers never use a text twice, so the same text is a message sent once and stored twice.
        let is_other = message.deleted || texts.insert(&message.body);
        if !is_new || !is_other {
            faults.push(Fault::Doubled {
                client_id: message.client_id.clone(),
            });
        }
    }
    let mut numbers = HashSet::new();
    for deed in evidence.writers.iter().flatten() {
        let Outcome::Accepted { seq: Some(seq), .. } = deed.outcome else {
            continue;
        };
        if certainty(evidence, deed) == Certainty::Certain && !numbers.insert((deed.room, seq)) {
            faults.push(Fault::SameNumber {
                room: deed.room,
                seq,
            });
        }
    }
    faults
}

/// Checks that every stored message was sent by a writer.
fn origins(evidence: &Evidence, stored: &Stored) -> Vec<Fault> {
    let sent: HashSet<(i64, i64, &str)> = evidence
        .writers
        .iter()
        .flatten()
        .filter(|deed| matches!(deed.act, Act::Post { .. }))
        .map(|deed| (deed.room, deed.author, deed.client_id.as_str()))
        .collect();
    let is_invented = |message: &&StoredMessage| {
        let origin = (message.room, message.author, message.client_id.as_str());
        !message.notice && !sent.contains(&origin)
    };
    let invented = stored.messages.iter().filter(is_invented);
    invented
        .map(|message| Fault::Invented {
            client_id: message.client_id.clone(),
        })
        .collect()
}

/// Checks that each message has one event of its creation, with the same number.
fn creations(stored: &Stored) -> Vec<Fault> {
    let mut events: HashMap<i64, Vec<i64>> = HashMap::new();
    for event in &stored.events {
        if event.kind == "message.created" {
            events
                .entry(event.message.unwrap_or_default())
                .or_default()
                .push(event.seq);
        }
    }
    let messages = stored.messages.iter().filter(|message| !message.notice);
    messages
        .filter_map(|message| {
            let found = events.get(&message.id).map_or(&[][..], Vec::as_slice);
            (found != [message.seq]).then_some(Fault::NotOneEvent {
                room: message.room,
                seq: message.seq,
                events: found.len(),
            })
        })
        .collect()
}

/// Checks that acknowledged messages are stored, with the number in the answer.
fn posts(
    evidence: &Evidence,
    deeds: &[Deed],
    stored: &HashMap<(i64, &str), &StoredMessage>,
) -> Vec<Fault> {
    let mut faults = Vec::new();
    for deed in deeds {
        let Act::Post { .. } = deed.act else {
            continue;
        };
        let Outcome::Accepted { seq, id, .. } = deed.outcome else {
            continue;
        };
        let client_id = deed.client_id.clone();
        let Some(message) = stored.get(&(deed.author, deed.client_id.as_str())) else {
            if certainty(evidence, deed) == Certainty::Certain {
                faults.push(Fault::Lost { client_id });
            }
            continue;
        };
        let is_elsewhere = message.room != deed.room || id.is_some_and(|id| id != message.id);
        if let Some(acknowledged) = seq
            && (acknowledged != message.seq || is_elsewhere)
        {
            faults.push(Fault::Moved {
                client_id,
                acknowledged,
                stored: message.seq,
            });
        }
    }
    faults
}

/// The final texts that a message may have.
struct Texts {
    /// The text after the last certain deed. `None` for deleted.
    certain: Option<String>,
    /// Possible texts from deeds without an answer. All of them stay possible, because a client
    /// that gave up has no guarantee about the order of that request and its next one.
    possible: Vec<Option<String>>,
}

/// Checks that messages have the text of the last acknowledged edit or deletion.
fn texts(
    evidence: &Evidence,
    deeds: &[Deed],
    stored: &HashMap<(i64, &str), &StoredMessage>,
) -> Vec<Fault> {
    let mut messages: HashMap<i64, (&StoredMessage, Texts)> = HashMap::new();
    for deed in deeds {
        let certainty = certainty(evidence, deed);
        let (id, text) = match &deed.act {
            Act::Post { body } => {
                if let Some(message) = stored.get(&(deed.author, deed.client_id.as_str())) {
                    let texts = Texts {
                        certain: Some(body.clone()),
                        possible: Vec::new(),
                    };
                    messages.insert(message.id, (message, texts));
                }
                continue;
            }
            Act::Edit { id, body } => (id, Some(body.clone())),
            Act::Delete { id } => (id, None),
            Act::React { .. } => continue,
        };
        let Some((_, texts)) = messages.get_mut(id) else {
            continue;
        };
        match certainty {
            Certainty::Certain => texts.certain = text,
            Certainty::Possible => texts.possible.push(text),
            Certainty::Never => {}
        }
    }
    let is_wrong = |(message, texts): &&(&StoredMessage, Texts)| {
        let says = (!message.deleted).then(|| message.body.clone());
        says != texts.certain && !texts.possible.contains(&says)
    };
    let wrong = messages.values().filter(is_wrong);
    wrong
        .map(|(message, _)| Fault::ChangeLost {
            id: message.id,
            stored: message.body.clone(),
        })
        .collect()
}

/// Checks that reactions equal the last acknowledged request. Each writer has an emoji of its own.
fn reactions(evidence: &Evidence, deeds: &[Deed], stored: &Stored) -> Vec<Fault> {
    let there: HashSet<&StoredReaction> = stored.reactions.iter().collect();
    let living: HashSet<i64> = stored
        .messages
        .iter()
        .filter(|message| !message.deleted)
        .map(|message| message.id)
        .collect();
    let mut wanted: HashMap<StoredReaction, (bool, Vec<bool>)> = HashMap::new();
    for deed in deeds {
        let Act::React { id, emoji, on } = &deed.act else {
            continue;
        };
        let key = StoredReaction {
            message: *id,
            emoji: emoji.clone(),
            person: deed.author,
        };
        let (certain, possible) = wanted.entry(key).or_default();
        match certainty(evidence, deed) {
            Certainty::Certain => *certain = *on,
            Certainty::Possible => possible.push(*on),
            Certainty::Never => {}
        }
    }
    let is_wrong = |(key, (certain, possible)): &(StoredReaction, (bool, Vec<bool>))| {
        let is_on = there.contains(key);
        living.contains(&key.message) && is_on != *certain && !possible.contains(&is_on)
    };
    let wrong = wanted.into_iter().filter(is_wrong);
    wrong
        .map(|(key, _)| Fault::ReactionLost {
            id: key.message,
            emoji: key.emoji,
        })
        .collect()
}
