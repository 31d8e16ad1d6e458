//! One client: its handshake, and then frames in and out without ever waiting.

use std::io::{self, ErrorKind, Read as _, Write as _};
use std::net::{IpAddr, Ipv4Addr, SocketAddr, TcpStream};
use std::time::Duration;

use anyhow::{Context as _, Result, bail};
use socket2::{Domain, Socket, Type};
use url::Url;

use crate::frames;

/// Any 16 bytes do: what it guards against are caches of the last century.
const KEY: &str = "dGhlIHNhbXBsZSBub25jZQ==";
const LONGEST_ANSWER: usize = 16 * 1024;
const HANDSHAKE_TIMEOUT: Duration = Duration::from_secs(10);
/// Connections from one source address, well below the number of ports that it has.
const SOCKETS_PER_SOURCE: usize = 20_000;

/// Where to connect to, and what to say there.
#[derive(Clone, Debug)]
pub(crate) struct Target {
    address: SocketAddr,
    host: String,
    path: String,
    headers: Vec<String>,
}

impl Target {
    /// A target behind `ws://host:port/path`, on a loopback address only: this tool makes load.
    pub(crate) fn new(url: &str, headers: Vec<String>) -> Result<Self> {
        let url = Url::parse(url).with_context(|| url.to_owned())?;
        if url.scheme() != "ws" {
            bail!("only ws:// addresses can be measured, not {url}");
        }
        let address = *url
            .socket_addrs(|| Some(80))?
            .first()
            .context("no address")?;
        if !address.ip().is_loopback() {
            bail!("{address} is not on this machine: load goes to loopback addresses only");
        }
        let (host, port) = (url.host_str().unwrap_or_default(), address.port());
        Ok(Self {
            address,
            host: format!("{host}:{port}"),
            path: url.path().to_owned(),
            headers,
        })
    }

    /// The same place for somebody else.
    pub(crate) fn with_headers(self, headers: Vec<String>) -> Self {
        Self { headers, ..self }
    }

    /// The request of a handshake, with `{room}` in the path replaced.
    fn handshake(&self, room: usize) -> String {
        let path = self.path.replace("%7Broom%7D", &room.to_string());
        let mut request = format!("GET {path} HTTP/1.1\r\nHost: {}\r\n", self.host);
        request += "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n";
        request += &format!("Sec-WebSocket-Key: {KEY}\r\n");
        for header in &self.headers {
            request += &format!("{header}\r\n");
        }
        request + "\r\n"
    }
}

/// An open connection.
#[derive(Debug)]
pub(crate) struct Client {
    pub(crate) stream: mio::net::TcpStream,
    pub(crate) room: usize,
    /// The beginning of a frame whose rest is still to come.
    rest: Vec<u8>,
    unsent: Vec<u8>,
    pub(crate) is_open: bool,
}

impl Client {
    /// Connects and waits for the 101; `index` chooses the source address.
    pub(crate) fn connect(target: &Target, room: usize, index: usize) -> Result<Self> {
        let mut stream = dial(target.address, index)?;
        stream.set_read_timeout(Some(HANDSHAKE_TIMEOUT))?;
        stream.set_nodelay(true)?;
        stream.write_all(target.handshake(room).as_bytes())?;
        let rest = read_answer(&mut stream)?;
        stream.set_nonblocking(true)?;
        Ok(Self {
            stream: mio::net::TcpStream::from_std(stream),
            room,
            rest,
            unsent: Vec::new(),
            is_open: true,
        })
    }

    /// Queues a frame and writes what the socket takes.
    pub(crate) fn send(&mut self, opcode: u8, payload: &[u8]) {
        frames::write(&mut self.unsent, opcode, payload);
        self.flush();
    }

    /// Writes what waits.
    pub(crate) fn flush(&mut self) {
        while !self.unsent.is_empty() {
            match self.stream.write(&self.unsent) {
                Ok(written) => drop(self.unsent.drain(..written)),
                Err(wait) if wait.kind() == ErrorKind::WouldBlock => return,
                Err(retry) if retry.kind() == ErrorKind::Interrupted => {}
                Err(_) => {
                    self.is_open = false;
                    return;
                }
            }
        }
    }

    /// Reads all there is and gives each message to `heard`.
    pub(crate) fn receive(&mut self, buffer: &mut [u8], mut heard: impl FnMut(&[u8])) {
        loop {
            match self.stream.read(buffer) {
                Ok(0) => {
                    self.is_open = false;
                    return;
                }
                Ok(read) => {
                    self.take(&buffer[..read], &mut heard);
                    if read < buffer.len() {
                        return;
                    }
                }
                Err(wait) if wait.kind() == ErrorKind::WouldBlock => return,
                Err(retry) if retry.kind() == ErrorKind::Interrupted => {}
                Err(_) => {
                    self.is_open = false;
                    return;
                }
            }
        }
    }

    fn take(&mut self, fresh: &[u8], heard: &mut impl FnMut(&[u8])) {
        if self.rest.is_empty() {
            let used = self.take_frames(fresh, heard);
            self.rest.extend_from_slice(&fresh[used..]);
            return;
        }
        let mut bytes = std::mem::take(&mut self.rest);
        bytes.extend_from_slice(fresh);
        let used = self.take_frames(&bytes, heard);
        bytes.drain(..used);
        self.rest = bytes;
    }

    fn take_frames(&mut self, bytes: &[u8], heard: &mut impl FnMut(&[u8])) -> usize {
        let mut used = 0;
        while let Some((opcode, payload, len)) = frames::read(&bytes[used..]) {
            match opcode {
                frames::TEXT | frames::BINARY => heard(payload),
                frames::PING => self.send(frames::PONG, payload),
                frames::CLOSE => self.is_open = false,
                _ => {}
            }
            used += len;
        }
        used
    }
}

fn dial(address: SocketAddr, index: usize) -> io::Result<TcpStream> {
    let socket = Socket::new(Domain::for_address(address), Type::STREAM, None)?;
    if address.is_ipv4() {
        let source = SocketAddr::new(source(std::process::id(), index), 0);
        socket.bind(&source.into())?;
    }
    socket.connect(&address.into())?;
    Ok(socket.into())
}

/// The loopback address from which a process opens this socket. Each process has its own, for a
/// port that an earlier run has used is not free for a minute.
fn source(process: u32, index: usize) -> IpAddr {
    let [.., high, low] = process.to_be_bytes();
    let last = 1 + (index / SOCKETS_PER_SOURCE) as u8;
    IpAddr::V4(Ipv4Addr::new(127, high, low, last))
}

/// Reads the answer of a handshake; gives what came behind it.
fn read_answer(stream: &mut TcpStream) -> Result<Vec<u8>> {
    let mut answer = Vec::new();
    let mut chunk = [0; 4096];
    loop {
        let read = stream.read(&mut chunk)?;
        if read == 0 {
            bail!("the server hung up in the handshake");
        }
        answer.extend_from_slice(&chunk[..read]);
        let mut headers = [httparse::EMPTY_HEADER; 64];
        let mut response = httparse::Response::new(&mut headers);
        if let httparse::Status::Complete(end) = response.parse(&answer)? {
            return match response.code {
                Some(101) => Ok(answer.split_off(end)),
                code => bail!(
                    "the handshake was answered with {}",
                    code.unwrap_or_default()
                ),
            };
        }
        if answer.len() > LONGEST_ANSWER {
            bail!("the answer of the handshake has no end");
        }
    }
}

#[cfg(test)]
mod tests {
    use std::net::TcpListener;
    use std::thread;

    use super::*;

    fn target(url: &str) -> Result<Target> {
        Target::new(url, vec!["Cookie: a=b".to_owned()])
    }

    #[test]
    fn load_goes_to_this_machine_only() {
        for url in [
            "ws://127.0.0.1:8001/",
            "ws://[::1]:8001/",
            "ws://127.5.5.5/",
        ] {
            target(url).unwrap();
        }
        for url in [
            "ws://192.0.2.1/",
            "wss://127.0.0.1/",
            "http://127.0.0.1/",
            "nowhere",
        ] {
            assert!(target(url).is_err(), "{url}");
        }
    }

    #[test]
    fn a_handshake_names_its_room_and_carries_the_headers() {
        let target = target("ws://127.0.0.1:8001/ws/chat/{room}/").unwrap();
        let request = target.handshake(7);
        assert!(request.starts_with("GET /ws/chat/7/ HTTP/1.1\r\nHost: 127.0.0.1:8001\r\n"));
        assert!(request.ends_with("Cookie: a=b\r\n\r\n"));
    }

    #[test]
    fn each_process_has_source_addresses_of_its_own_and_enough_of_them() {
        assert!(source(1, 0).is_loopback());
        assert_ne!(source(0x1234, 0), source(0x1235, 0));
        assert_ne!(source(1, 0), source(1, SOCKETS_PER_SOURCE));
        assert_eq!(source(1, 0), source(1, SOCKETS_PER_SOURCE - 1));
    }

    /// A client of a server that gives this answer and then hangs up.
    fn client_of(answer: &'static [u8]) -> Result<Client> {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("ws://{}/", listener.local_addr().unwrap());
        let server = thread::spawn(move || {
            let (mut stream, _) = listener.accept().unwrap();
            assert!(stream.read(&mut [0; 1024]).unwrap() > 0);
            stream.write_all(answer).unwrap();
        });
        let client = Client::connect(&target(&url).unwrap(), 0, 0);
        server.join().unwrap();
        client
    }

    #[test]
    fn what_comes_behind_the_answer_is_not_lost() {
        let frames = b"HTTP/1.1 101 Switching Protocols\r\n\r\n\x81\x02hi\x81\x03yo";
        let mut client = client_of(frames).unwrap();
        let mut heard = Vec::new();
        client.take(b"u", &mut |message| heard.push(message.to_vec()));
        assert_eq!(heard, [b"hi".to_vec(), b"you".to_vec()]);
    }

    #[test]
    fn a_refused_handshake_is_an_error_that_names_the_status() {
        let failure = client_of(b"HTTP/1.1 403 Forbidden\r\n\r\n").unwrap_err();
        assert!(failure.to_string().contains("403"), "{failure}");
        assert!(client_of(b"HTTP/1.1 101").is_err());
    }
}
