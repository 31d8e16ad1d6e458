//! The settings of every connection of a server.

use std::time::Duration;

use actix_web::http::KeepAlive;
use actix_web::http::header::{HeaderName, HeaderValue};

use crate::front::{AccessLog, Front};

/// How long the end of a connection may take; with values from 1 to 500 ms, some are never closed.
const DISCONNECT_TIMEOUT: Duration = Duration::from_secs(1);

#[cfg(feature = "rustls")]
const TLS_HANDSHAKE_TIMEOUT: Duration = Duration::from_secs(3);

/// The limits, headers and trust settings of each connection.
#[derive(Clone, Debug)]
pub(super) struct Settings {
    pub(super) keep_alive: KeepAlive,
    pub(super) client_request_timeout: Duration,
    pub(super) client_disconnect_timeout: Duration,
    pub(super) h1_allow_half_closed: bool,
    #[cfg(feature = "rustls")]
    pub(super) tls_handshake_timeout: Duration,
    pub(super) http_timeout: Option<Duration>,
    pub(super) server_name: Option<HeaderValue>,
    pub(super) headers: Vec<(HeaderName, HeaderValue)>,
    pub(super) front: Front,
    pub(super) access: AccessLog,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            keep_alive: KeepAlive::default(),
            client_request_timeout: Duration::from_secs(5),
            client_disconnect_timeout: DISCONNECT_TIMEOUT,
            h1_allow_half_closed: false,
            #[cfg(feature = "rustls")]
            tls_handshake_timeout: TLS_HANDSHAKE_TIMEOUT,
            http_timeout: None,
            server_name: None,
            headers: Vec::new(),
            front: Front::default(),
            access: AccessLog::default(),
        }
    }
}
