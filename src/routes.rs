//! All URLs of the site: files, [`pages`], [`streams`] and [`sockets`]. `scripts/check` refuses
//! URLs that are defined elsewhere, and views without a URL, which would be dead code.

use std::sync::Arc;

use actix_web::{
    HttpResponse,
    http::header::{SEC_WEBSOCKET_VERSION, UPGRADE},
    web,
};
use channels::http::HttpOptions;
use channels::routing::Endpoint;
use channels::{IntoEndpoint, Scope, SocketOptions, URLRouter};

#[cfg(debug_assertions)]
use crate::styleguide;
use crate::{
    accounts::{
        SocketSession, appearance,
        views::{devices, kept, login, password, profile, register},
    },
    assets,
    chat::{
        later::views::{reminders, scheduled},
        live::{ChatConsumer, streaming},
        messages::views::{change, history, message, outsiders},
        pages::{
            calls, card, digest, invites, join, members_may, message_details, names, new_room,
            notifications, open_rooms, people, pinned, post, room, room_changes, room_details,
        },
        reading::views::{catch_up, levels, marks, pins},
        receipts::views as status,
        shell::{show_direct, show_home},
    },
    error::{Error, Result},
    friends::views as friends,
    health,
    parts::Parts,
    preferences::{tips, views as preferences},
    security::{
        Action, client_addr::client_of_scope, csrf::OwnPages, hosts::OwnHosts,
        limits::guard::FormActions,
    },
};

/// Files that are the same for everybody, so they need no session. Also registers the table of form
/// actions for the rate limits.
pub(crate) fn files(cfg: &mut web::ServiceConfig) {
    cfg.app_data(web::Data::new(FORMS))
        .route(
            "/static/{hash}/{path:.*}",
            web::get().to(assets::show_asset),
        )
        .route("/worker.js", web::get().to(assets::show_worker))
        .route("/healthz", web::get().to(health::show_health))
        .route("/readyz", web::get().to(health::show_readiness))
        .route("/ws/{rest:.*}", web::to(ask_for_upgrade));
}

/// Answers plain requests. Upgrade requests are handled before the App.
async fn ask_for_upgrade() -> HttpResponse {
    HttpResponse::UpgradeRequired()
        .insert_header((UPGRADE, "websocket"))
        .insert_header((SEC_WEBSOCKET_VERSION, "13"))
        // The server closes the connection of a request that offers an upgrade, so the response
        // says so.
        .force_close()
        .body("This address speaks WebSocket only")
}

/// The pages and forms.
pub(crate) fn pages(cfg: &mut web::ServiceConfig) {
    cfg.app_data(web::PathConfig::default().error_handler(|_, _| Error::NotFound.into()))
        .app_data(web::QueryConfig::default().error_handler(|_, _| Error::NotFound.into()))
        .configure(account_pages)
        .configure(friend_pages)
        .configure(conversation_pages)
        .configure(room_pages)
        .configure(one_room_pages)
        .configure(sending_pages)
        .configure(people_pages)
        .configure(invite_pages)
        .configure(attention_pages)
        .configure(message_pages)
        .configure(developer_pages)
        .default_service(web::to(not_found));
}

/// Pages of debug builds alone.
fn developer_pages(cfg: &mut web::ServiceConfig) {
    #[cfg(debug_assertions)]
    cfg.route("/styleguide/", web::get().to(styleguide::show_styleguide));
    #[cfg(not(debug_assertions))]
    let _ = cfg;
}

/// Registration, log-in, devices and preferences. These need as `web::Data`: `Database`,
/// `Templates`, `channels::Layer`, `Site`, `Csrf`, `RateLimiter`, `PasswordHasher`, `Notices`,
/// `KeptForms` and `FirstRun`.
pub(crate) fn account_pages(cfg: &mut web::ServiceConfig) {
    cfg.service(
        web::resource("/accounts/login/")
            .route(web::get().to(login::new_session))
            .route(web::post().to(login::create_session)),
    )
    .route("/accounts/kept/{id}/", web::get().to(kept::show_kept_form))
    .service(web::resource("/accounts/logout/").route(web::post().to(login::destroy_session)))
    .service(
        web::resource("/accounts/register/")
            .route(web::get().to(register::new_account))
            .route(web::post().to(register::create_account)),
    )
    .service(
        web::resource("/accounts/first-run/{token}/")
            .route(web::get().to(register::new_owner))
            .route(web::post().to(register::create_owner)),
    )
    .service(
        web::resource("/accounts/password/")
            .route(web::get().to(password::edit_password))
            .route(web::post().to(password::change_password)),
    )
    .service(
        web::resource("/accounts/profile/")
            .route(web::get().to(profile::edit_profile))
            .route(web::post().to(profile::change_profile)),
    )
    .service(web::resource("/accounts/status/").route(web::post().to(profile::change_status)))
    .service(web::resource("/accounts/devices/").route(web::get().to(devices::list_devices)))
    .service(
        web::resource("/accounts/devices/revoke-others/")
            .route(web::post().to(devices::revoke_other_devices)),
    )
    .service(
        web::resource("/accounts/devices/{id}/revoke/")
            .route(web::post().to(devices::revoke_device)),
    )
    .service(web::resource("/appearance/").route(web::post().to(appearance::change_appearance)))
    .service(
        web::resource("/accounts/preferences/")
            .route(web::get().to(preferences::edit_preferences))
            .route(web::post().to(preferences::change_preferences)),
    )
    .service(
        web::resource("/accounts/preferences/snooze/").route(web::post().to(preferences::snooze)),
    )
    .service(web::resource("/tips/dismiss/").route(web::post().to(tips::dismiss_tips)));
}

fn friend_pages(cfg: &mut web::ServiceConfig) {
    cfg.service(
        web::scope("/friends")
            .route("/", web::get().to(friends::list_friends))
            .route("/add/", web::post().to(friends::add_friend))
            .route("/cancel/", web::post().to(friends::cancel_friend_request))
            .route(
                "/{id}/accept/",
                web::post().to(friends::accept_friend_request),
            )
            .route(
                "/{id}/decline/",
                web::post().to(friends::decline_friend_request),
            )
            .route("/{id}/remove/", web::get().to(friends::confirm_remove))
            .route("/{id}/remove/", web::post().to(friends::remove_friend))
            .route("/{id}/block/", web::get().to(friends::confirm_block))
            .route("/{id}/block/", web::post().to(friends::block_person))
            .route("/{id}/unblock/", web::post().to(friends::unblock_person)),
    );
}

fn conversation_pages(cfg: &mut web::ServiceConfig) {
    cfg.service(
        web::resource("/events/{stream}/")
            .app_data(streaming::json_config())
            .route(web::post().to(streaming::take_events)),
    )
    .route("/later/", web::get().to(scheduled::list_later))
    .route("/reminders/", web::get().to(reminders::list_reminders))
    .route("/reminders/{id}/done/", web::post().to(reminders::finish))
    .route(
        "/reminders/{id}/again/",
        web::post().to(reminders::remind_again),
    )
    .route("/scheduled/{id}/cancel/", web::post().to(scheduled::cancel))
    .route("/scheduled/{id}/edit/", web::post().to(scheduled::edit))
    .route("/status", web::get().to(status::show_status))
    .route("/status/", web::get().to(status::show_status))
    .route("/", web::get().to(show_home))
    .route("/people/{person}/", web::get().to(card::show_card))
    .route("/rooms/with/{user}/", web::get().to(show_direct));
}

/// Must be registered before the pages of one room, whose patterns would match some of these URLs.
fn room_pages(cfg: &mut web::ServiceConfig) {
    cfg.route("/rooms/", web::get().to(open_rooms::list_open_rooms))
        .service(
            web::resource("/rooms/new/")
                .route(web::get().to(new_room::new_room))
                .route(web::post().to(new_room::create_room)),
        )
        .service(
            web::resource("/join/{token}/")
                .route(web::get().to(join::show_invitation))
                .route(web::post().to(join::accept_invitation)),
        );
}

fn one_room_pages(cfg: &mut web::ServiceConfig) {
    cfg.route("/rooms/{room}/", web::get().to(room::show_room))
        .route("/rooms/{room}/log/", web::get().to(history::show_log))
        .route("/rooms/{room}/names/", web::get().to(names::list_names))
        .route(
            "/rooms/{room}/join/",
            web::post().to(open_rooms::join_open_room),
        )
        .route(
            "/rooms/{room}/details/",
            web::get().to(room_details::show_details),
        )
        .route("/rooms/{room}/pins/", web::get().to(pinned::list_pins))
        .route(
            "/rooms/{room}/members/{right}/",
            web::post().to(members_may::let_members),
        )
        .route(
            "/rooms/{room}/about/",
            web::post().to(room_details::describe_room),
        )
        .route("/rooms/{room}/leave/", web::get().to(people::confirm_leave))
        .route("/rooms/{room}/leave/", web::post().to(people::leave_room))
        .route(
            "/rooms/{room}/kind/",
            web::get().to(room_changes::confirm_kind),
        )
        .route(
            "/rooms/{room}/kind/",
            web::post().to(room_changes::set_kind),
        )
        .route(
            "/rooms/{room}/archive/",
            web::get().to(room_changes::confirm_archive),
        )
        .route(
            "/rooms/{room}/archive/",
            web::post().to(room_changes::archive_room),
        )
        .route(
            "/rooms/{room}/unarchive/",
            web::post().to(room_changes::unarchive_room),
        )
        .route(
            "/rooms/{room}/delete/",
            web::get().to(room_changes::confirm_delete),
        )
        .route(
            "/rooms/{room}/delete/",
            web::post().to(room_changes::delete_room),
        )
        .route(
            "/rooms/{room}/keep/",
            web::post().to(room_changes::keep_room),
        );
}

/// What is asked before a message is sent, and messages that are sent later.
fn sending_pages(cfg: &mut web::ServiceConfig) {
    cfg.route(
        "/rooms/{room}/scheduled/new/",
        web::get().to(scheduled::new_scheduled),
    )
    .route(
        "/rooms/{room}/scheduled/new/",
        web::post().to(scheduled::choose_time),
    )
    .route(
        "/rooms/{room}/scheduled/",
        web::post().to(scheduled::schedule),
    )
    .route("/rooms/{room}/calls/", web::get().to(calls::show_question));
}

fn people_pages(cfg: &mut web::ServiceConfig) {
    cfg.route("/rooms/{room}/people/", web::get().to(people::new_people))
        .route("/rooms/{room}/people/", web::post().to(people::add_people))
        .route(
            "/rooms/{room}/people/{user}/remove/",
            web::get().to(people::confirm_removal),
        )
        .route(
            "/rooms/{room}/people/{user}/remove/",
            web::post().to(people::remove_person),
        )
        .route(
            "/rooms/{room}/people/{user}/role/",
            web::post().to(people::set_role),
        );
}

fn invite_pages(cfg: &mut web::ServiceConfig) {
    cfg.route(
        "/rooms/{room}/invites/",
        web::post().to(invites::create_invite),
    )
    .route(
        "/rooms/{room}/invites/{invite}/",
        web::get().to(invites::show_invite),
    )
    .route(
        "/rooms/{room}/invites/{invite}/revoke/",
        web::post().to(invites::revoke_invite),
    );
}

/// Unread messages and notifications. Must be registered before `message_pages`, whose scope would
/// match some of these URLs.
fn attention_pages(cfg: &mut web::ServiceConfig) {
    cfg.route("/catch-up/", web::get().to(digest::show_digest))
        .route("/read-all/", web::post().to(marks::read_all))
        .route("/read-all/undo/", web::post().to(marks::undo_read_all))
        .route(
            "/rooms/{room}/messages/{message}/unread/",
            web::post().to(marks::mark_unread),
        )
        .route(
            "/rooms/{room}/messages/{message}/details/",
            web::get().to(message_details::show_details),
        )
        .route(
            "/rooms/{room}/notifications/",
            web::get().to(notifications::show_notifications),
        )
        .route(
            "/rooms/{room}/notifications/",
            web::post().to(levels::change_level),
        )
        .route("/rooms/{room}/pin/", web::post().to(pins::change_pin))
        .route("/rooms/{room}/read/", web::post().to(marks::mark_read))
        .route(
            "/rooms/{room}/catch-up/",
            web::get().to(catch_up::show_catch_up),
        );
}

fn message_pages(cfg: &mut web::ServiceConfig) {
    cfg.route(
        "/rooms/{room}/messages/{message}/",
        web::get().to(history::show_message),
    )
    .route(
        "/rooms/{room}/messages/",
        web::post().to(post::create_message),
    )
    .service(
        web::scope("/rooms/{room}/messages/{message}")
            .route("/actions/", web::get().to(message::show_actions))
            .route("/reminder/", web::get().to(reminders::choose_time))
            .route("/reminder/", web::post().to(reminders::remind))
            .route("/outsiders/", web::get().to(outsiders::show_outsiders))
            .route("/versions/", web::get().to(message::list_versions))
            .route("/edit/", web::get().to(change::edit_message))
            .route("/edit/", web::post().to(change::update_message))
            .route("/delete/", web::get().to(change::confirm_delete))
            .route("/delete/", web::post().to(change::delete_message))
            .route("/reactions/", web::post().to(change::toggle_reaction))
            .route("/pin/", web::post().to(change::pin_message)),
    );
}

async fn not_found() -> Result<HttpResponse> {
    Err(Error::NotFound)
}

/// The rate-limited action of each form. `Form` is the general limit. Views with a tighter limit
/// apply it in addition. A test checks that no form is missing, and docs/security-notes.md lists
/// the other limits.
pub(crate) const FORMS: FormActions = FormActions(&[
    ("/accounts/login/", Action::Form),
    ("/accounts/logout/", Action::Form),
    ("/accounts/register/", Action::Form),
    ("/accounts/first-run/{token}/", Action::Form),
    ("/accounts/password/", Action::Form),
    ("/accounts/devices/revoke-others/", Action::SettingsChange),
    ("/accounts/devices/{id}/revoke/", Action::SettingsChange),
    ("/accounts/preferences/", Action::SettingsChange),
    ("/accounts/preferences/snooze/", Action::SettingsChange),
    ("/accounts/profile/", Action::SettingsChange),
    ("/accounts/status/", Action::SettingsChange),
    ("/tips/dismiss/", Action::SettingsChange),
    ("/appearance/", Action::SettingsChange),
    ("/events/{stream}/", Action::SocketEvent),
    ("/friends/add/", Action::Form),
    ("/friends/{id}/accept/", Action::FriendChange),
    ("/friends/{id}/decline/", Action::FriendChange),
    ("/friends/cancel/", Action::FriendChange),
    ("/friends/{id}/remove/", Action::FriendChange),
    ("/friends/{id}/block/", Action::FriendChange),
    ("/friends/{id}/unblock/", Action::FriendChange),
    ("/join/{token}/", Action::Form),
    ("/read-all/", Action::ReadMark),
    ("/read-all/undo/", Action::ReadMark),
    ("/reminders/{id}/again/", Action::Form),
    ("/reminders/{id}/done/", Action::Form),
    ("/rooms/new/", Action::Form),
    ("/rooms/{room}/about/", Action::Form),
    ("/rooms/{room}/archive/", Action::Form),
    ("/rooms/{room}/delete/", Action::Form),
    ("/rooms/{room}/invites/", Action::Form),
    ("/rooms/{room}/invites/{invite}/revoke/", Action::Form),
    ("/rooms/{room}/join/", Action::Form),
    ("/rooms/{room}/keep/", Action::Form),
    ("/rooms/{room}/kind/", Action::Form),
    ("/rooms/{room}/leave/", Action::Form),
    ("/rooms/{room}/members/{right}/", Action::Form),
    ("/rooms/{room}/messages/", Action::Form),
    ("/rooms/{room}/messages/{message}/delete/", Action::Form),
    ("/rooms/{room}/messages/{message}/edit/", Action::Form),
    ("/rooms/{room}/messages/{message}/pin/", Action::Form),
    ("/rooms/{room}/messages/{message}/reactions/", Action::Form),
    ("/rooms/{room}/messages/{message}/reminder/", Action::Form),
    ("/rooms/{room}/messages/{message}/unread/", Action::ReadMark),
    ("/rooms/{room}/notifications/", Action::SettingsChange),
    ("/rooms/{room}/pin/", Action::SettingsChange),
    ("/rooms/{room}/read/", Action::ReadMark),
    ("/rooms/{room}/people/", Action::Form),
    ("/rooms/{room}/people/{user}/remove/", Action::Form),
    ("/rooms/{room}/people/{user}/role/", Action::Form),
    ("/rooms/{room}/scheduled/", Action::Form),
    ("/rooms/{room}/scheduled/new/", Action::Form),
    ("/rooms/{room}/unarchive/", Action::Form),
    ("/scheduled/{id}/cancel/", Action::Form),
    ("/scheduled/{id}/edit/", Action::Form),
]);

/// The consumer of the chat at `path`, for people with a session and not too many sockets.
fn consumer(parts: &Parts, path: &str) -> Endpoint {
    let chat = Arc::new(parts.chat.clone());
    let consumer = move |scope: &Scope| ChatConsumer::new(&chat, client_of_scope(scope));
    URLRouter::new()
        .path(path, consumer)
        .wrap(parts.connections.clone())
        .wrap(parts.handshakes.clone())
        .wrap(SocketSession::new(parts.sessions.clone()))
        .wrap(parts.handshakes.clone())
        .into_endpoint()
}

/// The same consumer as an event stream (Server-Sent Events), for networks that block WebSockets.
/// Browsers send no `Origin` when they request a stream of their own site, so other headers are
/// checked.
pub(crate) fn streams(parts: &Parts, cfg: &mut web::ServiceConfig) {
    let guarded = consumer(parts, "events/")
        .wrap(OwnPages::new(parts.site.clone()))
        .wrap(OwnHosts::new(parts.site.clone()));
    let options = HttpOptions::new().outbox_bytes(parts.chat.limits.socket_queue_bytes);
    let stream = parts.streams.route(guarded, &parts.layer, options);
    cfg.service(web::resource("/events/").route(stream));
}

/// The WebSocket, with a middleware stack of its own: host, origin, handshake rate, session, and
/// the number of sockets.
pub(crate) fn sockets(parts: &Parts) -> (Endpoint, SocketOptions) {
    let router = consumer(parts, "ws/")
        .wrap(parts.origins.clone())
        .wrap(OwnHosts::new(parts.site.clone()));
    let limits = &parts.chat.limits;
    let options = SocketOptions::new()
        .max_message_bytes(limits.max_message_bytes)
        .max_frame_bytes(limits.max_message_bytes)
        .max_head_bytes(limits.max_head_bytes)
        .ping_interval(limits.ping_interval.0)
        .idle_timeout(limits.idle_timeout.0)
        .outbox_bytes(limits.socket_queue_bytes)
        // No maximum age, because each socket checks its session regularly.
        .websocket_timeout(None);
    (router, options)
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::path::Path;

    use super::*;

    #[test]
    fn every_form_of_the_site_has_a_limit_that_is_documented() {
        // `concat!` keeps this line from matching itself.
        let posts = include_str!("routes.rs").matches(concat!("web::", "post()"));
        assert_eq!(posts.count(), FORMS.0.len(), "a form is missing in FORMS");

        let notes = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/security-notes.md");
        let notes = fs::read_to_string(notes).unwrap();
        for (pattern, action) in FORMS.0 {
            let row = format!("| `POST {pattern}` | `{}` |", action.name());
            assert!(
                notes.contains(&row),
                "docs/security-notes.md has no row {row}"
            );
        }
        let documented = notes.matches("| `POST /").count();
        assert_eq!(
            documented,
            FORMS.0.len(),
            "the notes name a form that is gone"
        );
    }
}
