//! Sets the options of accepted sockets, and keeps a handle that can abort one, whatever its peer
//! does.
//!
//! While a peer does not read, actix does not poll the response body of a mounted connection, so it
//! never notices the end of the connection. Shutting the socket down makes actix poll again.

use std::any::Any;
use std::net::{Shutdown, SocketAddr};
use std::sync::{Arc, Weak};
use std::time::Duration;

#[cfg(feature = "rustls")]
use actix_tls::accept::rustls_0_23::TlsStream;
use actix_web::HttpRequest;
use actix_web::dev::Extensions;
use actix_web::rt::net::TcpStream;
use socket2::{SockRef, Socket, TcpKeepalive};

use super::options::SocketOptions;
use crate::front::LocalAddr;

/// The time of unacknowledged data, or of a closed window, after which the peer counts as lost.
const USER_TIMEOUT: Duration = Duration::from_secs(30);

/// TCP keepalive: the silence before the first probe, the time between probes, and their number.
const KEEPALIVE_IDLE: Duration = Duration::from_secs(60);
const KEEPALIVE_INTERVAL: Duration = Duration::from_secs(10);
const KEEPALIVE_PROBES: u32 = 3;

/// Prepares each accepted connection; give it to `HttpServer::on_connect`, before `bind`.
///
/// Sets no delay, `TCP_USER_TIMEOUT` and keepalive, and stores a duplicate of the socket with the
/// connection, so that the connection of a peer that has stopped reading can be aborted. Each
/// connection therefore counts as two descriptors.
///
/// ```no_run
/// # use actix_web::{App, HttpServer};
/// # fn server() -> std::io::Result<()> {
/// HttpServer::new(App::new)
///     .on_connect(channels::socket::on_connect)
///     .bind("127.0.0.1:8000")?;
/// # Ok(())
/// # }
/// ```
pub fn on_connect(io: &dyn Any, data: &mut Extensions) {
    if let Some(stream) = tcp(io) {
        prepare(stream, data);
        keep_switch(stream, data);
    }
}

#[cfg(feature = "rustls")]
fn tcp(io: &dyn Any) -> Option<&TcpStream> {
    let encrypted = io.downcast_ref::<TlsStream<TcpStream>>();
    let beneath = encrypted.map(|stream| stream.get_ref().0);
    beneath.or_else(|| io.downcast_ref())
}

#[cfg(not(feature = "rustls"))]
fn tcp(io: &dyn Any) -> Option<&TcpStream> {
    io.downcast_ref()
}

/// The setup of every connection: the options of its socket, and its local address.
pub(crate) fn prepare(stream: &TcpStream, data: &mut Extensions) {
    tune(stream);
    if let Ok(address) = stream.local_addr() {
        data.insert(LocalAddr(address));
    }
}

/// Duplicates the socket, so that the connection can be aborted even if it is not polled.
pub(crate) fn keep_switch(stream: &TcpStream, data: &mut Extensions) {
    match SockRef::from(stream).try_clone() {
        Ok(duplicate) => {
            data.insert(KillSwitch(Arc::new(duplicate)));
        }
        Err(failure) => {
            log::warn!(target: "channels::socket", "no duplicate of a socket: {failure}");
        }
    }
}

/// Sets the options of every connection: no delay, `TCP_USER_TIMEOUT` and keepalive.
fn tune(stream: &TcpStream) {
    let socket = SockRef::from(stream);
    if let Err(failure) = try_tune(&socket) {
        log::warn!(target: "channels::socket", "socket options not set: {failure}");
    }
}

fn try_tune(socket: &SockRef<'_>) -> std::io::Result<()> {
    socket.set_tcp_nodelay(true)?;
    #[cfg(target_os = "linux")]
    socket.set_tcp_user_timeout(Some(USER_TIMEOUT))?;
    let keepalive = TcpKeepalive::new()
        .with_time(KEEPALIVE_IDLE)
        .with_interval(KEEPALIVE_INTERVAL)
        .with_retries(KEEPALIVE_PROBES);
    socket.set_tcp_keepalive(&keepalive)
}

/// Owned only by the connection's data, so that the duplicate is closed with the connection.
/// Otherwise the peer would never see the end, and descriptors would leak.
pub(crate) struct KillSwitch(Arc<Socket>);

impl KillSwitch {
    fn handle(&self) -> KillHandle {
        KillHandle {
            socket: Arc::downgrade(&self.0),
            peer: None,
        }
    }
}

/// Aborts one connection from any thread; does nothing if it has ended.
#[derive(Clone, Default)]
pub(crate) struct KillHandle {
    socket: Weak<Socket>,
    /// The address that the connection came from.
    peer: Option<SocketAddr>,
}

/// Limits how much the kernel buffers for a peer that does not read.
pub(super) fn bound_send_buffer(socket: &SockRef<'_>, options: &SocketOptions) {
    if let Some(bytes) = options.send_buffer_bytes
        && let Err(failure) = socket.set_send_buffer_size(bytes)
    {
        log::debug!(target: "channels::socket", "send buffer left as it is: {failure}");
    }
}

impl KillHandle {
    /// The handle of a request's connection; without effect if the server has none.
    pub(crate) fn of(request: &HttpRequest) -> Self {
        let switch = request.conn_data::<KillSwitch>();
        let handle = switch.map(KillSwitch::handle).unwrap_or_default();
        Self {
            peer: request.peer_addr(),
            ..handle
        }
    }

    /// Like `bound_send_buffer`, for a connection that may have ended.
    pub(super) fn bound_send_buffer(&self, options: &SocketOptions) {
        if let Some(socket) = self.socket.upgrade() {
            bound_send_buffer(&SockRef::from(&*socket), options);
        }
    }

    /// Names the peer in log lines.
    pub(crate) fn peer(&self) -> String {
        let unnamed = || "a peer".to_owned();
        self.peer.map_or_else(unnamed, |peer| peer.to_string())
    }

    /// Resets the connection: the kernel drops the data that it still buffers for the peer.
    pub(crate) fn cut(&self) {
        let Some(socket) = self.socket.upgrade() else {
            return;
        };
        let lingering = socket.set_linger(Some(Duration::ZERO));
        if let Err(failure) = lingering.and_then(|()| socket.shutdown(Shutdown::Both)) {
            log::debug!(target: "channels::socket", "connection ended before it was cut: {failure}");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::io::AsyncReadExt as _;
    use tokio::net::TcpListener;

    async fn connected() -> (TcpStream, TcpStream) {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (peer, accepted) = tokio::join!(TcpStream::connect(address), listener.accept());
        (peer.unwrap(), accepted.unwrap().0)
    }

    #[actix_web::test]
    async fn an_accepted_socket_gets_its_options() {
        let (_peer, accepted) = connected().await;
        on_connect(&accepted, &mut Extensions::new());
        let socket = SockRef::from(&accepted);
        assert!(socket.tcp_nodelay().unwrap());
        assert!(socket.keepalive().unwrap());
        assert_eq!(socket.tcp_keepalive_time().unwrap(), KEEPALIVE_IDLE);
        assert_eq!(socket.tcp_keepalive_retries().unwrap(), KEEPALIVE_PROBES);
        #[cfg(target_os = "linux")]
        assert_eq!(socket.tcp_user_timeout().unwrap(), Some(USER_TIMEOUT));
    }

    #[actix_web::test]
    async fn cutting_ends_the_connection_on_both_sides() {
        let (mut peer, mut accepted) = connected().await;
        let mut data = Extensions::new();
        on_connect(&accepted, &mut data);
        let handle = data.get::<KillSwitch>().unwrap().handle();
        handle.cut();
        assert_eq!(accepted.read(&mut [0]).await.unwrap(), 0);
        assert_eq!(peer.read(&mut [0]).await.unwrap_or(0), 0);
    }

    #[actix_web::test]
    async fn a_handle_keeps_no_connection_open() {
        let (mut peer, accepted) = connected().await;
        let mut data = Extensions::new();
        on_connect(&accepted, &mut data);
        let handle = data.get::<KillSwitch>().unwrap().handle();
        drop((accepted, data));
        assert_eq!(peer.read(&mut [0]).await.unwrap(), 0);
        handle.cut();
    }
}
