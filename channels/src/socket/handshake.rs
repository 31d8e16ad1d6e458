//! The strict check of a handshake, its scope, and the HTTP answers.
//!
//! RFC 6455 §4.2. actix-http's own check accepts old versions, any key and HTTP/1.0.

use std::borrow::Cow;

use actix_http::ws::hash_key;
use actix_web::dev::RequestHead;
use actix_web::http::header::{self, HeaderMap, HeaderName, HeaderValue};
use actix_web::http::{Method, StatusCode, Version};
use actix_web::{HttpResponse, HttpResponseBuilder};
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use percent_encoding::percent_decode_str;

use super::deflate::Agreed;
use super::offers::is_well_formed;
use crate::answer::{Accept, Deny};
use crate::front::{self, Arrival};
use crate::scope::{Scope, ScopeBuilder};

/// Length of a base64 text of 16 bytes.
const KEY_LEN: usize = 24;

/// The error answer to a request that is not a handshake of version 13; `None` if it is one.
pub(super) fn refusal(head: &RequestHead, max_head_bytes: usize) -> Option<HttpResponse> {
    let headers = &head.headers;
    if head_bytes(head) > max_head_bytes {
        let mut response = HttpResponse::RequestHeaderFieldsTooLarge();
        return Some(response.force_close().body("The handshake is too large"));
    }
    if head.method != Method::GET {
        let mut response = HttpResponse::MethodNotAllowed();
        response.insert_header((header::ALLOW, "GET"));
        return Some(response.body("A WebSocket handshake is a GET request"));
    }
    if !has_token(headers, header::UPGRADE, "websocket") {
        return Some(upgrade_required("This address speaks WebSocket only"));
    }
    if !is_once(headers, header::SEC_WEBSOCKET_VERSION, |version| {
        version == b"13"
    }) {
        return Some(upgrade_required(
            "Only version 13 of WebSocket is spoken here",
        ));
    }
    flaw(head).map(bad)
}

/// The size of target and header lines in bytes, as they were sent but without extra spaces.
fn head_bytes(head: &RequestHead) -> usize {
    const SEPARATORS: usize = 4;
    let lines = head.headers.iter();
    let lines = lines.map(|(name, value)| name.as_str().len() + value.len() + SEPARATORS);
    let target = head.uri.path_and_query();
    target.map_or(0, |target| target.as_str().len()) + lines.sum::<usize>()
}

/// The error in a request that does ask for a WebSocket.
fn flaw(head: &RequestHead) -> Option<&'static str> {
    let headers = &head.headers;
    let path = percent_decode_str(head.uri.path());
    if head.version != Version::HTTP_11 {
        return Some("A WebSocket handshake needs HTTP/1.1");
    }
    if !has_token(headers, header::CONNECTION, "upgrade") {
        return Some("The Connection header does not ask for an upgrade");
    }
    if !is_once(headers, header::SEC_WEBSOCKET_KEY, is_key) {
        return Some("Sec-WebSocket-Key is not the base64 of 16 bytes");
    }
    if !headers.contains_key(header::HOST) {
        return Some("The Host header is missing");
    }
    if !is_well_formed(head) {
        return Some("Sec-WebSocket-Extensions is not a list of extensions");
    }
    if let Some(flaw) = front::flaw(head) {
        return Some(flaw);
    }
    path.decode_utf8()
        .is_err()
        .then_some("The path is not UTF-8")
}

fn bad(reason: &'static str) -> HttpResponse {
    HttpResponse::BadRequest().force_close().body(reason)
}

fn upgrade_required(reason: &'static str) -> HttpResponse {
    HttpResponse::build(StatusCode::UPGRADE_REQUIRED)
        .insert_header((header::UPGRADE, "websocket"))
        .insert_header((header::SEC_WEBSOCKET_VERSION, "13"))
        .force_close()
        .body(reason)
}

/// Whether a comma-separated header contains this word, in any case.
fn has_token(headers: &HeaderMap, name: HeaderName, token: &str) -> bool {
    headers
        .get_all(name)
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .any(|word| word.trim().eq_ignore_ascii_case(token))
}

fn is_once(headers: &HeaderMap, name: HeaderName, test: impl Fn(&[u8]) -> bool) -> bool {
    let mut values = headers.get_all(name);
    let first = values.next();
    first.is_some_and(|value| test(value.as_bytes())) && values.next().is_none()
}

fn is_key(key: &[u8]) -> bool {
    let decoded = BASE64_STANDARD.decode(key);
    key.len() == KEY_LEN && decoded.is_ok_and(|bytes| bytes.len() == 16)
}

pub(super) fn scope_of(head: &RequestHead, arrival: &Arrival) -> Scope {
    scope_builder(head, arrival).build()
}

/// The data of a request, for any protocol.
pub(crate) fn scope_builder(head: &RequestHead, arrival: &Arrival) -> ScopeBuilder {
    let target = head.uri.path_and_query();
    let mut builder = Scope::builder(target.map_or("/", |target| target.as_str()))
        .client(arrival.client)
        .server(arrival.server)
        .secure(arrival.secure)
        .root_path(&arrival.root_path);
    // The values of one name are in order; the order of different names is lost in the HTTP server.
    let mut headers: Vec<_> = head.headers.iter().collect();
    headers.sort_by_key(|(name, _)| name.as_str());
    // The host of an absolute target has precedence over the header (RFC 9112 §3.2.2).
    let authority = head.uri.authority();
    for (name, value) in headers {
        let is_other_host = authority.is_some() && name == header::HOST;
        if !arrival.hides(name) && !is_other_host {
            builder = builder.header(name.as_str(), value.as_bytes());
        }
    }
    if let Some(authority) = authority {
        builder = builder.header("host", authority.as_str());
    }
    for offer in offers(head) {
        builder = builder.subprotocol(&decoded(offer));
    }
    builder
}

/// The subprotocols as the client wrote them.
fn offers(head: &RequestHead) -> impl Iterator<Item = &str> {
    let values = head.headers.get_all(header::SEC_WEBSOCKET_PROTOCOL);
    let lists = values.filter_map(|value| value.to_str().ok());
    let offers = lists.flat_map(|list| list.split(',')).map(str::trim);
    offers.filter(|offer| !offer.is_empty())
}

fn decoded(offer: &str) -> Cow<'_, str> {
    percent_decode_str(offer).decode_utf8_lossy()
}

/// The head of the 101 answer.
pub(super) fn switching_protocols(
    head: &RequestHead,
    accept: Accept,
    from_middleware: &[(String, String)],
    deflate: Option<&Agreed>,
) -> HttpResponseBuilder {
    let mut response = HttpResponse::SwitchingProtocols();
    response.upgrade("websocket");
    if let Some(key) = head.headers.get(header::SEC_WEBSOCKET_KEY) {
        let hash = hash_key(key.as_bytes());
        response.insert_header((header::SEC_WEBSOCKET_ACCEPT, hash.as_slice()));
    }
    if let Some(chosen) = accept.subprotocol {
        // Repeats the client's own spelling.
        let offer = offers(head).find(|offer| decoded(offer) == chosen);
        let offer = offer.unwrap_or(&chosen);
        response.insert_header((header::SEC_WEBSOCKET_PROTOCOL, offer));
    }
    if let Some(agreed) = deflate {
        response.insert_header((header::SEC_WEBSOCKET_EXTENSIONS, agreed.answer()));
    }
    append(&mut response, from_middleware);
    append(&mut response, &accept.headers);
    response
}

/// The answer of a denied handshake; the connection ends with it.
pub(super) fn denied(deny: Deny) -> HttpResponse {
    let status = StatusCode::from_u16(deny.status);
    let mut response = HttpResponse::build(status.unwrap_or(StatusCode::FORBIDDEN));
    append(&mut response, &deny.headers);
    response.force_close().body(deny.body)
}

fn append(response: &mut HttpResponseBuilder, headers: &[(String, String)]) {
    for (name, value) in headers {
        let name = HeaderName::from_bytes(name.as_bytes());
        match (name, HeaderValue::from_str(value)) {
            (Ok(name), Ok(value)) => {
                response.append_header((name, value));
            }
            _ => log::error!(target: "channels::socket", "an illegal header was left out"),
        }
    }
}
