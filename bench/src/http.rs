//! A cheap keep-alive HTTP/1.1 client: one request at a time on one connection.

use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

use anyhow::{Result, bail, ensure};

const TIMEOUT: Duration = Duration::from_secs(30);
const MAX_HEADERS: usize = 64;
const READ_BYTES: usize = 64 * 1024;

/// An open connection.
#[derive(Debug)]
pub(crate) struct Connection {
    pub(crate) stream: TcpStream,
    address: SocketAddr,
    /// Bytes after the last response.
    pub(crate) rest: Vec<u8>,
}

/// A complete response, with its body as received.
#[derive(Debug)]
pub(crate) struct Response {
    pub(crate) status: u16,
    headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
    /// Length of the whole response.
    pub(crate) wire_bytes: usize,
}

impl Response {
    /// The values of a header.
    pub(crate) fn header(&self, name: &str) -> impl Iterator<Item = &str> {
        let headers = self.headers.iter();
        let named = headers.filter(move |(known, _)| known.eq_ignore_ascii_case(name));
        named.map(|(_, value)| value.as_str())
    }
}

impl Connection {
    pub(crate) fn open(address: SocketAddr) -> Result<Self> {
        Self::over(TcpStream::connect(address)?, address)
    }

    /// Uses a connected stream.
    pub(crate) fn over(stream: TcpStream, address: SocketAddr) -> Result<Self> {
        stream.set_nodelay(true)?;
        stream.set_read_timeout(Some(TIMEOUT))?;
        let rest = Vec::new();
        Ok(Self {
            stream,
            address,
            rest,
        })
    }

    /// Requests a page; `headers` are complete lines, each with its line break.
    pub(crate) fn get(&mut self, path: &str, headers: &str) -> Result<Response> {
        let host = self.address;
        self.send(&format!(
            "GET {path} HTTP/1.1\r\nHost: {host}\r\n{headers}\r\n"
        ))
    }

    /// Sends a form, as the site's own page would.
    pub(crate) fn post(&mut self, path: &str, headers: &str, form: &str) -> Result<Response> {
        let (host, length) = (self.address, form.len());
        self.send(&format!(
            "POST {path} HTTP/1.1\r\nHost: {host}\r\nOrigin: http://{host}\r\n\
             Sec-Fetch-Site: same-origin\r\nContent-Length: {length}\r\n\
             Content-Type: application/x-www-form-urlencoded\r\n{headers}\r\n{form}"
        ))
    }

    fn send(&mut self, request: &str) -> Result<Response> {
        self.stream.write_all(request.as_bytes())?;
        let mut response = loop {
            if let Some(response) = self.take_head()? {
                break response;
            }
            self.read_more()?;
        };
        let is_chunked = response.header("transfer-encoding").next().is_some();
        ensure!(!is_chunked, "chunked responses cannot be measured");
        let length = response
            .header("content-length")
            .next()
            .unwrap_or("0")
            .parse()?;
        while self.rest.len() < length {
            self.read_more()?;
        }
        response.body = self.rest.drain(..length).collect();
        response.wire_bytes += length;
        Ok(response)
    }

    fn take_head(&mut self) -> Result<Option<Response>> {
        let mut headers = [httparse::EMPTY_HEADER; MAX_HEADERS];
        let mut head = httparse::Response::new(&mut headers);
        let httparse::Status::Complete(end) = head.parse(&self.rest)? else {
            return Ok(None);
        };
        let headers = head.headers.iter().map(|header| {
            let value = String::from_utf8_lossy(header.value);
            (header.name.to_owned(), value.into_owned())
        });
        let response = Response {
            status: head.code.unwrap_or_default(),
            headers: headers.collect(),
            body: Vec::new(),
            wire_bytes: end,
        };
        self.rest.drain(..end);
        Ok(Some(response))
    }

    fn read_more(&mut self) -> Result<()> {
        let have = self.rest.len();
        self.rest.resize(have + READ_BYTES, 0);
        let read = self.stream.read(&mut self.rest[have..])?;
        self.rest.truncate(have + read);
        if read == 0 {
            bail!("the server hung up before its response was whole");
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::net::TcpListener;
    use std::thread;

    use super::*;

    #[test]
    fn bodies_are_read_whole_and_the_connection_goes_on() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let server = thread::spawn(move || {
            let (mut stream, _) = listener.accept().unwrap();
            for answer in [
                "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nX-A: b\r\n\r\nhello",
                "HTTP/1.1 303 See\r\nLocation: /x/\r\n\r\n",
            ] {
                assert!(stream.read(&mut [0; 1024]).unwrap() > 0);
                stream.write_all(answer.as_bytes()).unwrap();
            }
        });
        let mut connection = Connection::open(address).unwrap();
        let page = connection.get("/", "").unwrap();
        assert_eq!((page.status, &page.body[..]), (200, &b"hello"[..]));
        assert_eq!(page.header("x-a").collect::<Vec<_>>(), ["b"]);
        assert_eq!(connection.post("/", "", "a=b").unwrap().status, 303);
        server.join().unwrap();
    }
}
