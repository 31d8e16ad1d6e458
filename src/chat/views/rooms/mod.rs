//! Rooms: finding and making them, who is in them, links into them, and what becomes of them.

mod asker;
mod changes;
mod confirm;
mod details;
mod fields;
mod invites;
mod joining;
mod new;
mod open;
mod pane;
mod people;

use actix_web::web;

pub(super) use pane::RoomHead;

/// The addresses of this part; before those of single rooms, which would take some of them.
pub(super) fn routes(cfg: &mut web::ServiceConfig) {
    cfg.route("/rooms/", web::get().to(open::list_open_rooms))
        .service(
            web::resource("/rooms/new/")
                .route(web::get().to(new::new_room))
                .route(web::post().to(new::create_room)),
        )
        .service(
            web::resource("/join/{token}/")
                .route(web::get().to(joining::show_invitation))
                .route(web::post().to(joining::accept_invitation)),
        );
    one_room(cfg);
}

fn one_room(cfg: &mut web::ServiceConfig) {
    cfg.route("/rooms/{room}/join/", web::post().to(open::join_open_room))
        .route(
            "/rooms/{room}/details/",
            web::get().to(details::show_details),
        )
        .route(
            "/rooms/{room}/about/",
            web::post().to(details::describe_room),
        )
        .route("/rooms/{room}/people/", web::get().to(people::new_people))
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
        )
        .route("/rooms/{room}/leave/", web::get().to(people::confirm_leave))
        .route("/rooms/{room}/leave/", web::post().to(people::leave_room))
        .route("/rooms/{room}/kind/", web::get().to(changes::confirm_kind))
        .route("/rooms/{room}/kind/", web::post().to(changes::set_kind))
        .route(
            "/rooms/{room}/archive/",
            web::get().to(changes::confirm_archive),
        )
        .route(
            "/rooms/{room}/archive/",
            web::post().to(changes::archive_room),
        )
        .route(
            "/rooms/{room}/unarchive/",
            web::post().to(changes::unarchive_room),
        )
        .route(
            "/rooms/{room}/delete/",
            web::get().to(changes::confirm_delete),
        )
        .route(
            "/rooms/{room}/delete/",
            web::post().to(changes::delete_room),
        )
        .route("/rooms/{room}/keep/", web::post().to(changes::keep_room))
        .route(
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
