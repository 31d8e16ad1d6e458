//! Hooks of an application before the first connection of a server and after its last one.
//!
//! ASGI's lifespan, which Daphne does not support.

use std::io;

use futures_util::future::LocalBoxFuture;

type Hook = Box<dyn FnOnce() -> LocalBoxFuture<'static, io::Result<()>>>;

/// Run in the order in which they were added; the first failure stops the start.
#[derive(Default)]
pub(super) struct Hooks {
    pub(super) startup: Vec<Hook>,
    pub(super) shutdown: Vec<Hook>,
}

impl Hooks {
    pub(super) async fn start(&mut self) -> io::Result<()> {
        for hook in self.startup.drain(..) {
            hook().await?;
        }
        Ok(())
    }

    /// Every hook runs, even if an earlier one failed; the first failure is the result.
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
