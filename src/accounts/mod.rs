//! People and their sessions: sign-up, log-in, passwords, devices.
//!
//! Other apps take [`SignedIn`] as a view's argument, draw pages with [`Page`] and answer forms with
//! [`Redirect`]. Around the App stand, from the outside in, [`report_storage`],
//! [`Sessions::middleware`] and [`recognise`]; the form guard of `security` comes further in still.

mod appearance;
mod browser;
mod first_run;
mod forms;
pub mod models;
mod next_path;
mod notice;
mod page;
pub mod password;
mod person;
mod session;
mod superuser;
pub mod username;
mod views;
mod zone;

#[cfg(test)]
mod tests;

use actix_web::web::{self, ServiceConfig};

use crate::security::Account;
pub use appearance::Theme;
pub use first_run::FirstRun;
pub use models::{User, UserId};
pub use next_path::NextPath;
pub use notice::{Notice, NoticeKind, Notices, Redirect};
pub use page::Page;
pub use password::PasswordHasher;
pub use person::{Person, UserRef};
pub use session::{
    EndReason, SessionEvent, SessionRef, Sessions, SignedIn, SocketSession, Store, recognise,
    report_storage, still_valid, user_group,
};
pub use superuser::create_superuser;
use views::{devices, login, password as passwords, register};
pub use zone::Zone;

impl From<UserId> for Account {
    fn from(id: UserId) -> Self {
        Self::Id(id.0)
    }
}

/// Every address of this app. It needs as `web::Data`: `Database`, `Templates`, `channels::Layer`,
/// `Site`, `Csrf`, `Limits`, [`PasswordHasher`], [`Notices`] and [`FirstRun`].
pub fn routes(app: &mut ServiceConfig) {
    app.service(
        web::resource("/accounts/login/")
            .route(web::get().to(login::new_session))
            .route(web::post().to(login::create_session)),
    )
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
            .route(web::get().to(passwords::edit_password))
            .route(web::post().to(passwords::change_password)),
    )
    .service(web::resource("/accounts/devices/").route(web::get().to(devices::list_devices)))
    .service(
        web::resource("/accounts/devices/revoke-others/")
            .route(web::post().to(devices::revoke_other_devices)),
    )
    .service(
        web::resource("/accounts/devices/{id}/revoke/")
            .route(web::post().to(devices::revoke_device)),
    )
    .service(web::resource("/appearance/").route(web::post().to(appearance::change_appearance)));
}
