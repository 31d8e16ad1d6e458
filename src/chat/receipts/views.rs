//! Delivery times of this server: the line in the header of a room, and a status page for
//! everybody, which names neither rooms nor people.

use actix_web::{
    HttpRequest, HttpResponse,
    http::header::{ACCEPT, CACHE_CONTROL, VARY},
    web,
};
use serde::Serialize;

use super::{
    health::{Health, Quantiles, Stages},
    protocol::ServerEvent,
};
use crate::{accounts::Page, chat::rooms::RoomId, error::Result, words};

/// `GET /status/`: a page, or JSON for clients that ask only for JSON.
pub(crate) async fn show_status(
    request: HttpRequest,
    page: Page,
    health: web::Data<Health>,
) -> Result<HttpResponse> {
    let stages = health.of_server_lately();
    if wants_json(&request) {
        return Ok(HttpResponse::Ok()
            .insert_header((CACHE_CONTROL, "public, max-age=1"))
            .insert_header((VARY, "accept"))
            .json(StatusAnswer { messages: stages }));
    }
    let rows = [
        ("status-delivered", stages.delivered),
        ("status-stored", stages.stored),
        ("status-announced", stages.announced),
    ];
    let rows = rows.map(|(key, measured)| StatusRow::new(key, measured));
    page.framed()
        .await?
        .titled("status-title")
        .render("chat/receipts/status", StatusPage { rows })
}

/// The JSON response.
#[derive(Serialize)]
struct StatusAnswer {
    messages: Stages<Option<Quantiles>>,
}

/// The data of `status.hbs`.
#[derive(Serialize)]
struct StatusPage {
    rows: [StatusRow; 3],
}

/// One stage of the delivery of a message.
#[derive(Serialize)]
struct StatusRow {
    name: String,
    help: String,
    /// The median, as text for people. `None` if nothing was measured.
    p50: Option<String>,
    p99: Option<String>,
    /// The number of measured messages.
    count: Option<u64>,
}

impl StatusRow {
    fn new(key: &str, measured: Option<Quantiles>) -> Self {
        let in_words = |ms: u64| words::text_with("status-ms", &[("ms", ms.into())]);
        Self {
            name: words::text(key),
            help: words::text(&format!("{key}-help")),
            p50: measured.map(|measured| in_words(measured.p50_ms)),
            p99: measured.map(|measured| in_words(measured.p99_ms)),
            count: measured.map(|measured| measured.count),
        }
    }
}

/// Returns whether the client prefers JSON. Browsers name HTML first.
fn wants_json(request: &HttpRequest) -> bool {
    let accepted = request.headers().get(ACCEPT);
    let accepted = accepted.and_then(|accepted| accepted.to_str().ok());
    accepted.is_some_and(|accepted| {
        accepted.contains("application/json") && !accepted.contains("text/html")
    })
}

/// The delivery times in a room, in two parts; phones show only the first. Empty if nothing was
/// measured.
#[derive(Default, Serialize)]
pub(crate) struct HealthLine {
    short: String,
    long: String,
    /// A sentence that explains what was measured.
    title: String,
}

impl HealthLine {
    /// Returns the current line of `room`.
    pub(crate) fn of(health: &Health, room: RoomId) -> Self {
        let ServerEvent::Health {
            delivered: Some(measured),
            of,
            ..
        } = ServerEvent::health(health, room)
        else {
            return Self::default();
        };
        let ms = |key: &str, name: &str, ms: u64| words::text_with(key, &[(name, ms.into())]);
        Self {
            short: ms("js-health", "half", measured.p50_ms),
            long: ms("js-health-more", "most", measured.p99_ms),
            title: words::text(of.words_key()),
        }
    }
}
