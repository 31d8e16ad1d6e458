//! The access log: one line for each page, and four kinds of lines for the life of a socket.
//!
//! Source: daphne/access.py.

use std::cell::Cell;
use std::fmt;
use std::net::SocketAddr;
use std::rc::Rc;

use actix_web::dev::RequestHead;
use time::OffsetDateTime;
use time::format_description::StaticFormatDescription;
use time::macros::format_description;

use crate::event::within;

const TIME: StaticFormatDescription =
    format_description!("[day]/[month repr:short]/[year]:[hour]:[minute]:[second]");

/// A method is a token of any length; the log shows its beginning.
const METHOD_CHARS: usize = 16;
/// A path is as long as a head may be; the log shows its beginning.
const PATH_BYTES: usize = 1024;

/// Writes to the log target `channels::access`, or nowhere.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct AccessLog {
    pub(crate) enabled: bool,
}

/// One request on its way through the server.
#[derive(Debug)]
pub(crate) struct Visit {
    client: Option<SocketAddr>,
    method: String,
    path: String,
}

/// Where the record of a request is kept until its end; a socket takes it out and logs its own
/// lines.
pub(crate) type VisitSlot = Rc<Cell<Option<Visit>>>;

/// A socket from its handshake until its consumer's `disconnect` has run.
#[derive(Debug)]
pub(crate) struct SocketVisit {
    visit: Visit,
    is_open: Cell<bool>,
}

impl AccessLog {
    /// Records a request, unless the log is off.
    pub(crate) fn visit(self, head: &RequestHead, client: Option<SocketAddr>) -> Option<Visit> {
        let read = self.enabled && log::log_enabled!(target: "channels::access", log::Level::Info);
        read.then(|| Visit {
            client,
            method: head.method.as_str().chars().take(METHOD_CHARS).collect(),
            path: shown_path(head.uri.path()),
        })
    }
}

fn shown_path(path: &str) -> String {
    let shown = within(path, PATH_BYTES);
    let cut = if shown.len() < path.len() { "…" } else { "" };
    shown.replace('"', "%22") + cut
}

impl Visit {
    /// Logs a page that was sent, completely or in part.
    pub(crate) fn complete(&self, status: u16, bytes: u64) {
        self.line(&self.method, &Some(status), &Some(bytes));
    }

    /// The request is a WebSocket handshake.
    pub(crate) fn connecting(self) -> SocketVisit {
        self.line("WSCONNECTING", &None, &None);
        SocketVisit {
            visit: self,
            is_open: Cell::new(false),
        }
    }

    fn line(&self, action: &str, status: &Option<u16>, bytes: &Option<u64>) {
        let now = OffsetDateTime::now_utc().format(TIME).unwrap_or_default();
        let (client, path) = (OrDash(&self.client), &self.path);
        let (status, bytes) = (OrDash(status), OrDash(bytes));
        log::info!(
            target: "channels::access",
            "{client} - - [{now}] \"{action} {path}\" {status} {bytes}",
        );
    }
}

impl SocketVisit {
    /// The consumer accepted.
    pub(crate) fn connect(&self) {
        self.is_open.set(true);
        self.visit.line("WSCONNECT", &None, &None);
    }
}

impl Drop for SocketVisit {
    fn drop(&mut self) {
        let action = if self.is_open.get() {
            "WSDISCONNECT"
        } else {
            "WSREJECT"
        };
        self.visit.line(action, &None, &None);
    }
}

struct OrDash<'a, T>(&'a Option<T>);

impl<T: fmt::Display> fmt::Display for OrDash<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Some(value) => value.fmt(f),
            None => f.write_str("-"),
        }
    }
}
