//! The list of conversations and the room, readable and writable without a script.

mod attention;
mod badges;
mod changing;
mod conversations;
mod face;
mod history;
mod message;
mod names;
mod posting;
mod room;
mod rooms;
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
    assets,
    config::Limits as Settings,
    db::Database,
    preferences::Preferences,
    security::Limits,
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
        .configure(rooms::routes)
        .configure(attention::routes)
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
        .route("/rooms/{room}/names/", web::get().to(names::list_names))
        .service(
            web::scope("/rooms/{room}/messages/{message}")
                .route("/actions/", web::get().to(message::show_actions))
                .route("/versions/", web::get().to(message::list_versions))
                .route("/edit/", web::get().to(changing::edit_message))
                .route("/edit/", web::post().to(changing::update_message))
                .route("/delete/", web::get().to(changing::confirm_delete))
                .route("/delete/", web::post().to(changing::delete_message))
                .route("/reactions/", web::post().to(changing::toggle_reaction)),
        );
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
    /// How often rooms are made and changed.
    pub limits: Limits,
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
