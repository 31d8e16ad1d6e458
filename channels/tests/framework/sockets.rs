//! Real sockets for the tests: a server on a free port, and a client that may misbehave.

use std::collections::HashMap;
use std::net::SocketAddr;

use actix_web::{App, web};
use channels::layers::Bounds;
use channels::server::ServerHandle;
use channels::socket::mounted;
use channels::{IntoEndpoint, Layer, Server, SocketOptions};
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::net::{TcpSocket, TcpStream};
use tokio::time::timeout;

use crate::backends::Backend;
use crate::scripted::{PATIENCE, Reader, application};
use crate::tls;

pub(crate) const KEY: &str = "dGhlIHNhbXBsZSBub25jZQ==";

/// What carries the consumers of a site.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Driver {
    OwnSocket,
    /// As `OwnSocket`, with TLS.
    Tls,
    Mounted,
    /// As `OwnSocket`, with consumers in another process than the test.
    TwoProcesses,
}

impl Driver {
    fn backend(self) -> Backend {
        match self {
            Self::OwnSocket | Self::Tls | Self::Mounted => Backend::Memory,
            Self::TwoProcesses => Backend::Wired,
        }
    }
}

/// A server with the scripted consumer under `/ws/`.
pub(crate) struct Site {
    pub(crate) address: SocketAddr,
    pub(crate) layer: Layer,
    pub(crate) journal: Reader,
    pub(crate) handle: ServerHandle,
}

impl Site {
    pub(crate) fn start(driver: Driver, options: SocketOptions) -> Self {
        Self::start_with(driver, options, |server| server)
    }

    pub(crate) fn start_with(
        driver: Driver,
        options: SocketOptions,
        configure: impl FnOnce(Server) -> Server,
    ) -> Self {
        let (app, journal) = application();
        Self::run(driver, app, journal, options, configure)
    }

    /// A server with this application under `/ws/`.
    pub(crate) fn run(
        driver: Driver,
        app: impl IntoEndpoint,
        journal: Reader,
        options: SocketOptions,
        configure: impl FnOnce(Server) -> Server,
    ) -> Self {
        let app = channels::URLRouter::new().path("ws/", app).into_endpoint();
        let (layer, there) = driver.backend().processes(Bounds::new());
        let server = Server::new().workers(2).disable_signals();
        let server = match driver {
            Driver::OwnSocket | Driver::Tls | Driver::TwoProcesses => server
                .http(|| App::new().route("/", web::get().to(|| async { "a page" })))
                .websocket(app, &there, options),
            Driver::Mounted => server.http(move || {
                let route = mounted(app.clone(), &there, options.clone());
                App::new()
                    .service(web::resource("/ws/{tail:.*}").route(route))
                    .route("/", web::get().to(|| async { "a page" }))
            }),
        };
        let server = configure(server);
        let server = match driver {
            Driver::Tls => server.bind_rustls_0_23((tls::ADDRESS, 0), tls::server()),
            Driver::OwnSocket | Driver::Mounted | Driver::TwoProcesses => {
                server.bind(("127.0.0.1", 0))
            }
        };
        let server = server.expect("a free port");
        let address = server.addrs()[0];
        let running = server.run();
        let handle = running.handle();
        actix_web::rt::spawn(running);
        Self {
            address,
            layer,
            journal,
            handle,
        }
    }

    pub(crate) async fn stop(self) -> Reader {
        self.handle.stop(false).await;
        self.journal
    }

    pub(crate) async fn open(&self, path: &str) -> Client {
        let mut client = Client::dial(self.address).await;
        let (status, _) = client.handshake(path, "").await;
        assert_eq!(status, 101);
        client
    }
}

/// One TCP connection with nothing between the test and the bytes.
pub(crate) struct Client {
    stream: Box<dyn Stream>,
    buffer: Vec<u8>,
}

pub(crate) trait Stream: AsyncRead + AsyncWrite + Unpin {}

impl<T: AsyncRead + AsyncWrite + Unpin> Stream for T {}

pub(crate) type Headers = HashMap<String, String>;

pub(crate) const TEXT: u8 = 0x81;
pub(crate) const BINARY: u8 = 0x82;
pub(crate) const CLOSE: u8 = 0x88;
pub(crate) const PING: u8 = 0x89;
pub(crate) const PONG: u8 = 0x8a;

impl Client {
    pub(crate) async fn dial(address: SocketAddr) -> Self {
        let stream = TcpStream::connect(address).await;
        let stream = stream.expect("the server to listen");
        // What a test sends in pieces arrives in pieces, and at once.
        stream.set_nodelay(true).expect("an open connection");
        Self::speak(stream).await
    }

    /// A client whose kernel takes few bytes that it does not read.
    pub(crate) async fn dial_narrow(address: SocketAddr) -> Self {
        let socket = TcpSocket::new_v4().expect("a socket");
        socket.set_recv_buffer_size(4096).expect("a small buffer");
        let stream = socket.connect(address).await;
        Self::speak(stream.expect("the server to listen")).await
    }

    /// A site with TLS is known by its address.
    async fn speak(stream: TcpStream) -> Self {
        let peer = stream.peer_addr().expect("a connected socket");
        if peer.ip() == tls::ADDRESS {
            return Self::over(tls::connect(stream).await);
        }
        Self::over(stream)
    }

    pub(crate) fn over(stream: impl Stream + 'static) -> Self {
        Self {
            stream: Box::new(stream),
            buffer: Vec::new(),
        }
    }

    pub(crate) async fn send_raw(&mut self, bytes: &[u8]) {
        let sent = self.try_send_raw(bytes).await;
        sent.expect("an open connection");
    }

    /// Sends bytes that the server may no longer want.
    pub(crate) async fn try_send_raw(&mut self, bytes: &[u8]) -> std::io::Result<()> {
        let sending = async {
            self.stream.write_all(bytes).await?;
            self.stream.flush().await
        };
        timeout(PATIENCE, sending)
            .await
            .expect("the server to read or to refuse")
    }

    pub(crate) async fn handshake(&mut self, path: &str, extra: &str) -> (u16, Headers) {
        self.request(&format!(
            "GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: keep-alive, Upgrade\r\n\
             Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: {KEY}\r\n\
             {extra}\r\n"
        ))
        .await
    }

    pub(crate) async fn request(&mut self, head: &str) -> (u16, Headers) {
        self.request_raw(head.as_bytes()).await
    }

    pub(crate) async fn request_raw(&mut self, head: &[u8]) -> (u16, Headers) {
        self.send_raw(head).await;
        let end = loop {
            if let Some(at) = self.buffer.windows(4).position(|four| four == b"\r\n\r\n") {
                break at + 4;
            }
            assert!(self.fill().await, "the connection ended before the answer");
        };
        let head: Vec<u8> = self.buffer.drain(..end).collect();
        let head = String::from_utf8(head).expect("a textual head");
        let mut lines = head.lines();
        let status = lines.next().expect("a status line");
        let status = status
            .split(' ')
            .nth(1)
            .expect("a status")
            .parse()
            .expect("a number");
        let headers = lines.filter_map(|line| line.split_once(": "));
        let headers = headers.map(|(name, value)| (name.to_ascii_lowercase(), value.to_owned()));
        (status, headers.collect())
    }

    /// Says that nothing more will be sent.
    pub(crate) async fn finish(&mut self) {
        self.stream.shutdown().await.expect("an open connection");
    }

    /// The bytes until the end of the connection.
    pub(crate) async fn rest_raw(&mut self) -> Vec<u8> {
        while self.fill().await {}
        std::mem::take(&mut self.buffer)
    }

    pub(crate) async fn rest(&mut self) -> String {
        String::from_utf8(self.rest_raw().await).expect("UTF-8")
    }

    /// Takes the body of an answer, which must be this.
    pub(crate) async fn drop_body(&mut self, body: &str) {
        while self.buffer.len() < body.len() {
            assert!(self.fill().await, "the connection ended in the body");
        }
        let got: Vec<u8> = self.buffer.drain(..body.len()).collect();
        assert_eq!(got, body.as_bytes());
    }

    /// Reads more; false at the end of the connection.
    async fn fill(&mut self) -> bool {
        let mut chunk = [0; 16 * 1024];
        let read = timeout(PATIENCE, self.stream.read(&mut chunk)).await;
        match read.expect("bytes, or the end, in time") {
            Ok(0) | Err(_) => false,
            Ok(len) => {
                self.buffer.extend_from_slice(&chunk[..len]);
                true
            }
        }
    }

    pub(crate) async fn send(&mut self, first: u8, payload: &[u8]) {
        self.send_raw(&frame(first, payload)).await;
    }

    pub(crate) async fn text(&mut self, text: &str) {
        self.send(TEXT, text.as_bytes()).await;
    }

    /// The next frame that is not a ping: first byte and payload. `None` at the end.
    pub(crate) async fn receive(&mut self) -> Option<(u8, Vec<u8>)> {
        loop {
            let (first, payload) = self.receive_any().await?;
            if first != PING {
                return Some((first, payload));
            }
        }
    }

    pub(crate) async fn receive_any(&mut self) -> Option<(u8, Vec<u8>)> {
        loop {
            if let Some((head, len)) = frame_size(&self.buffer)
                && self.buffer.len() >= head + len
            {
                let frame: Vec<u8> = self.buffer.drain(..head + len).collect();
                return Some((frame[0], frame[head..].to_vec()));
            }
            if !self.fill().await {
                return None;
            }
        }
    }

    pub(crate) async fn receive_text(&mut self) -> String {
        let (first, payload) = self.receive().await.expect("a frame before the end");
        assert_eq!(first, TEXT, "{payload:?}");
        String::from_utf8(payload).expect("UTF-8")
    }

    /// The close code of the next frame, which must be a Close, and that the connection ends.
    pub(crate) async fn expect_close(&mut self) -> Option<u16> {
        let (first, payload) = self.receive().await.expect("a Close before the end");
        assert_eq!(first, CLOSE, "{payload:?}");
        // The server lingers for a peer that might still be sending.
        let _ = self.stream.shutdown().await;
        assert_eq!(self.receive().await, None, "nothing after a Close");
        payload.first_chunk().copied().map(u16::from_be_bytes)
    }

    /// Whether the connection ends without another frame but pings.
    pub(crate) async fn is_cut(&mut self) -> bool {
        self.receive().await.is_none()
    }
}

/// A masked frame.
pub(crate) fn frame(first: u8, payload: &[u8]) -> Vec<u8> {
    let mask = [0x37, 0xfa, 0x21, 0x3d];
    let mut bytes = vec![first];
    match payload.len() {
        len @ 0..126 => bytes.push(0x80 | len as u8),
        len @ 126..65_536 => {
            bytes.push(0xfe);
            bytes.extend((len as u16).to_be_bytes());
        }
        len => {
            bytes.push(0xff);
            bytes.extend((len as u64).to_be_bytes());
        }
    }
    bytes.extend(mask);
    let masked = payload.iter().enumerate();
    bytes.extend(masked.map(|(at, byte)| byte ^ mask[at % 4]));
    bytes
}

/// Header and payload length of an unmasked frame, if the header is whole.
fn frame_size(bytes: &[u8]) -> Option<(usize, usize)> {
    match *bytes.get(1)? {
        126 => Some((
            4,
            u16::from_be_bytes(*bytes.get(2..)?.first_chunk()?).into(),
        )),
        127 => {
            let len = u64::from_be_bytes(*bytes.get(2..)?.first_chunk()?);
            Some((10, len.try_into().ok()?))
        }
        len => Some((2, len.into())),
    }
}
