//! The avatar of a room: that of the other person in a direct conversation, otherwise one of its
//! own.

use std::collections::HashMap;

use serde::Serialize;

use crate::{
    accounts::{Person, Status, UserId},
    chat::{
        presence::PresenceState,
        rooms::{RoomKind, RoomMember},
    },
    words,
};

/// The presence of people. People who are offline are left out.
pub(crate) type Here = HashMap<UserId, PresenceState>;

/// The data of `_face.hbs`.
#[derive(Serialize)]
pub(crate) struct Face {
    /// The name of the room, as this member sees it.
    name: String,
    kind: RoomKind,
    /// The user name of the other person of a direct conversation, if the name is another one.
    handle: Option<String>,
    /// The status of the other person of a direct conversation.
    status: Option<Status>,
    initials: String,
    hue: i64,
    /// The other person of a direct conversation.
    person_id: Option<UserId>,
    /// The presence of that person.
    presence: PresenceState,
    /// The presence as text for people.
    presence_word: String,
}

impl Face {
    /// Returns the avatar of the room of `member`.
    pub(crate) fn new(member: &RoomMember, here: &Here) -> Self {
        let room = &member.room;
        // Initials and colour of a room are derived in the same way as those of a person.
        let own = Person::new(UserId(room.id.0), member.title.clone());
        let shown = member.other.as_ref().unwrap_or(&own);
        let of_other = |person: &Person| here.get(&person.id).copied();
        let presence = (member.other.as_ref().and_then(of_other)).unwrap_or_default();
        Self {
            name: member.title.clone(),
            kind: room.kind,
            handle: shown.handle.clone(),
            status: shown.status.clone(),
            initials: shown.initials.clone(),
            hue: shown.hue,
            person_id: member.other.as_ref().map(|person| person.id),
            presence,
            presence_word: presence_word(presence),
        }
    }
}

/// Returns the presence as text for people.
pub(crate) fn presence_word(presence: PresenceState) -> String {
    words::text(&format!("presence-{}", presence.word()))
}
