//! Delivery times of this server: those of a room on its details page, and a status page for
//! everybody, which names neither rooms nor people.

use actix_web::{
    HttpRequest, HttpResponse,
    http::header::{ACCEPT, CACHE_CONTROL, VARY},
    web,
};
use serde::Serialize;

use super::health::{Health, Quantiles, Stages};
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
    let usual = stages.delivered.map(|measured| usual(measured.p50_ms));
    let rows = [
        ("status-delivered", stages.delivered),
        ("status-stored", stages.stored),
        ("status-announced", stages.announced),
    ];
    let rows = rows.map(|(key, measured)| StatusRow::new(key, measured));
    page.framed()
        .await?
        .titled("status-title")
        .render("chat/receipts/status", StatusPage { usual, rows })
}

/// The JSON response.
#[derive(Serialize)]
struct StatusAnswer {
    messages: Stages<Option<Quantiles>>,
}

/// The data of `status.hbs`.
#[derive(Serialize)]
struct StatusPage {
    /// How long delivery usually takes, for example "0.2 s". `None` if nothing was measured.
    usual: Option<String>,
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
        Self {
            name: words::text(key),
            help: words::text(&format!("{key}-help")),
            p50: measured.map(|measured| in_ms(measured.p50_ms)),
            p99: measured.map(|measured| in_ms(measured.p99_ms)),
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

/// How long messages of a room take, for its details page: in plain words, and as figures.
#[derive(Serialize)]
pub(crate) struct DeliveryTimes {
    /// For example "0.2 s".
    usual: String,
    half: String,
    most: String,
    /// A sentence that explains what was measured.
    of: String,
}

impl DeliveryTimes {
    /// Returns the times of `room`, or those of the whole server if the room was quiet. `None` if
    /// nothing was measured.
    pub(crate) fn of(health: &Health, room: RoomId) -> Option<Self> {
        let (measured, of) = match health.of_room(room) {
            Some(of_room) => (of_room, "delivery-of-room"),
            None => (health.of_server().delivered?, "delivery-of-server"),
        };
        Some(Self {
            usual: usual(measured.p50_ms),
            half: in_ms(measured.p50_ms),
            most: in_ms(measured.p99_ms),
            of: words::text(of),
        })
    }
}

/// Returns a duration as people say it, in tenths of a second, rounded up: nobody feels less.
fn usual(ms: u64) -> String {
    let tenths = ms.div_ceil(100).max(1);
    let seconds = format!("{}.{}", tenths / 10, tenths % 10);
    words::text_with("delivery-seconds", &[("seconds", seconds.into())])
}

fn in_ms(ms: u64) -> String {
    words::text_with("status-ms", &[("ms", ms.into())])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_usual_time_is_told_in_tenths_of_a_second() {
        let told = [0, 38, 100, 101, 999, 2_340].map(usual);
        assert_eq!(told, ["0.1 s", "0.1 s", "0.1 s", "0.2 s", "1.0 s", "2.4 s"]);
    }
}
