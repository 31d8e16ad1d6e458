//! Tests of the verdict: each test breaks a correct run in one way, and expects that fault.

use std::{
    collections::HashMap,
    time::{Duration, Instant},
};

use super::{
    super::{
        journal::{Act, Deed, Evidence, Heard, Outcome, Reader, Right, Rollback, Shown, Sighting},
        stored::{Stored, StoredEvent, StoredMessage, StoredReaction, StoredRoom},
    },
    Fault, judge,
};

const ROOM: i64 = 7;
const ANA: i64 = 1;

/// A correct run: Ana posted "one" to "four" as messages 11 to 14 of room 7. Then she edited 12,
/// deleted 13 and reacted to 14. Bo was subscribed by socket, Cleo was removed by event 3, Dan
/// loaded a page, and Eve is an outsider.
struct Run {
    evidence: Evidence,
    stored: Stored,
}

fn deed(client_id: &str, act: Act, seq: i64, id: Option<i64>) -> Deed {
    Deed {
        room: ROOM,
        author: ANA,
        client_id: client_id.to_owned(),
        act,
        outcome: Outcome::Accepted {
            seq: Some(seq),
            id,
            at: Instant::now(),
        },
    }
}

fn event(seq: i64, kind: &str, message: i64) -> StoredEvent {
    StoredEvent {
        room: ROOM,
        seq,
        kind: kind.to_owned(),
        message: Some(message),
        person: None,
    }
}

fn sighting(seq: i64, kind: &str, id: i64, text: Option<&str>) -> Heard {
    Heard::Event(Sighting {
        room: ROOM,
        seq: Some(seq),
        kind: kind.to_owned(),
        id: Some(id),
        client_id: text.map(|text| format!("c-{text}")),
        body: text.map(str::to_owned),
    })
}

fn reader(name: &str, right: Option<Right>, history: Vec<Heard>) -> Reader {
    Reader {
        name: name.to_owned(),
        rights: right.map(|right| (ROOM, right)).into_iter().collect(),
        histories: vec![history],
    }
}

impl Run {
    fn honest() -> Self {
        let texts = ["one", "two", "three", "four"];
        let post = |(i, text): (i64, &str)| {
            let body = text.to_owned();
            deed(&format!("c-{text}"), Act::Post { body }, i, Some(10 + i))
        };
        let edited = Act::Edit {
            id: 12,
            body: "two, edited".to_owned(),
        };
        let reacted = Act::React {
            id: 14,
            emoji: "🌱".to_owned(),
            on: true,
        };
        let mut deeds: Vec<Deed> = (1..).zip(texts).map(post).collect();
        deeds.push(deed("e-1", edited, 5, None));
        deeds.push(deed("d-1", Act::Delete { id: 13 }, 6, None));
        deeds.push(deed("r-1", reacted, 7, None));
        let created = (1..).zip(texts);
        let mut heard: Vec<Heard> = created
            .map(|(i, text)| sighting(i, "message.created", 10 + i, Some(text)))
            .collect();
        let cleo = heard[..3].to_vec();
        heard.extend(
            (5..)
                .zip([12, 13, 14])
                .map(|(seq, id)| sighting(seq, "message.changed", id, None)),
        );
        let page = Heard::Page {
            room: ROOM,
            floor: 7,
            last_seq: 7,
            shown: vec![
                shown(1, Some("one")),
                shown(2, Some("two, edited")),
                shown(3, None),
                shown(4, Some("four")),
            ],
        };
        Self {
            evidence: Evidence {
                writers: vec![deeds],
                readers: vec![
                    reader("bo", Some(Right::All), heard),
                    reader("cleo", Some(Right::Until(3)), cleo),
                    reader("dan", Some(Right::Pages), vec![page]),
                    reader("eve", None, Vec::new()),
                ],
                rollbacks: Vec::new(),
            },
            stored: stored(&texts),
        }
    }

    fn faults(&self) -> Vec<Fault> {
        judge(&self.evidence, &self.stored)
    }

    fn heard(&mut self, reader: usize) -> &mut Vec<Heard> {
        &mut self.evidence.readers[reader].histories[0]
    }

    /// Removes message and event `seq`, as if the transaction had never reached the disk.
    fn forget(&mut self, seq: i64) {
        self.stored.messages.retain(|message| message.seq != seq);
        self.stored.events.retain(|event| event.seq != seq);
    }
}

fn shown(seq: i64, body: Option<&str>) -> Shown {
    Shown {
        seq,
        id: 10 + seq,
        body: body.map(str::to_owned),
    }
}

fn stored(texts: &[&str]) -> Stored {
    let message = |(seq, text): (i64, &&str)| StoredMessage {
        id: 10 + seq,
        room: ROOM,
        author: ANA,
        client_id: format!("c-{text}"),
        body: match seq {
            2 => "two, edited".to_owned(),
            3 => String::new(),
            _ => (*text).to_owned(),
        },
        seq,
        deleted: seq == 3,
        notice: false,
    };
    let mut events: Vec<StoredEvent> = (1..=4)
        .map(|seq| event(seq, "message.created", 10 + seq))
        .collect();
    events.push(event(5, "message.edited", 12));
    events.push(event(6, "message.deleted", 13));
    events.push(event(7, "message.reacted", 14));
    Stored {
        complaints: Vec::new(),
        rooms: vec![StoredRoom {
            id: ROOM,
            last_seq: 7,
        }],
        events,
        messages: (1..).zip(texts).map(message).collect(),
        reactions: vec![StoredReaction {
            message: 14,
            emoji: "🌱".to_owned(),
            person: ANA,
        }],
    }
}

#[test]
fn an_honest_run_has_no_fault() {
    assert_eq!(Run::honest().faults(), []);
}

#[test]
fn a_damaged_file_is_named() {
    let mut run = Run::honest();
    run.stored
        .complaints
        .push("row 3 missing from index".into());
    assert!(matches!(run.faults()[..], [Fault::Damaged(_)]));
}

#[test]
fn a_lost_message_is_named_and_the_hole_that_it_leaves() {
    let mut run = Run::honest();
    run.forget(1);
    let faults = run.faults();
    let client_id = "c-one".to_owned();
    assert!(faults.contains(&Fault::Lost { client_id }), "{faults:?}");
    assert!(
        faults.contains(&Fault::HoleInNumbers { room: ROOM, seq: 1 }),
        "{faults:?}"
    );
}

#[test]
fn a_lost_end_is_named_although_the_numbers_have_no_hole() {
    let mut run = Run::honest();
    run.evidence.readers.clear();
    run.evidence.writers[0].truncate(4);
    run.stored.events.truncate(3);
    run.stored.messages.truncate(3);
    run.stored.messages[1].body = "two".into();
    run.stored.messages[2].body = "three".into();
    run.stored.messages[2].deleted = false;
    run.stored.rooms[0].last_seq = 3;
    let client_id = "c-four".to_owned();
    assert_eq!(run.faults(), [Fault::Lost { client_id }]);
}

#[test]
fn what_was_not_acknowledged_may_be_there_or_not() {
    for is_stored in [true, false] {
        let mut run = Run::honest();
        run.evidence.readers.clear();
        run.evidence.writers[0].truncate(4);
        run.evidence.writers[0][3].outcome = Outcome::Unknown;
        run.stored = stored(&["one", "two", "three", "four"]);
        run.stored.messages[1].body = "two".into();
        run.stored.messages[2].body = "three".into();
        run.stored.messages[2].deleted = false;
        let len = if is_stored { 4 } else { 3 };
        run.stored.events.truncate(len);
        run.stored.messages.truncate(len);
        run.stored.rooms[0].last_seq = i64::try_from(len).unwrap();
        assert_eq!(run.faults(), [], "stored: {is_stored}");
    }
}

#[test]
fn a_doubled_message_is_named_even_under_another_client_id() {
    for client_id in ["c-four", "c-five"] {
        let mut run = Run::honest();
        let mut copy = run.stored.messages[3].clone();
        (copy.id, copy.seq, copy.client_id) = (15, 8, client_id.to_owned());
        run.stored.messages.push(copy);
        run.stored.events.push(event(8, "message.created", 15));
        run.stored.rooms[0].last_seq = 8;
        let client_id = client_id.to_owned();
        assert!(run.faults().contains(&Fault::Doubled { client_id }));
    }
}

#[test]
fn two_events_of_one_message_are_named() {
    let mut run = Run::honest();
    run.stored.events.push(event(8, "message.created", 14));
    run.stored.rooms[0].last_seq = 8;
    let fault = Fault::NotOneEvent {
        room: ROOM,
        seq: 4,
        events: 2,
    };
    assert!(run.faults().contains(&fault));
}

#[test]
fn a_message_at_another_number_than_acknowledged_is_named() {
    let mut run = Run::honest();
    let messages = &mut run.stored.messages;
    (messages[0].seq, messages[3].seq) = (4, 1);
    (run.stored.events[0].message, run.stored.events[3].message) = (Some(14), Some(11));
    let faults = run.faults();
    for (client_id, acknowledged, stored) in [("c-one", 1, 4), ("c-four", 4, 1)] {
        let client_id = client_id.to_owned();
        let fault = Fault::Moved {
            client_id,
            acknowledged,
            stored,
        };
        assert!(faults.contains(&fault), "{faults:?}");
    }
}

#[test]
fn a_number_that_two_requests_got_is_named() {
    let mut run = Run::honest();
    let mut again = run.evidence.writers[0][3].clone();
    again.client_id = "c-five".into();
    run.evidence.writers[0].push(again);
    assert!(
        run.faults()
            .contains(&Fault::SameNumber { room: ROOM, seq: 4 })
    );
}

#[test]
fn a_message_that_nobody_sent_is_named() {
    let mut run = Run::honest();
    run.evidence.writers[0].remove(0);
    let client_id = "c-one".to_owned();
    assert!(run.faults().contains(&Fault::Invented { client_id }));
}

#[test]
fn lost_edits_deletions_and_reactions_are_named() {
    let mut run = Run::honest();
    run.stored.messages[1].body = "two".into();
    run.stored.messages[2].body = "three".into();
    run.stored.messages[2].deleted = false;
    run.stored.reactions.clear();
    let change = |id, stored: &str| Fault::ChangeLost {
        id,
        stored: stored.into(),
    };
    let reaction = Fault::ReactionLost {
        id: 14,
        emoji: "🌱".into(),
    };
    // Dan was told that message 3 is deleted, and it is not.
    let told = Fault::ToldOtherwise {
        reader: "dan".into(),
        room: ROOM,
        seq: 3,
    };
    assert_eq!(
        run.faults(),
        [change(12, "two"), change(13, "three"), reaction, told]
    );
}

#[test]
fn a_reader_who_missed_an_event_is_named() {
    let mut run = Run::honest();
    run.heard(0).remove(4);
    let fault = Fault::OutOfOrder {
        reader: "bo".into(),
        room: ROOM,
        after: 4,
        seq: 6,
    };
    assert_eq!(run.faults(), [fault]);

    let mut run = Run::honest();
    run.heard(0).pop();
    let fault = Fault::Missed {
        reader: "bo".into(),
        room: ROOM,
        seq: 7,
    };
    assert_eq!(run.faults(), [fault]);
}

#[test]
fn a_reader_who_was_told_in_another_order_is_named() {
    let mut run = Run::honest();
    run.heard(0).swap(1, 2);
    assert!(run.faults().contains(&Fault::OutOfOrder {
        reader: "bo".into(),
        room: ROOM,
        after: 1,
        seq: 3
    }));
}

#[test]
fn a_reader_who_was_told_something_else_is_named() {
    let mut run = Run::honest();
    run.heard(0)[0] = sighting(1, "message.created", 11, Some("two"));
    let fault = Fault::ToldOtherwise {
        reader: "bo".into(),
        room: ROOM,
        seq: 1,
    };
    assert_eq!(run.faults(), [fault]);
}

#[test]
fn a_text_that_is_missing_although_the_message_was_not_deleted_is_named() {
    let mut run = Run::honest();
    let Heard::Event(sighting) = &mut run.heard(0)[0] else {
        unreachable!("Bo heard an event");
    };
    sighting.body = None;
    let fault = Fault::ToldOtherwise {
        reader: "bo".into(),
        room: ROOM,
        seq: 1,
    };
    assert_eq!(run.faults(), [fault]);
}

#[test]
fn the_same_number_with_two_contents_is_named_in_a_former_history_too() {
    let mut run = Run::honest();
    let former = vec![
        sighting(1, "message.created", 11, Some("one")),
        sighting(1, "message.created", 15, Some("other")),
    ];
    run.evidence.readers[0].histories.insert(0, former);
    let fault = Fault::ToldOtherwise {
        reader: "bo".into(),
        room: ROOM,
        seq: 1,
    };
    assert_eq!(run.faults(), [fault]);
}

#[test]
fn a_hole_is_no_fault_if_its_messages_were_read_as_pages() {
    let mut run = Run::honest();
    let later = run.heard(0).split_off(4);
    let hole = Heard::Hole {
        room: ROOM,
        from: 1,
        to: 4,
    };
    let heard = [vec![hole], later].concat();
    *run.heard(0) = heard;
    assert_eq!(run.faults().len(), 4, "nothing was read of the hole");

    let page = run.heard(2)[0].clone();
    run.heard(0).push(page);
    assert_eq!(run.faults(), []);
}

#[test]
fn what_an_outsider_or_a_removed_person_sees_is_named() {
    let mut run = Run::honest();
    let secret = sighting(4, "message.created", 14, Some("four"));
    run.heard(1).push(secret.clone());
    run.heard(3).push(secret);
    let page = run.heard(2)[0].clone();
    run.heard(3).push(page);
    let leak = |reader: &str, what: &str| Fault::Leaked {
        reader: reader.into(),
        room: ROOM,
        what: what.into(),
    };
    let expected = [
        leak("cleo", "message.created 4"),
        leak("eve", "a page 4"),
        leak("eve", "message.created 4"),
    ];
    assert_eq!(run.faults(), expected);
}

#[test]
fn a_page_without_an_acknowledged_message_is_named() {
    let mut run = Run::honest();
    let Heard::Page { floor, shown, .. } = &mut run.heard(2)[0] else {
        unreachable!("Dan read a page");
    };
    *floor = 8;
    shown.remove(1);
    let missed = Fault::Missed {
        reader: "dan".into(),
        room: ROOM,
        seq: 2,
    };
    let behind = Fault::PageBehind {
        reader: "dan".into(),
        room: ROOM,
        floor: 8,
        shown: 7,
    };
    assert_eq!(run.faults(), [missed, behind]);
}

#[test]
fn a_restore_may_take_back_what_was_acknowledged_after_the_backup_began_and_nothing_else() {
    let mut run = Run::honest();
    run.evidence.readers.clear();
    run.evidence.writers[0].truncate(4);
    let backup_began = Instant::now() + Duration::from_secs(1);
    let later = backup_began + Duration::from_secs(1);
    run.evidence.rollbacks.push(Rollback {
        backup_began,
        restored: later,
    });
    if let Outcome::Accepted { at, .. } = &mut run.evidence.writers[0][3].outcome {
        *at = later;
    }
    run.stored = stored(&["one", "two", "three"]);
    run.stored.messages[1].body = "two".into();
    run.stored.messages[2].body = "three".into();
    run.stored.messages[2].deleted = false;
    run.stored.events.truncate(3);
    run.stored.reactions.clear();
    run.stored.rooms[0].last_seq = 3;
    assert_eq!(run.faults(), []);

    run.forget(3);
    run.stored.rooms[0].last_seq = 2;
    let client_id = "c-three".to_owned();
    assert_eq!(run.faults(), [Fault::Lost { client_id }]);
}

#[test]
fn rights_are_per_room() {
    let mut run = Run::honest();
    run.evidence.readers[0].rights = HashMap::from([(8, Right::Pages)]);
    let faults = run.faults();
    assert_eq!(faults.len(), 7, "{faults:?}");
    assert!(
        faults
            .iter()
            .all(|fault| matches!(fault, Fault::Leaked { .. }))
    );
}
