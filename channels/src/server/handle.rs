//! A running server, and the handle that stops it.

use std::fmt;
use std::future::pending;
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use futures_util::future::LocalBoxFuture;

use super::hooks::Hooks;
use crate::signals::stop_signal;
use crate::socket::{Farewell, Registry};

/// The future of a running server: must be polled for commands to have effect.
#[must_use = "a server only runs while it is awaited or spawned"]
pub struct RunningServer {
    serving: LocalBoxFuture<'static, io::Result<()>>,
    handle: ServerHandle,
}

/// Pauses and stops a server from any thread; clones refer to the same server.
#[derive(Clone)]
pub struct ServerHandle {
    pub(super) inner: actix_server::ServerHandle,
    pub(super) registry: Arc<Registry>,
    pub(super) farewell: Farewell,
    pub(super) shutdown_timeout: Duration,
}

impl RunningServer {
    /// The server starts when the result is first polled.
    pub(super) fn new(
        server: actix_server::Server,
        handle: ServerHandle,
        mut hooks: Hooks,
        signals: bool,
    ) -> Self {
        let stopper = handle.clone();
        Self {
            handle,
            serving: Box::pin(async move {
                hooks.start().await?;
                let served = if signals {
                    tokio::select! {
                        finished = server => finished,
                        () = stop_on_signal(stopper) => Ok(()),
                    }
                } else {
                    server.await
                };
                served.and(hooks.shut_down().await)
            }),
        }
    }

    /// The handle that stops this server.
    pub fn handle(&self) -> ServerHandle {
        self.handle.clone()
    }
}

impl Future for RunningServer {
    type Output = io::Result<()>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        self.serving.as_mut().poll(cx)
    }
}

impl ServerHandle {
    /// Stops the server.
    ///
    /// Gracefully: accepts no more connections, closes consumers with 1012 and waits until their
    /// `disconnect` has run, then lets requests finish; both wait at most
    /// [`Server::shutdown_timeout`](crate::Server::shutdown_timeout). Else: at once.
    pub async fn stop(&self, graceful: bool) {
        if graceful {
            self.inner.pause().await;
            self.registry
                .drain(self.farewell, self.shutdown_timeout)
                .await;
        }
        self.inner.stop(graceful).await;
    }

    /// Accepts no more connections until [`resume`](Self::resume).
    pub async fn pause(&self) {
        self.inner.pause().await;
    }

    /// Takes connections again.
    pub async fn resume(&self) {
        self.inner.resume().await;
    }

    /// The number of connections of consumers, from the handshake until `disconnect` has run.
    pub fn connections(&self) -> usize {
        self.registry.count()
    }
}

/// The first signal stops gracefully, the second at once.
async fn stop_on_signal(handle: ServerHandle) {
    stop_signal().await;
    log::info!(target: "channels::server", "stopping; a second signal stops at once");
    tokio::select! {
        () = handle.stop(true) => {}
        () = stop_signal() => handle.stop(false).await,
    }
    // The future of the server completes when it has ended.
    pending().await
}

impl fmt::Debug for RunningServer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RunningServer").finish_non_exhaustive()
    }
}

impl fmt::Debug for ServerHandle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ServerHandle")
            .field("connections", &self.connections())
            .finish_non_exhaustive()
    }
}
