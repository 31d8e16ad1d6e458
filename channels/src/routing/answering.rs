//! Hooks of middleware on the answer to a handshake, and to close the connection later.

use std::time::Duration;

use futures_util::future::LocalBoxFuture;
use tokio::time::timeout;

use crate::answer::Deny;
use crate::event::CloseCode;
use crate::layers::ChannelReceiver;

/// Headers for the answer, or another answer instead.
pub(crate) type AnswerHeaders = Result<Vec<(String, String)>, Deny>;

/// Runs when the status of the answer is known and before it is sent.
pub(crate) type AnswerHook = Box<dyn FnOnce(u16) -> LocalBoxFuture<'static, AnswerHeaders>>;

/// Runs the hooks in order, each with a time limit.
pub(crate) async fn run_hooks(
    hooks: Vec<AnswerHook>,
    status: u16,
    limit: Duration,
) -> AnswerHeaders {
    let mut headers = Vec::new();
    for hook in hooks {
        let Ok(more) = timeout(limit, hook(status)).await else {
            log::warn!(target: "channels::middleware", "middleware took too long with an answer");
            return Err(Deny::overloaded());
        };
        headers.extend(more?);
    }
    Ok(headers)
}

/// Closes a connection as soon as a message arrives on a separate channel.
pub(crate) struct Closer {
    pub(crate) channel: ChannelReceiver,
    pub(crate) code: CloseCode,
    pub(crate) reason: String,
}
