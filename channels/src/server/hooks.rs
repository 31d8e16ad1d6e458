//! What an application does before a server takes its first connection and after its last one.
//!
//! ASGI's lifespan, which Daphne has not.

use std::io;

use futures_util::future::LocalBoxFuture;

use super::Server;

pub(super) type Hook = Box<dyn FnOnce() -> LocalBoxFuture<'static, io::Result<()>>>;

/// Run in the order in which they were given; the first failure ends it.
#[derive(Default)]
pub(super) struct Hooks {
    startup: Vec<Hook>,
    shutdown: Vec<Hook>,
}

impl Hooks {
    pub(super) async fn start(&mut self) -> io::Result<()> {
        for hook in self.startup.drain(..) {
            hook().await?;
        }
        Ok(())
    }

    /// Every hook runs, whatever became of those before; the first failure is the result.
    pub(super) async fn shut_down(&mut self) -> io::Result<()> {
        let mut result = Ok(());
        for hook in self.shutdown.drain(..) {
            if let Err(failure) = hook().await {
                log::error!(target: "channels::server", "a shutdown hook failed: {failure}");
                result = result.and(Err(failure));
            }
        }
        result
    }
}

impl Server {
    /// Runs something before the first connection is taken, after the hooks given before: ASGI's
    /// `lifespan.startup`. If it fails, the server ends with its error.
    ///
    /// Clients that connect meanwhile wait.
    pub fn on_startup<F, R>(mut self, hook: F) -> Self
    where
        F: FnOnce() -> R + 'static,
        R: Future<Output = io::Result<()>> + 'static,
    {
        self.hooks.startup.push(Box::new(|| Box::pin(hook())));
        self
    }

    /// Runs something when the server has stopped and all its connections have ended, after the
    /// hooks given before: ASGI's `lifespan.shutdown`. The running server is over after the last
    /// one, and gives the first error of any.
    pub fn on_shutdown<F, R>(mut self, hook: F) -> Self
    where
        F: FnOnce() -> R + 'static,
        R: Future<Output = io::Result<()>> + 'static,
    {
        self.hooks.shutdown.push(Box::new(|| Box::pin(hook())));
        self
    }
}
