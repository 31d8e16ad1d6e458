//! Handles the outcome of each handler of a connection.

use super::{Runner, Stage};
use crate::answer::Deny;
use crate::connection::Outcome;
use crate::error::{HandlerError, WithSources};
use crate::event::CloseCode;

impl Runner {
    pub(super) fn settle(&mut self, outcome: Outcome) {
        match self.stage {
            Stage::Connecting => self.settle_connect(outcome),
            Stage::Leaving => {
                self.idle = None;
                log_unfinished("disconnect", &outcome);
            }
            _ => self.settle_handler(outcome),
        }
    }

    fn settle_connect(&mut self, outcome: Outcome) {
        self.stage = Stage::Open;
        log_unfinished("connect", &outcome);
        match outcome {
            Outcome::Done if self.link.is_answered() || self.link.answers_later() => {}
            Outcome::Done => {
                log::warn!(
                    target: "channels::consumer",
                    "`connect` returned without `accept`; the handshake is denied",
                );
                self.link.deny(Deny::forbidden());
            }
            Outcome::Denied(deny) if deny.cause.as_ref().is_some_and(HandlerError::is_stop) => {
                self.link.close(CloseCode::NORMAL, "");
            }
            Outcome::Denied(deny) => {
                let noticed_the_end = |cause: &HandlerError| cause.is_closed();
                if let Some(cause) = deny.cause.as_ref().filter(|cause| !noticed_the_end(cause)) {
                    let cause = WithSources(cause.cause());
                    log::error!(target: "channels::consumer", "`connect` failed: {cause}");
                }
                self.link.deny(deny);
            }
            Outcome::Cancelled => self.link.deny(Deny::overloaded()),
            Outcome::Failed(cause) => self.link.deny(Deny::failed(cause)),
            Outcome::Panicked(text) => {
                self.link.deny(Deny::failed(HandlerError::msg(text)));
            }
        }
    }

    fn settle_handler(&mut self, outcome: Outcome) {
        log_unfinished("handler", &outcome);
        match outcome {
            Outcome::Done | Outcome::Denied(_) => return,
            Outcome::Failed(failure) if failure.is_stop() => {
                self.link.close(CloseCode::NORMAL, "");
                return;
            }
            // A send that fails because the connection has ended is not a failure of the handler.
            Outcome::Failed(failure) if failure.is_closed() && self.link.is_closing() => return,
            Outcome::Failed(failure) => {
                let cause = WithSources(failure.cause());
                log::error!(target: "channels::consumer", "a handler failed: {cause}");
            }
            Outcome::Panicked(_) | Outcome::Cancelled => {}
        }
        self.fail();
    }

    /// The consumer's state can no longer be trusted.
    pub(super) fn fail(&mut self) {
        self.inbox.clear();
        self.link.close(CloseCode::INTERNAL, "");
    }
}

fn log_unfinished(handler: &str, outcome: &Outcome) {
    match outcome {
        Outcome::Panicked(text) => {
            log::error!(target: "channels::consumer", "`{handler}` panicked: {text}");
        }
        Outcome::Cancelled => {
            log::warn!(target: "channels::consumer", "`{handler}` timed out and was cancelled");
        }
        Outcome::Done | Outcome::Denied(_) | Outcome::Failed(_) => {}
    }
}
