//! The list of conversations and the room, readable and writable without a script.

pub(crate) mod attention;
mod badges;
pub(crate) mod changing;
pub(crate) mod conversations;
mod face;
pub(crate) mod history;
pub(crate) mod message;
pub(crate) mod names;
pub(crate) mod outsiders;
pub(crate) mod posting;
pub(crate) mod room;
pub(crate) mod rooms;
pub(crate) mod status;
pub(crate) mod streaming;

use actix::Addr;
use serde_json::{Value, json};

use super::{
    delivery::{Delivery, Health},
    markup::Markup,
    models::{Budget, RoomKind, RoomMember},
    server::ChatServer,
};
use crate::{
    accounts::{Page, User},
    assets,
    config::Limits as Settings,
    db::Database,
    preferences::Preferences,
    security::Limits,
};

/// What the views of the chat stand on; registered as `web::Data`.
#[derive(Clone)]
pub struct Chat {
    /// The one actor.
    pub server: Addr<ChatServer>,
    /// For history.
    pub database: Database,
    /// Of messages.
    pub markup: Markup,
    /// How often rooms are made and changed.
    pub limits: Limits,
    /// How long messages take.
    pub health: Health,
    /// Who has what; pages that run no scripts tell it what they show.
    pub delivery: Addr<Delivery>,
    /// Page length and message length.
    pub settings: std::sync::Arc<Settings>,
}

impl Chat {
    /// How much of a room one page shows.
    fn page_budget(&self) -> Budget {
        Budget {
            messages: self.settings.page_len,
            bytes: self.settings.page_bytes,
        }
    }
}

/// What scripts are told; `member` on the page of a room.
fn page_data(
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
        "max_chars": chat.settings.message_chars,
        "edit_window_ms": u64::try_from(chat.settings.edit_window.0.as_millis()).unwrap_or(u64::MAX),
        "emoji": format!("{}/bundles/emoji.json", assets::prefix()),
        "quick_emoji": message::QUICK_EMOJI,
        "csrf_token": page.csrf_token(),
        "preferences": preferences,
    })
}
