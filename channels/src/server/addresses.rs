//! Where a [`Server`] listens: addresses, listeners that exist, Unix sockets, and TLS.
//!
//! Daphne's `--bind`, `--port`, `--fd`, `--unix-socket` and `--endpoint`; all may be combined.

use std::io;
use std::net::{SocketAddr, TcpListener, ToSocketAddrs};
#[cfg(unix)]
use std::os::unix::net::UnixListener;
#[cfg(unix)]
use std::path::Path;

#[cfg(feature = "rustls")]
use actix_tls::accept::rustls_0_23::reexports::ServerConfig;
use socket2::{Domain, Protocol, Socket, Type};

use super::builder::Server;
use super::listener::Listener;

const BACKLOG: i32 = 1024;

/// The only protocol offered: WebSockets over HTTP/2 are not supported.
#[cfg(feature = "rustls")]
const ALPN_HTTP_1: &[u8] = b"http/1.1";

impl Server {
    /// Listens on an address, in addition to those given before. Daphne's `--bind` and `--port`,
    /// whose defaults are 127.0.0.1 and 8000.
    ///
    /// # Errors
    /// The address cannot be bound, or is none.
    pub fn bind(mut self, addresses: impl ToSocketAddrs) -> io::Result<Self> {
        for listener in bind_all(addresses)? {
            self = self.listen(listener)?;
        }
        Ok(self)
    }

    /// Serves on a listener that exists, in addition to those given before: one that was
    /// inherited, Daphne's `--fd`, is `TcpListener::from(descriptor)`.
    ///
    /// # Errors
    /// The listener is not usable.
    pub fn listen(mut self, listener: TcpListener) -> io::Result<Self> {
        prepare(&listener)?;
        self.listeners.push(Listener::Tcp(listener));
        Ok(self)
    }

    /// Listens on a Unix socket, in addition to those given before. Daphne's `--unix-socket`.
    ///
    /// A socket file that an earlier server left there is replaced. The folder's permissions and
    /// the umask decide who may connect. Peers have no address, and count as trusted proxies.
    ///
    /// # Errors
    /// The path cannot be bound, or is something else than a socket.
    #[cfg(unix)]
    pub fn bind_uds(self, path: impl AsRef<Path>) -> io::Result<Self> {
        use std::os::unix::fs::FileTypeExt as _;

        let path = path.as_ref();
        let there = std::fs::symlink_metadata(path);
        if there.is_ok_and(|there| there.file_type().is_socket()) {
            std::fs::remove_file(path)?;
        }
        self.listen_uds(UnixListener::bind(path)?)
    }

    /// Serves on a Unix listener that exists, in addition to those given before.
    ///
    /// # Errors
    /// The listener is not usable.
    #[cfg(unix)]
    pub fn listen_uds(mut self, listener: UnixListener) -> io::Result<Self> {
        listener.set_nonblocking(true)?;
        self.listeners.push(Listener::Unix(listener));
        Ok(self)
    }

    /// Listens on an address with TLS, in addition to those given before. Needs the feature
    /// `rustls`.
    ///
    /// ALPN offers only HTTP/1.1, because WebSockets need it, and pages share the port.
    ///
    /// ```no_run
    /// # use channels::Server;
    /// # use tokio_rustls::rustls;
    /// # fn bind(config: rustls::ServerConfig) -> std::io::Result<()> {
    /// let server = Server::new().bind("0.0.0.0:80")?.bind_rustls_0_23("0.0.0.0:443", config)?;
    /// # let _ = server;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// The address cannot be bound, or is none.
    #[cfg(feature = "rustls")]
    pub fn bind_rustls_0_23(
        mut self,
        addresses: impl ToSocketAddrs,
        config: ServerConfig,
    ) -> io::Result<Self> {
        for listener in bind_all(addresses)? {
            self = self.listen_rustls_0_23(listener, config.clone())?;
        }
        Ok(self)
    }

    /// Serves with TLS on a listener that exists, in addition to those given before. Needs the
    /// feature `rustls`.
    ///
    /// # Errors
    /// The listener is not usable.
    #[cfg(feature = "rustls")]
    pub fn listen_rustls_0_23(
        mut self,
        listener: TcpListener,
        mut config: ServerConfig,
    ) -> io::Result<Self> {
        prepare(&listener)?;
        config.alpn_protocols = vec![ALPN_HTTP_1.to_vec()];
        self.listeners
            .push(Listener::Tls(listener, Box::new(config)));
        Ok(self)
    }

    /// The addresses that the server listens on, in the order in which they were given; Unix
    /// sockets have none.
    pub fn addrs(&self) -> Vec<SocketAddr> {
        self.listeners
            .iter()
            .filter_map(Listener::address)
            .collect()
    }
}

fn prepare(listener: &TcpListener) -> io::Result<()> {
    listener.set_nonblocking(true)?;
    listener.local_addr().map(drop)
}

/// Binds all addresses that can be bound; fails if there is none.
fn bind_all(addresses: impl ToSocketAddrs) -> io::Result<Vec<TcpListener>> {
    let mut failure = io::Error::new(io::ErrorKind::InvalidInput, "no address to bind to");
    let mut listeners = Vec::new();
    for address in addresses.to_socket_addrs()? {
        match bind(address) {
            Ok(listener) => listeners.push(listener),
            Err(refused) => failure = refused,
        }
    }
    if listeners.is_empty() {
        return Err(failure);
    }
    Ok(listeners)
}

fn bind(address: SocketAddr) -> io::Result<TcpListener> {
    let kind = Type::STREAM;
    let socket = Socket::new(Domain::for_address(address), kind, Some(Protocol::TCP))?;
    // A restarted server must not wait for connections of the earlier process (`SO_REUSEADDR`).
    #[cfg(not(windows))]
    socket.set_reuse_address(true)?;
    socket.bind(&address.into())?;
    socket.listen(BACKLOG)?;
    Ok(socket.into())
}
