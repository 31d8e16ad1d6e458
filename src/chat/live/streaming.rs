//! Events from a browser that uses an event stream (Server-Sent Events) instead of a WebSocket (see
//! `routes::streams`).

use actix_web::{HttpResponse, web};
use channels::Frame;
use channels::http::{NotSent, Streams};
use serde_json::Value;

use crate::{
    accounts::SignedIn,
    error::{Error, Result},
};

/// The maximum number of events in one request. A browser batches events while a request is
/// running.
const MOST: usize = 64;
/// The maximum size of a body. Larger than any single event on a socket.
const MAX_BYTES: usize = 128 * 1024;

/// Returns the JSON extractor's configuration for the body of [`take_events`].
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
/// Forwards the events to the consumer of the stream, whose answers arrive on the stream. The
/// consumer treats them like frames of a socket: it rate limits and authorises each one.
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
