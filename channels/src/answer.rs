//! The answers to a handshake, [`Accept`] and [`Deny`], and the [`ResponseHead`] of a request.
//!
//! Source: `websocket.accept`, ASGI's "denial response" where Channels only knew 403, and
//! `http.response.start`.

use std::error::Error as StdError;
use std::fmt;

use bytes::Bytes;

use crate::error::{Error, HandlerError};
use crate::event::CloseCode;

/// Accepts the handshake, with an optional subprotocol and headers.
///
/// ```
/// let accept = channels::Accept::new().subprotocol("chat.v1").header("x-room", "7");
/// # let _ = accept;
/// ```
#[derive(Clone, Debug, Default)]
pub struct Accept {
    pub(crate) subprotocol: Option<String>,
    pub(crate) headers: Vec<(String, String)>,
}

impl Accept {
    /// A plain yes.
    pub fn new() -> Self {
        Self::default()
    }

    /// Chooses one of the subprotocols that the client offered; `accept` fails with any other.
    pub fn subprotocol(mut self, name: impl Into<String>) -> Self {
        self.subprotocol = Some(name.into());
        self
    }

    /// Adds a header to the 101 answer; `accept` fails if the header is invalid.
    pub fn header(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.headers.push((name.into(), value.into()));
        self
    }

    /// Checks that the client offered the subprotocol, and that the headers are valid.
    pub(crate) fn check(&self, offered: &[String]) -> Result<(), Error> {
        if let Some(chosen) = &self.subprotocol
            && !offered.contains(chosen)
        {
            return Err(Error::UnofferedSubprotocol {
                chosen: chosen.clone(),
                offered: offered.to_vec(),
            });
        }
        match self.headers.iter().find(|header| !may_be_sent(header)) {
            Some((name, _)) => Err(Error::Header(name.clone())),
            None => Ok(()),
        }
    }
}

/// Whether a header is valid HTTP and not one that the handshake itself sets.
fn may_be_sent((name, value): &(String, String)) -> bool {
    use actix_web::http::header::{HeaderName, HeaderValue};
    const OWN: [&str; 5] = [
        "connection",
        "upgrade",
        "content-length",
        "transfer-encoding",
        "content-encoding",
    ];
    let Ok(name) = HeaderName::from_bytes(name.as_bytes()) else {
        return false;
    };
    let own = OWN.contains(&name.as_str()) || name.as_str().starts_with("sec-websocket-");
    !own && HeaderValue::from_str(value).is_ok()
}

/// Status and headers of an HTTP response; a bare number is a head without headers.
///
/// The server adds what belongs to the connection (`Content-Length`, `Transfer-Encoding`, `Date`):
/// a head that sets one of these is refused.
///
/// ```
/// use channels::http::ResponseHead;
/// let head = ResponseHead::status(201).header("content-type", "text/plain; charset=utf-8");
/// # let _ = head;
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ResponseHead {
    pub(crate) status: u16,
    pub(crate) headers: Vec<(String, String)>,
}

impl ResponseHead {
    /// A head with a status from 200 to 599.
    pub fn status(status: u16) -> Self {
        Self {
            status,
            headers: Vec::new(),
        }
    }

    /// Adds a header; a name may be added several times.
    pub fn header(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.headers.push((name.into(), value.into()));
        self
    }
}

impl From<u16> for ResponseHead {
    fn from(status: u16) -> Self {
        Self::status(status)
    }
}

/// Rejects the handshake: an HTTP response instead of a WebSocket, 403 by default.
///
/// `?` on any error makes a 500, whose cause is logged and not sent to the client.
///
/// ```
/// use channels::Deny;
/// let deny = Deny::status(429).header("retry-after", "30").text("Too many connections");
/// # let _ = deny;
/// ```
pub struct Deny {
    pub(crate) status: u16,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Bytes,
    pub(crate) close: Option<(CloseCode, String)>,
    pub(crate) cause: Option<HandlerError>,
    /// Set when no route matched, so that an outer router tries its next route.
    pub(crate) unrouted: bool,
}

impl Deny {
    /// 403, as Channels answers.
    pub fn forbidden() -> Self {
        Self::status(403)
    }

    /// Any HTTP status from 300 to 599; anything else becomes 500.
    pub fn status(status: u16) -> Self {
        Self {
            status: if (300..600).contains(&status) {
                status
            } else {
                500
            },
            headers: Vec::new(),
            body: Bytes::new(),
            close: None,
            cause: None,
            unrouted: false,
        }
    }

    /// Accepts the handshake, then closes at once with this code and reason.
    ///
    /// Browsers hide the status of a refused handshake from scripts; closing after the handshake
    /// gives the page a code and a reason that it can read.
    pub fn after_accept(code: CloseCode, reason: impl Into<String>) -> Self {
        Self {
            close: Some((code, reason.into())),
            ..Self::forbidden()
        }
    }

    /// Adds a header to the answer.
    pub fn header(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.headers.push((name.into(), value.into()));
        self
    }

    /// Sets a plain-text body.
    pub fn text(self, text: impl Into<String>) -> Self {
        self.body("text/plain; charset=utf-8", text.into())
    }

    /// Sets a body of any type.
    pub fn body(mut self, content_type: &str, body: impl Into<Bytes>) -> Self {
        self.body = body.into();
        self.header("content-type", content_type)
    }

    /// The HTTP status of the answer.
    pub fn status_code(&self) -> u16 {
        self.status
    }

    pub(crate) fn failed(cause: HandlerError) -> Self {
        Self {
            cause: Some(cause),
            ..Self::status(500).text("Internal server error")
        }
    }

    pub(crate) fn overloaded() -> Self {
        Self::status(503).text("Try again later")
    }

    pub(crate) fn unrouted() -> Self {
        Self {
            unrouted: true,
            ..Self::status(404).text("Not found")
        }
    }
}

impl<E: StdError + Send + Sync + 'static> From<E> for Deny {
    fn from(cause: E) -> Self {
        Self::failed(cause.into())
    }
}

impl From<HandlerError> for Deny {
    fn from(cause: HandlerError) -> Self {
        Self::failed(cause)
    }
}

impl fmt::Debug for Deny {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Deny")
            .field("status", &self.status)
            .field("headers", &self.headers)
            .field("close", &self.close)
            .field("cause", &self.cause)
            .finish_non_exhaustive()
    }
}
