//! How a room looks in lists and in its header: the face of the other person, or one of its own.

use std::collections::HashMap;

use serde_json::{Value, json};

use crate::{
    accounts::{Person, UserId},
    chat::{presence::PresenceState, rooms::RoomMember},
    words,
};

/// How much people are here; who is offline is not among them.
pub(crate) type Here = HashMap<UserId, PresenceState>;

/// `name`, `kind`, `initials`, `hue`, and for a direct conversation `person_id` and how much that
/// person is here: `presence` as on the wire, `presence_word` as people read it.
pub(crate) fn face(member: &RoomMember, here: &Here) -> Value {
    let room = &member.room;
    // A room's letters and colour are found as a person's are.
    let own = Person::new(UserId(room.id.0), member.title.clone());
    let shown = member.other.as_ref().unwrap_or(&own);
    let of_other = |person: &Person| here.get(&person.id).copied();
    let presence = (member.other.as_ref().and_then(of_other)).unwrap_or_default();
    json!({
        "name": member.title,
        "kind": room.kind,
        "initials": shown.initials,
        "hue": shown.hue,
        "person_id": member.other.as_ref().map(|person| person.id),
        "presence": presence.word(),
        "presence_word": words::text(&format!("presence-{}", presence.word())),
    })
}
