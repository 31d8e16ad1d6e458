//! Turns a handshake into a running connection: middleware, router, channel, `connect`.
//!
//! The steps of every driver between reading a handshake and answering it.

use std::future::poll_fn;
use std::pin::pin;
use std::rc::Rc;
use std::task::Poll;
use std::time::Duration;

use tokio::time::{sleep, timeout};

use crate::answer::Deny;
use crate::connection::{Answer, Attached, Limits, Link, Runner};
use crate::error::WithSources;
use crate::layers::{ChannelSender, Layer};
use crate::observe;
use crate::routing::{AnswerHook, Connecting, Endpoint, Parts, run_hooks};
use crate::scope::Scope;

/// The log shows only the beginning of a path, which may be as long as a head.
const LOGGED_PATH_CHARS: usize = 200;

/// A connection whose consumer exists.
pub(crate) struct Launched {
    pub(crate) attached: Attached,
    pub(crate) link: Rc<Link>,
    /// The sending half of the consumer's channel.
    pub(crate) channel: ChannelSender,
    /// The headers and callbacks that middleware adds to a positive answer.
    pub(crate) headers: Vec<(String, String)>,
    hooks: Vec<AnswerHook>,
    subprotocol: Option<String>,
}

/// Routes to the consumer and opens its channel. `cut` runs, on any thread, when that overflows.
pub(crate) async fn launch(
    app: &Endpoint,
    scope: Scope,
    layer: &Layer,
    limits: &Rc<Limits>,
    cut: impl FnOnce() + Send + 'static,
) -> Result<Launched, Deny> {
    let connecting = find(app, scope, limits).await?;
    start(connecting, layer, limits, cut).await
}

/// Runs middleware and routers to find the consumer's factory; does not create the consumer.
pub(crate) async fn find(
    app: &Endpoint,
    scope: Scope,
    limits: &Limits,
) -> Result<Connecting, Deny> {
    let found = find_consumer(app, scope, limits.connect).await;
    found.inspect_err(|deny| observe::refused(deny.status))
}

/// Creates the consumer and opens its channel, as [`launch`] does.
pub(crate) async fn start(
    connecting: Connecting,
    layer: &Layer,
    limits: &Rc<Limits>,
    cut: impl FnOnce() + Send + 'static,
) -> Result<Launched, Deny> {
    let protocol = connecting.scope().protocol();
    let open = observe::Open::new(protocol);
    let layer = connecting.layer().unwrap_or(layer).clone();
    let receiver = layer.new_channel().await.inspect_err(|failure| {
        let failure = WithSources(failure);
        log::error!(target: "channels::layers", "could not open the channel of a connection: \
            {failure}");
    });
    let receiver = receiver.map_err(Deny::from);
    let mut receiver = receiver.inspect_err(|deny| observe::refused(deny.status))?;
    receiver.on_overflow(cut);
    let link = Rc::new(Link::new(protocol, Rc::clone(limits)));
    let (connection, added) = connecting.start(Parts {
        layer,
        name: receiver.name().clone(),
        link: Rc::clone(&link),
    });
    let channel = receiver.sender();
    let runner = Runner::new(connection, receiver, Rc::clone(&link));
    let runner = runner.ended_by(added.closers).counted_by(open);
    Ok(Launched {
        attached: Attached::new(runner, Rc::clone(&link)),
        link,
        channel,
        headers: added.headers,
        hooks: added.hooks,
        subprotocol: added.subprotocol,
    })
}

/// The beginning of a path, for the log.
fn shown(path: &str) -> String {
    path.chars().take(LOGGED_PATH_CHARS).collect()
}

async fn find_consumer(app: &Endpoint, scope: Scope, limit: Duration) -> Result<Connecting, Deny> {
    let path = shown(scope.path());
    let Ok(found) = timeout(limit, app.call(scope)).await else {
        log::warn!(target: "channels::middleware", "middleware timed out and was cancelled");
        return Err(Deny::overloaded());
    };
    found.inspect_err(|deny| {
        if deny.unrouted {
            log::info!(target: "channels::routing", "no route for {path:?}");
        } else if let Some(cause) = &deny.cause {
            let cause = WithSources(cause.cause());
            log::error!(target: "channels::middleware", "a middleware failed: {cause}");
        }
    })
}

impl Launched {
    /// Runs `connect` until it has answered, and then the callbacks of middleware for that answer.
    pub(crate) async fn answer(&mut self) -> Answer {
        let mut answer = self.answer_of_consumer().await;
        let status = match &answer {
            Answer::Accept(_) => 101,
            Answer::Deny(deny) => deny.status,
        };
        let more = run_hooks(self.take_hooks(), status, self.link.limits().connect).await;
        match (&mut answer, more) {
            (Answer::Accept(accept), Ok(more)) => {
                self.headers.extend(more);
                accept.subprotocol = accept.subprotocol.take().or(self.subprotocol.take());
            }
            (Answer::Deny(deny), Ok(more)) => deny.headers.extend(more),
            (_, Err(deny)) => answer = Answer::Deny(deny),
        }
        if let Answer::Deny(deny) = &answer {
            observe::refused(deny.status);
        }
        answer
    }

    /// Runs the callbacks of middleware for the answer, for drivers that answer by themselves.
    pub(crate) fn take_hooks(&mut self) -> Vec<AnswerHook> {
        std::mem::take(&mut self.hooks)
    }

    /// If it takes too long, it is cancelled, and the handshake is denied with 503.
    async fn answer_of_consumer(&mut self) -> Answer {
        let mut deadline = pin!(sleep(self.link.limits().connect));
        poll_fn(|cx| {
            let _ = self.attached.poll(cx);
            if self.link.is_answered() || deadline.as_mut().poll(cx).is_pending() {
                return self.link.take_answer().map_or(Poll::Pending, Poll::Ready);
            }
            self.link.cancel();
            let _ = self.attached.poll(cx);
            self.link.take_answer().map_or(Poll::Pending, Poll::Ready)
        })
        .await
    }
}
