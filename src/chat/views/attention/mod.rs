//! What is unread and what is notified, by links and forms: each of them does what a script does.

mod catch_up;
mod details;
mod here;
mod levels;
mod reading;

use actix_web::web;

pub(super) use here::UnreadHere;
pub(super) use reading::Visit;

/// The addresses of this part of the chat.
pub(super) fn routes(cfg: &mut web::ServiceConfig) {
    cfg.route("/read-all/", web::post().to(reading::read_all))
        .route("/read-all/undo/", web::post().to(reading::undo_read_all))
        .route(
            "/rooms/{room}/messages/{message}/unread/",
            web::post().to(reading::mark_unread),
        )
        .route(
            "/rooms/{room}/messages/{message}/details/",
            web::get().to(details::show_details),
        )
        .route(
            "/rooms/{room}/notifications/",
            web::get().to(levels::edit_level),
        )
        .route(
            "/rooms/{room}/notifications/",
            web::post().to(levels::change_level),
        )
        .route(
            "/rooms/{room}/catch-up/",
            web::get().to(catch_up::show_catch_up),
        );
}
