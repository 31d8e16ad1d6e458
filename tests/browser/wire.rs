//! The network between one browser and the site: a small TCP relay that a test can cut (no
//! network), make slow, or make one-way, so that requests arrive but no answers (the server dies in
//! between).
//!
//! Chromium's own offline switch does not affect open WebSockets, but the relay does.

use std::net::SocketAddr;
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{mpsc, watch};
use tokio::time::{Instant, sleep_until};

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    Whole,
    HoldingAnswers,
    /// A proxy that does not support WebSockets.
    RefusingSockets,
    Cut,
}

/// The network connection of one browser to the site.
pub(crate) struct Wire {
    /// The port to which the browser connects instead of the site.
    pub(crate) port: u16,
    state: watch::Sender<State>,
    latency: watch::Sender<Duration>,
}

impl Wire {
    /// Starts a working relay to the server at `site`.
    pub(crate) async fn to(site: SocketAddr) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let (state, watching) = watch::channel(State::Whole);
        let (latency, slow) = watch::channel(Duration::ZERO);
        tokio::spawn(async move {
            while let Ok((browser, _)) = listener.accept().await {
                tokio::spawn(relay(browser, site, watching.clone(), slow.clone()));
            }
        });
        Self {
            port,
            state,
            latency,
        }
    }

    /// Closes every connection, and every new one at once.
    pub(crate) fn cut(&self) {
        self.state.send_replace(State::Cut);
    }

    /// Delivers what the browser sends, but nothing that the server sends, from now on.
    pub(crate) fn hold_answers(&self) {
        self.state.send_replace(State::HoldingAnswers);
    }

    /// Closes every connection. New ones carry pages and forms, but are closed when they request a
    /// WebSocket.
    pub(crate) async fn refuse_sockets(&self) {
        self.cut();
        tokio::task::yield_now().await;
        self.state.send_replace(State::RefusingSockets);
    }

    /// Adds latency to everything that the server sends from now on. The bandwidth stays.
    pub(crate) fn add_latency(&self, latency: Duration) {
        self.latency.send_replace(latency);
    }

    /// Makes new connections work again.
    pub(crate) fn mend(&self) {
        self.state.send_replace(State::Whole);
    }
}

async fn relay(
    browser: TcpStream,
    site: SocketAddr,
    mut state: watch::Receiver<State>,
    latency: watch::Receiver<Duration>,
) {
    if *state.borrow() == State::Cut {
        return;
    }
    let Ok(server) = TcpStream::connect(site).await else {
        return;
    };
    // Disable Nagle's algorithm, so that small frames are not delayed.
    browser.set_nodelay(true).ok();
    server.set_nodelay(true).ok();
    let refuses = *state.borrow() == State::RefusingSockets;
    if refuses && asks_for_socket(&browser).await {
        return;
    }
    let (from_browser, to_browser) = browser.into_split();
    let (from_server, to_server) = server.into_split();
    let answers = state.clone();
    tokio::select! {
        () = async { tokio::join!(questions(from_browser, to_server), carry_answers(from_server, to_browser, answers, latency)); } => {}
        _ = state.wait_for(|state| *state == State::Cut) => {}
    }
}

/// Returns whether the connection requests a WebSocket. Browsers open a separate connection for
/// each socket, so its first bytes are enough.
async fn asks_for_socket(browser: &TcpStream) -> bool {
    let mut start = [0; 7];
    loop {
        match browser.peek(&mut start).await {
            Ok(0) | Err(_) => return false,
            Ok(7) => return &start == b"GET /ws",
            Ok(_) => tokio::task::yield_now().await,
        }
    }
}

async fn questions(mut from: OwnedReadHalf, mut to: OwnedWriteHalf) {
    tokio::io::copy(&mut from, &mut to).await.ok();
    to.shutdown().await.ok();
}

async fn carry_answers(
    mut from: OwnedReadHalf,
    mut to: OwnedWriteHalf,
    mut state: watch::Receiver<State>,
    latency: watch::Receiver<Duration>,
) {
    let (on_the_way, mut arriving) = mpsc::channel::<(Instant, Vec<u8>)>(1024);
    let sent = async move {
        let mut buffer = vec![0; 16 * 1024];
        while let Ok(length @ 1..) = from.read(&mut buffer).await {
            let due = Instant::now() + *latency.borrow();
            if (on_the_way.send((due, buffer[..length].to_vec())).await).is_err() {
                return;
            }
        }
    };
    let received = async move {
        while let Some((due, bytes)) = arriving.recv().await {
            sleep_until(due).await;
            let open = state
                .wait_for(|state| *state != State::HoldingAnswers)
                .await
                .is_ok();
            if !open || to.write_all(&bytes).await.is_err() {
                return;
            }
        }
        to.shutdown().await.ok();
    };
    tokio::join!(sent, received);
}
