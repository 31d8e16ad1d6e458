//! The browsers in which a person is signed in. Ends the session of one, or of all others.

use actix_session::Session;
use actix_web::{HttpRequest, HttpResponse, web};
use serde::Serialize;

use super::Services;
use crate::accounts::browser;
use crate::accounts::models::StoredSession;
use crate::accounts::notice::Redirect;
use crate::accounts::page::Page;
use crate::accounts::session::{EndReason, SignedIn, announce};
use crate::db::Timestamp;
use crate::error::{Error, Result};
use crate::security::client_addr;
use crate::security::security_log::SecurityEvent;
use crate::words;

const HERE: &str = "/accounts/devices/";

/// `GET /accounts/devices/`
pub(crate) async fn list_devices(
    services: Services,
    page: Page,
    signed_in: SignedIn,
) -> Result<HttpResponse> {
    let user = signed_in.user.clone();
    let live = services
        .database
        .read(move |conn| Ok(StoredSession::of_user(conn, &user, Timestamp::now())?));
    let current = signed_in.session.id_hash;
    let sessions = live.await?;
    let sessions = sessions
        .into_iter()
        .map(|session| Device::new(session, &current));
    let own = DevicesPage {
        sessions: sessions.collect(),
    };
    page.framed()
        .await?
        .titled("devices-title")
        .render("accounts/devices", own)
}

/// The data of `accounts/devices.hbs`.
#[derive(Serialize)]
struct DevicesPage {
    sessions: Vec<Device>,
}

/// A browser in which the person is signed in.
#[derive(Serialize)]
struct Device {
    id: String,
    /// Whether this is the browser of the request.
    current: bool,
    /// The short name of the browser, for example `Firefox · Linux`.
    browser: String,
    ip: String,
    /// ISO 8601, UTC.
    last_seen_at: String,
    last_seen_text: String,
    /// ISO 8601, UTC.
    created_at: String,
    created_text: String,
}

impl Device {
    fn new(session: StoredSession, current: &str) -> Self {
        let browser = browser::name(&session.user_agent);
        Self {
            current: session.id_hash == current,
            browser: browser.unwrap_or_else(|| words::text("devices-unknown")),
            ip: session.ip,
            last_seen_at: session.last_seen_at.iso(),
            last_seen_text: in_words(session.last_seen_at),
            created_at: session.created_at.iso(),
            created_text: in_words(session.created_at),
            id: session.id_hash,
        }
    }
}

fn in_words(moment: Timestamp) -> String {
    moment.utc("%-d %B %Y, %H:%M UTC")
}

/// `POST /accounts/devices/{id}/revoke/`: answers 404 both for sessions of other people and for
/// ended ones, so that nobody can tell these apart.
pub(crate) async fn revoke_device(
    services: Services,
    signed_in: SignedIn,
    id_hash: web::Path<String>,
    session: Session,
    request: HttpRequest,
) -> Result<Redirect> {
    let (user, id_hash) = (signed_in.user.id, id_hash.into_inner());
    let row = id_hash.clone();
    let ended = services
        .database
        .write(move |conn| Ok(StoredSession::delete_of(conn, user, &row)?))
        .await?;
    if !ended {
        return Err(Error::NotFound);
    }
    SecurityEvent::SessionRevoked.record(Some(user.0), client_addr(&request));
    let is_own = id_hash == signed_in.session.id_hash;
    announce(&services.layer, user, vec![id_hash], EndReason::Revoked).await;
    if is_own {
        session.purge();
        return Ok(Redirect::to("/accounts/login/").done(words::text("log-out-done")));
    }
    Ok(Redirect::to(HERE).done(words::text("devices-revoked")))
}

/// `POST /accounts/devices/revoke-others/`
pub(crate) async fn revoke_other_devices(
    services: Services,
    signed_in: SignedIn,
    request: HttpRequest,
) -> Result<Redirect> {
    let (user, kept) = (signed_in.user.id, signed_in.session.id_hash);
    let ended = services
        .database
        .write(move |conn| Ok(StoredSession::end_others(conn, user, &kept)?))
        .await?;
    SecurityEvent::SessionRevoked.record(Some(user.0), client_addr(&request));
    announce(&services.layer, user, ended, EndReason::Revoked).await;
    Ok(Redirect::to(HERE).done(words::text("devices-others-revoked")))
}
