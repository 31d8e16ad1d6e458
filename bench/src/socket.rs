//! One client: its handshake, and then frames in and out without blocking.

use std::io::{self, ErrorKind, Read as _, Write as _};
use std::net::{IpAddr, Ipv4Addr, SocketAddr, TcpStream};

use anyhow::{Result, ensure};
use socket2::{Domain, Socket, Type};

use crate::frames;
use crate::http::Connection;

/// The key may be any 16 bytes: it only protects against caches.
const UPGRADE: &str = "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n\
    Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n";
/// Connections from one source address, well below its number of ports.
const SOCKETS_PER_SOURCE: usize = 20_000;

/// Where to connect to, and the headers to send: complete lines, each with its line break.
#[derive(Clone, Debug)]
pub(crate) struct Target {
    pub(crate) address: SocketAddr,
    pub(crate) path: String,
    pub(crate) headers: String,
}

/// An open connection.
#[derive(Debug)]
pub(crate) struct Client {
    pub(crate) stream: mio::net::TcpStream,
    /// The beginning of an incomplete frame.
    rest: Vec<u8>,
    unsent: Vec<u8>,
    pub(crate) is_open: bool,
}

impl Client {
    /// Connects and waits for the 101; `index` chooses the source address.
    pub(crate) fn connect(target: &Target, index: usize) -> Result<Self> {
        let mut connection = Connection::over(dial(target.address, index)?, target.address)?;
        let headers = format!("{UPGRADE}{}", target.headers);
        let status = connection.get(&target.path, &headers)?.status;
        ensure!(status == 101, "the handshake was answered with {status}");
        let Connection {
            stream, mut rest, ..
        } = connection;
        rest.shrink_to_fit();
        stream.set_nonblocking(true)?;
        Ok(Self {
            stream: mio::net::TcpStream::from_std(stream),
            rest,
            unsent: Vec::new(),
            is_open: true,
        })
    }

    /// Queues a frame, and writes as much as the socket accepts.
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

    /// Reads everything available, and passes each message to `heard`.
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

/// The loopback address from which a process opens this socket. Each process has its own, because a
/// port of an earlier run is not free for a minute (`TIME_WAIT`).
fn source(process: u32, index: usize) -> IpAddr {
    let [.., high, low] = process.to_be_bytes();
    let last = 1 + (index / SOCKETS_PER_SOURCE) as u8;
    IpAddr::V4(Ipv4Addr::new(127, high, low, last))
}

#[cfg(test)]
mod tests {
    use std::net::TcpListener;
    use std::thread;

    use super::*;

    #[test]
    fn each_process_has_source_addresses_of_its_own_and_enough_of_them() {
        assert!(source(1, 0).is_loopback());
        assert_ne!(source(0x1234, 0), source(0x1235, 0));
        assert_ne!(source(1, 0), source(1, SOCKETS_PER_SOURCE));
        assert_eq!(source(1, 0), source(1, SOCKETS_PER_SOURCE - 1));
    }

    /// A client of a server that sends this answer and then closes the connection, and its request.
    fn client_of(answer: &'static [u8]) -> (Result<Client>, String) {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let target = Target {
            address: listener.local_addr().unwrap(),
            path: "/ws/".to_owned(),
            headers: "Cookie: a=b\r\n".to_owned(),
        };
        let server = thread::spawn(move || {
            let (mut stream, _) = listener.accept().unwrap();
            let mut request = [0; 1024];
            let read = stream.read(&mut request).unwrap();
            stream.write_all(answer).unwrap();
            String::from_utf8_lossy(&request[..read]).into_owned()
        });
        let client = Client::connect(&target, 0);
        (client, server.join().unwrap())
    }

    #[test]
    fn what_comes_behind_the_answer_is_not_lost() {
        let frames = b"HTTP/1.1 101 Switching Protocols\r\n\r\n\x81\x02hi\x81\x03yo";
        let (client, request) = client_of(frames);
        assert!(request.ends_with("Cookie: a=b\r\n\r\n"), "{request}");
        let mut heard = Vec::new();
        client
            .unwrap()
            .take(b"u", &mut |message| heard.push(message.to_vec()));
        assert_eq!(heard, [b"hi".to_vec(), b"you".to_vec()]);
    }

    #[test]
    fn a_refused_handshake_is_an_error_that_names_the_status() {
        let failure = client_of(b"HTTP/1.1 403 Forbidden\r\n\r\n").0.unwrap_err();
        assert!(failure.to_string().contains("403"), "{failure}");
        assert!(client_of(b"HTTP/1.1 101").0.is_err());
    }
}
