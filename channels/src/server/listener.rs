//! A listener of a server: TCP, a Unix socket, or TLS.

use std::net::{SocketAddr, TcpListener};
#[cfg(unix)]
use std::os::unix::net::UnixListener;

#[cfg(feature = "rustls")]
use actix_tls::accept::rustls_0_23::reexports::ServerConfig;

/// One listener of a server.
pub(super) enum Listener {
    Tcp(TcpListener),
    #[cfg(unix)]
    Unix(UnixListener),
    #[cfg(feature = "rustls")]
    Tls(TcpListener, Box<ServerConfig>),
}

impl Listener {
    pub(super) fn address(&self) -> Option<SocketAddr> {
        match self {
            Self::Tcp(listener) => listener.local_addr().ok(),
            #[cfg(unix)]
            Self::Unix(_) => None,
            #[cfg(feature = "rustls")]
            Self::Tls(listener, _) => listener.local_addr().ok(),
        }
    }
}
