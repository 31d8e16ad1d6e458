//! The JSON data that a page passes to its scripts.

use serde::Serialize;

use crate::{
    accounts::{Page, User, UserRef},
    assets,
    chat::{
        live::Chat,
        messages::QUICK_EMOJI,
        rooms::{Role, RoomId, RoomKind, RoomMember},
    },
    db::Timestamp,
    friends::BlockedPeople,
    preferences::Preferences,
};

/// The JSON in the element `page-data`. `static/js/page/data.js` parses it.
#[derive(Serialize)]
pub(crate) struct PageData {
    me: UserRef,
    /// The fields of the room on the page. Null or false on pages that show no room.
    #[serde(flatten)]
    room: RoomData,
    /// The room of a page that does not show the log, for example its details.
    about: Option<RoomId>,
    /// The maximum length of a message, in characters.
    max_chars: usize,
    edit_window_ms: u64,
    /// The URL of the list of emoji.
    emoji: String,
    /// The suggested emoji, each with its name.
    quick_emoji: &'static [(&'static str, &'static str)],
    csrf_token: String,
    preferences: Preferences,
}

#[derive(Default, Serialize)]
struct RoomData {
    room: Option<RoomId>,
    kind: Option<RoomKind>,
    created_ms: Option<Timestamp>,
    last_seq: Option<i64>,
    role: Option<Role>,
    /// Whether the person may pin messages, if they may write.
    can_pin: bool,
    is_direct: bool,
    /// The people whose messages are folded. The hello of the socket has the present ones.
    folded: BlockedPeople,
}

impl PageData {
    /// Returns the data of a page without a room.
    pub(crate) fn new(me: &User, page: &Page, chat: &Chat, preferences: &Preferences) -> Self {
        let edit_window = chat.limits.edit_window.0.as_millis();
        Self {
            me: UserRef::from(me),
            room: RoomData::default(),
            about: None,
            max_chars: chat.limits.message_chars,
            edit_window_ms: u64::try_from(edit_window).unwrap_or(u64::MAX),
            emoji: format!("{}/bundles/emoji.json", assets::prefix()),
            quick_emoji: &QUICK_EMOJI,
            csrf_token: page.csrf_token().to_owned(),
            preferences: preferences.clone(),
        }
    }

    /// Adds the room of `member`, whose log the page shows.
    pub(crate) fn of_room(self, member: &RoomMember, folded: &BlockedPeople) -> Self {
        let room = &member.room;
        let room = RoomData {
            room: Some(room.id),
            kind: Some(room.kind),
            created_ms: Some(room.created_at),
            last_seq: Some(room.last_seq),
            role: Some(member.role),
            can_pin: member.may_pin(),
            is_direct: room.kind == RoomKind::Direct,
            folded: folded.clone(),
        };
        Self { room, ..self }
    }

    /// Adds `room`, whose log the page does not show.
    pub(crate) fn about(self, room: Option<RoomId>) -> Self {
        Self {
            about: room,
            ..self
        }
    }
}
