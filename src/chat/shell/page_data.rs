//! What scripts are told by the page.

use serde_json::{Value, json};

use crate::{
    accounts::{Page, User},
    assets,
    chat::{
        live::Chat,
        messages::QUICK_EMOJI,
        rooms::{RoomKind, RoomMember},
    },
    preferences::Preferences,
};

/// What scripts are told; `member` on the page of a room.
pub(crate) fn page_data(
    me: &User,
    page: &Page,
    chat: &Chat,
    (preferences, member): (&Preferences, Option<&RoomMember>),
) -> Value {
    json!({
        "me": { "id": me.id, "username": me.username },
        "room": member.map(|member| member.room.id),
        "kind": member.map(|member| member.room.kind),
        "created_ms": member.map(|member| member.room.created_at),
        "last_seq": member.map(|member| member.room.last_seq),
        "role": member.map(|member| member.role),
        "is_direct": member.is_some_and(|member| member.room.kind == RoomKind::Direct),
        "max_chars": chat.limits.message_chars,
        "edit_window_ms": u64::try_from(chat.limits.edit_window.0.as_millis()).unwrap_or(u64::MAX),
        "emoji": format!("{}/bundles/emoji.json", assets::prefix()),
        "quick_emoji": QUICK_EMOJI,
        "csrf_token": page.csrf_token(),
        "preferences": preferences,
    })
}
