//! How long messages take on this server: the line in the head of a room, and a page for everybody, which
//! names no room and no person.

use actix_web::{
    HttpRequest, HttpResponse,
    http::header::{ACCEPT, CACHE_CONTROL, ContentType, VARY},
    web,
};
use serde_json::{Value, json};

use super::{
    health::{Health, Quantiles},
    protocol::ServerEvent,
};
use crate::{accounts::Page, chat::rooms::RoomId, error::Result, words};

/// `GET /status/`, as a page or, for whoever accepts only that, as JSON.
pub(crate) async fn show_status(
    request: HttpRequest,
    page: Page,
    health: web::Data<Health>,
) -> Result<HttpResponse> {
    let stages = health.of_server_lately();
    if wants_json(&request) {
        let answer = json!({ "messages": stages });
        return Ok(HttpResponse::Ok()
            .insert_header((CACHE_CONTROL, "public, max-age=1"))
            .insert_header((VARY, "accept"))
            .insert_header(ContentType::json())
            .body(answer.to_string()));
    }
    let rows = [
        ("status-delivered", stages.delivered),
        ("status-stored", stages.stored),
        ("status-announced", stages.announced),
    ];
    let rows = rows.map(|(key, measured)| row(key, measured));
    let data = json!({ "title": words::text("status-title"), "rows": rows });
    page.render("chat/receipts/status", data)
}

/// Browsers name pages before anything else; a program that names JSON gets it.
fn wants_json(request: &HttpRequest) -> bool {
    let accepted = request.headers().get(ACCEPT);
    let accepted = accepted.and_then(|accepted| accepted.to_str().ok());
    accepted.is_some_and(|accepted| {
        accepted.contains("application/json") && !accepted.contains("text/html")
    })
}

fn row(key: &str, measured: Option<Quantiles>) -> Value {
    let in_words = |ms: u64| words::text_with("status-ms", &[("ms", ms.into())]);
    json!({
        "name": words::text(key),
        "help": words::text(&format!("{key}-help")),
        "p50": measured.map(|measured| in_words(measured.p50_ms)),
        "p99": measured.map(|measured| in_words(measured.p99_ms)),
        "count": measured.map(|measured| measured.count),
    })
}

/// The line of a room, in two parts of which a phone shows the first; empty where nothing was
/// measured.
pub(crate) fn health_line(health: &Health, room: RoomId) -> Value {
    let ServerEvent::Health {
        delivered: Some(measured),
        of,
        ..
    } = ServerEvent::health(health, room)
    else {
        return json!({ "short": "", "long": "", "title": "" });
    };
    let ms = |key: &str, name: &str, ms: u64| words::text_with(key, &[(name, ms.into())]);
    json!({
        "short": ms("js-health", "half", measured.p50_ms),
        "long": ms("js-health-more", "most", measured.p99_ms),
        "title": words::text(of.words_key()),
    })
}
