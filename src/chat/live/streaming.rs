//! What a browser says that reads a stream of events instead of a socket (see `routes::streams`).

use actix_web::{HttpResponse, web};
use channels::{Frame, Streams, http::NotSent};
use serde_json::Value;

use crate::{
    accounts::SignedIn,
    error::{Error, Result},
};

/// Events in one request; a browser sends what it has gathered meanwhile.
const MOST: usize = 64;
/// Longer than any single event may be on a socket.
const MAX_BYTES: usize = 128 * 1024;

/// How large the body of [`take_events`] may be.
pub(crate) fn json_config() -> web::JsonConfig {
    web::JsonConfig::default()
        .limit(MAX_BYTES)
        .error_handler(|error, _| {
            log::debug!(target: "parlour::http", "events were refused: {error}");
            Error::BadRequest("events").into()
        })
}

/// `POST /events/{stream}/` with a JSON array of events.
///
/// Gives the events to the consumer of the stream, which answers there. The consumer takes them as it takes
/// the frames of a socket: checked, counted and authorised one by one.
pub(crate) async fn take_events(
    me: SignedIn,
    stream: web::Path<String>,
    events: web::Json<Vec<Value>>,
    streams: web::Data<Streams<SignedIn>>,
) -> Result<HttpResponse> {
    if events.len() > MOST {
        return Err(Error::BadRequest("too many events"));
    }
    let is_mine = |owner: &SignedIn| owner.session == me.session;
    let frames = events.iter().map(|event| Frame::from(event.to_string()));
    match streams.send(&stream, is_mine, frames) {
        Ok(()) => Ok(HttpResponse::NoContent().finish()),
        Err(NotSent::Full) => Err(Error::Busy("the events of a stream")),
        Err(_) => Err(Error::NotFound),
    }
}
