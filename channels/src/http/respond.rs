//! The operations of every kind of HTTP consumer on its link: head, parts of a body, end.

use actix_web::http::header::{HeaderName, HeaderValue};
use bytes::Bytes;

use crate::answer::{Accept, ResponseHead};
use crate::connection::Link;
use crate::error::{Closed, Error};
use crate::event::{CloseCode, Frame};

/// Headers that only the server may set. For example, setting `Transfer-Encoding` by hand breaks a
/// response behind a proxy.
const OWN: [&str; 4] = [
    "connection",
    "content-length",
    "transfer-encoding",
    "upgrade",
];

/// Sets the head, which is sent with the first part of the body.
pub(super) fn head(link: &Link, head: ResponseHead) -> Result<(), Error> {
    if !(200..600).contains(&head.status) {
        return Err(Error::Status(head.status));
    }
    if let Some((name, _)) = head.headers.iter().find(|header| !may_be_sent(header)) {
        return Err(Error::Header(name.clone()));
    }
    link.hold_head(head)
}

pub(super) fn body(link: &Link, part: Bytes, more_body: bool) -> Result<(), Error> {
    if !link.is_answered() {
        if !link.holds_head() {
            return Err(Error::NoHead);
        }
        link.accept(Accept::new())?;
    } else if link.is_closing() {
        return Err(Error::Closed(Closed));
    }
    // An empty chunk would be the end of the body on the wire.
    if !part.is_empty() {
        link.send(Frame::Binary(part))?;
    }
    if !more_body {
        link.close(CloseCode::NORMAL, "");
    }
    Ok(())
}

pub(super) fn response(link: &Link, first: ResponseHead, part: Bytes) -> Result<(), Error> {
    head(link, first)?;
    body(link, part, false)
}

fn may_be_sent((name, value): &(String, String)) -> bool {
    let Ok(name) = HeaderName::from_bytes(name.as_bytes()) else {
        return false;
    };
    !OWN.contains(&name.as_str()) && HeaderValue::from_str(value).is_ok()
}
