//! How a room looks in lists and in its header: the face of the other person, or one of its own.

use std::collections::HashMap;

use serde::Serialize;

use crate::{
    accounts::{Person, UserId},
    chat::{
        presence::PresenceState,
        rooms::{RoomKind, RoomMember},
    },
    words,
};

/// How much people are here; who is offline is not among them.
pub(crate) type Here = HashMap<UserId, PresenceState>;

/// What `_face.hbs` shows.
#[derive(Serialize)]
pub(crate) struct Face {
    /// Of the room, as this member calls it.
    name: String,
    kind: RoomKind,
    initials: String,
    hue: i64,
    /// The other person of a direct conversation.
    person_id: Option<UserId>,
    /// How much that person is here.
    presence: PresenceState,
    /// The same, as people read it.
    presence_word: String,
}

impl Face {
    /// The face of the room of `member`.
    pub(crate) fn new(member: &RoomMember, here: &Here) -> Self {
        let room = &member.room;
        // The letters and the colour of a room are derived as those of a person are.
        let own = Person::new(UserId(room.id.0), member.title.clone());
        let shown = member.other.as_ref().unwrap_or(&own);
        let of_other = |person: &Person| here.get(&person.id).copied();
        let presence = (member.other.as_ref().and_then(of_other)).unwrap_or_default();
        Self {
            name: member.title.clone(),
            kind: room.kind,
            initials: shown.initials.clone(),
            hue: shown.hue,
            person_id: member.other.as_ref().map(|person| person.id),
            presence,
            presence_word: presence_word(presence),
        }
    }
}

/// How much somebody is here, as people read it.
pub(crate) fn presence_word(presence: PresenceState) -> String {
    words::text(&format!("presence-{}", presence.word()))
}
