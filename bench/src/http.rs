//! A keep-alive HTTP/1.1 client that costs little: one request at a time on one connection.

use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

use anyhow::{Context as _, Result, bail};

const TIMEOUT: Duration = Duration::from_secs(30);
const MAX_HEADERS: usize = 64;
const READ_BYTES: usize = 64 * 1024;

/// An open connection.
#[derive(Debug)]
pub(crate) struct Connection {
    stream: TcpStream,
    address: SocketAddr,
    bytes: Vec<u8>,
}

/// A whole answer, its body as it came.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
    /// Length of the whole answer on the wire.
    pub(crate) wire_bytes: usize,
}

impl Answer {
    /// The values of a header.
    pub(crate) fn header(&self, name: &str) -> impl Iterator<Item = &str> {
        let headers = self.headers.iter();
        headers
            .filter(move |(known, _)| known.eq_ignore_ascii_case(name))
            .map(|(_, value)| value.as_str())
    }
}

/// How long a body is.
enum Length {
    Known(usize),
    Chunked,
}

impl Connection {
    pub(crate) fn open(address: SocketAddr) -> Result<Self> {
        let stream = TcpStream::connect(address)?;
        stream.set_nodelay(true)?;
        stream.set_read_timeout(Some(TIMEOUT))?;
        Ok(Self {
            stream,
            address,
            bytes: Vec::new(),
        })
    }

    /// Asks for a page; `headers` are whole lines, each with its line break.
    pub(crate) fn get(&mut self, path: &str, headers: &str) -> Result<Answer> {
        self.send(&format!(
            "GET {path} HTTP/1.1\r\nHost: {}\r\n{headers}\r\n",
            self.address
        ))
    }

    /// Sends a form, as the site's own page would.
    pub(crate) fn post(&mut self, path: &str, headers: &str, form: &str) -> Result<Answer> {
        let (host, length) = (self.address, form.len());
        self.send(&format!(
            "POST {path} HTTP/1.1\r\nHost: {host}\r\nOrigin: http://{host}\r\n\
             Sec-Fetch-Site: same-origin\r\nContent-Length: {length}\r\n\
             Content-Type: application/x-www-form-urlencoded\r\n{headers}\r\n{form}"
        ))
    }

    fn send(&mut self, request: &str) -> Result<Answer> {
        self.stream.write_all(request.as_bytes())?;
        let (mut answer, length) = loop {
            if let Some(head) = self.take_head()? {
                break head;
            }
            self.read_more()?;
        };
        match length {
            Length::Known(length) => answer.body = self.take(length)?,
            Length::Chunked => self.take_chunks(&mut answer)?,
        }
        answer.wire_bytes += answer.body.len();
        Ok(answer)
    }

    fn take_head(&mut self) -> Result<Option<(Answer, Length)>> {
        let mut headers = [httparse::EMPTY_HEADER; MAX_HEADERS];
        let mut response = httparse::Response::new(&mut headers);
        let httparse::Status::Complete(end) = response.parse(&self.bytes)? else {
            return Ok(None);
        };
        let text = |value: &[u8]| String::from_utf8_lossy(value).into_owned();
        let headers = response.headers.iter();
        let answer = Answer {
            status: response.code.unwrap_or_default(),
            headers: headers
                .map(|header| (header.name.to_owned(), text(header.value)))
                .collect(),
            body: Vec::new(),
            wire_bytes: end,
        };
        let chunked = answer.header("transfer-encoding").next().is_some();
        let length = match answer.header("content-length").next() {
            _ if chunked => Length::Chunked,
            Some(length) => Length::Known(length.parse()?),
            None => Length::Known(0),
        };
        self.bytes.drain(..end);
        Ok(Some((answer, length)))
    }

    fn take_chunks(&mut self, answer: &mut Answer) -> Result<()> {
        loop {
            let (start, length) = loop {
                let line = httparse::parse_chunk_size(&self.bytes);
                match line.ok().context("a chunk without a length")? {
                    httparse::Status::Complete((start, length)) => break (start, length),
                    httparse::Status::Partial => self.read_more()?,
                }
            };
            self.bytes.drain(..start);
            let chunk = self.take(usize::try_from(length)?)?;
            self.take(2)?;
            answer.wire_bytes += start + 2;
            if chunk.is_empty() {
                return Ok(());
            }
            answer.body.extend(chunk);
        }
    }

    fn take(&mut self, length: usize) -> Result<Vec<u8>> {
        while self.bytes.len() < length {
            self.read_more()?;
        }
        let rest = self.bytes.split_off(length);
        Ok(std::mem::replace(&mut self.bytes, rest))
    }

    fn read_more(&mut self) -> Result<()> {
        let have = self.bytes.len();
        self.bytes.resize(have + READ_BYTES, 0);
        let read = self.stream.read(&mut self.bytes[have..])?;
        self.bytes.truncate(have + read);
        if read == 0 {
            bail!("the server hung up before its answer was whole");
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
    fn bodies_of_both_kinds_are_read_whole_and_the_connection_goes_on() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let server = thread::spawn(move || {
            let (mut stream, _) = listener.accept().unwrap();
            let mut request = [0; 1024];
            for answer in [
                "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nX-A: b\r\n\r\nhello",
                "HTTP/1.1 404 No\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n",
                "HTTP/1.1 303 See\r\nLocation: /x/\r\nContent-Length: 0\r\n\r\n",
            ] {
                assert!(stream.read(&mut request).unwrap() > 0);
                stream.write_all(answer.as_bytes()).unwrap();
            }
        });
        let mut connection = Connection::open(address).unwrap();
        let first = connection.get("/", "").unwrap();
        assert_eq!((first.status, &first.body[..]), (200, &b"hello"[..]));
        assert_eq!(first.header("x-a").collect::<Vec<_>>(), ["b"]);
        let second = connection.get("/", "").unwrap();
        assert_eq!((second.status, &second.body[..]), (404, &b"abcde"[..]));
        assert_eq!(connection.post("/", "", "a=b").unwrap().status, 303);
        server.join().unwrap();
    }
}
