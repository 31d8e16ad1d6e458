//! The list of conversations and the room, readable and writable without a script.

mod attention;
mod badges;
mod conversations;
mod face;
mod history;
mod posting;
mod room;
mod status;
mod streaming;

use actix::Addr;
use actix_web::web;
use serde_json::{Value, json};

use super::{
    delivery::Health,
    markup::Markup,
    models::{RoomKind, RoomMember},
    server::ChatServer,
};
use crate::{
    accounts::{Page, User},
    config::Limits as Settings,
    db::Database,
    preferences::Preferences,
};

/// All addresses of the app.
pub fn routes(cfg: &mut web::ServiceConfig) {
    cfg.service(streaming::said());
    for path in ["/status", "/status/"] {
        cfg.route(path, web::get().to(status::show_status));
    }
    cfg.route("/", web::get().to(conversations::list_conversations))
        .route("/", web::head().to(conversations::list_conversations))
        .route(
            "/rooms/with/{user}/",
            web::get().to(conversations::show_direct),
        )
        .route("/rooms/{room}/", web::get().to(room::show_room))
        .route("/rooms/{room}/log/", web::get().to(history::show_log))
        .route(
            "/rooms/{room}/messages/{message}/",
            web::get().to(history::show_message),
        )
        .route(
            "/rooms/{room}/messages/",
            web::post().to(posting::create_message),
        )
        .configure(attention::routes);
}

/// What the views of the chat stand on; registered as `web::Data`.
#[derive(Clone)]
pub struct Chat {
    /// The one actor.
    pub server: Addr<ChatServer>,
    /// For history.
    pub database: Database,
    /// Of messages.
    pub markup: Markup,
    /// How long messages take.
    pub health: Health,
    /// Page length and message length.
    pub settings: std::sync::Arc<Settings>,
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
        "last_seq": member.map(|member| member.room.last_seq),
        "is_direct": member.is_some_and(|member| member.room.kind == RoomKind::Direct),
        "max_chars": chat.settings.message_chars,
        "csrf_token": page.csrf_token(),
        "preferences": preferences,
    })
}
