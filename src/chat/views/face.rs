//! How a room looks in lists and in its header: the face of the other person, or one of its own.

use std::collections::HashSet;

use serde_json::{Value, json};

use super::super::models::RoomMember;
use crate::accounts::{Person, UserId};

/// `name`, `kind`, `initials`, `hue`, and for a direct conversation `person_id` and `online`.
pub(super) fn face(member: &RoomMember, online: &HashSet<UserId>) -> Value {
    let room = &member.room;
    // A room's letters and colour are found as a person's are.
    let own = Person::new(UserId(room.id.0), member.title.clone());
    let shown = member.other.as_ref().unwrap_or(&own);
    json!({
        "name": member.title,
        "kind": room.kind,
        "initials": shown.initials,
        "hue": shown.hue,
        "person_id": member.other.as_ref().map(|person| person.id),
        "online": member.other.as_ref().is_some_and(|person| online.contains(&person.id)),
    })
}
