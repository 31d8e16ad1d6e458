//! The limit of connections of an address, over all workers; each end of one makes room.

use std::net::SocketAddr;

use channels::{Server, SocketOptions};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::time::timeout;

use crate::scripted::PATIENCE;
use crate::sockets::{Driver, KEY, Site};

const PAGE: &str = "GET / HTTP/1.1\r\nHost: x\r\n\r\n";
const MOST: usize = 3;

fn site(configure: impl FnOnce(Server) -> Server) -> Site {
    Site::start_with(Driver::OwnSocket, SocketOptions::new(), |server| {
        // Idle connections are held for as long as the test takes, also on a busy machine.
        configure(server.keep_alive(PATIENCE))
    })
}

/// A new connection that got a page; nothing if it was closed before that.
async fn try_page(address: SocketAddr) -> Option<TcpStream> {
    let asking = async {
        let mut stream = TcpStream::connect(address).await.ok()?;
        stream.write_all(PAGE.as_bytes()).await.ok()?;
        let mut answer = [0; 12];
        stream.read_exact(&mut answer).await.ok()?;
        assert_eq!(&answer, b"HTTP/1.1 200");
        Some(stream)
    };
    let asked = timeout(PATIENCE, asking).await;
    asked.expect("a page, or the end of the connection")
}

/// Waits until the server has noticed the end of a connection.
async fn once_there_is_room(address: SocketAddr) -> TcpStream {
    let asking = async {
        loop {
            if let Some(stream) = try_page(address).await {
                return stream;
            }
            tokio::task::yield_now().await;
        }
    };
    timeout(PATIENCE, asking).await.expect("room in time")
}

#[actix_web::test]
async fn one_connection_more_is_closed_and_every_end_makes_room() {
    let site = site(|server| server.connections_per_address(MOST, |_| false));
    let mut held = Vec::new();
    for _ in 0..MOST {
        held.push(try_page(site.address).await.expect("room"));
    }
    assert!(try_page(site.address).await.is_none());

    let last_page = PAGE.replace("\r\n\r\n", "\r\nConnection: close\r\n\r\n");
    let denied = format!(
        "GET /ws/deny/ HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\
         Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: {KEY}\r\n\r\n"
    );
    for (end, last_words) in [
        ("the client goes without a word", ""),
        ("the answer is the last one", &last_page),
        ("what comes is no request", "no request\r\n\r\n"),
        ("the handshake is refused", &denied),
    ] {
        let mut ending = held.pop().expect("a connection");
        ending.write_all(last_words.as_bytes()).await.expect(end);
        if !last_words.is_empty() {
            let mut rest = Vec::new();
            let closed = timeout(PATIENCE, ending.read_to_end(&mut rest)).await;
            assert!(closed.is_ok(), "{end}");
        }
        drop(ending);
        held.push(once_there_is_room(site.address).await);
        assert!(try_page(site.address).await.is_none(), "{end}");
    }
}

#[actix_web::test]
async fn a_socket_does_not_count_once_it_is_open() {
    let site = site(|server| server.connections_per_address(1, |_| false));
    let mut sockets = Vec::new();
    for _ in 0..4 {
        sockets.push(site.open("/ws/accept/").await);
    }
    let _held = once_there_is_room(site.address).await;
    assert!(try_page(site.address).await.is_none());
    for socket in &mut sockets {
        socket.text("hello").await;
        assert_eq!(socket.receive_text().await, "hello");
    }
}

#[actix_web::test]
async fn peers_that_are_exempt_have_no_limit() {
    let site = site(|server| server.connections_per_address(1, |peer| peer.is_loopback()));
    let mut held = Vec::new();
    for _ in 0..5 {
        held.push(try_page(site.address).await.expect("no limit"));
    }
}
