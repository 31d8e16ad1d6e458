//! What an application does before a server takes its first connection and after its last one.
//!
//! ASGI's lifespan, which Daphne has not.

use std::io;

use futures_util::future::LocalBoxFuture;

type Hook = Box<dyn FnOnce() -> LocalBoxFuture<'static, io::Result<()>>>;

/// Run in the order in which they were given; the first failure ends it.
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
