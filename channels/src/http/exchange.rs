//! From a request to its response: middleware, router, body, consumer, head.
//!
//! Shared by `mounted.rs` and the test kit.

use std::rc::Rc;

use bytes::Bytes;

use super::options::HttpOptions;
use super::pump::{Parts, Pump};
use crate::answer::{Deny, ResponseHead};
use crate::connection::Answer;
use crate::event::Frame;
use crate::launch::{find, start};
use crate::layers::Layer;
use crate::routing::{Endpoint, run_hooks};
use crate::scope::Scope;
use crate::socket::{Entry, KillHandle};

/// The application, and the data of one connection.
pub(crate) struct Exchange<'a> {
    pub(crate) app: &'a Endpoint,
    pub(crate) layer: &'a Layer,
    pub(crate) options: &'a HttpOptions,
    pub(crate) kill: KillHandle,
    pub(crate) entry: Option<Rc<Entry>>,
}

/// A response that has begun.
pub(crate) struct Responding {
    pub(crate) head: ResponseHead,
    pub(crate) parts: Parts,
}

/// Calls the application. The body is read after the middleware has accepted the request. When it
/// is complete, the consumer is created, and runs in a task of its own.
pub(crate) async fn open(
    exchange: Exchange<'_>,
    scope: Scope,
    body: impl Future<Output = Result<Bytes, Deny>>,
) -> Result<Responding, Deny> {
    let Exchange {
        app,
        layer,
        options,
        kill,
        entry,
    } = exchange;
    let limits = Rc::new(options.limits());
    let connecting = find(app, scope, &limits).await?;
    let body = body.await?;
    // The task detects an overflow of the channel itself, because it is always polled.
    let mut launched = start(connecting, layer, &limits, || {}).await?;
    let mut headers = std::mem::take(&mut launched.headers);
    let hooks = launched.take_hooks();
    if let Some(runner) = launched.attached.runner() {
        runner.receive(Frame::Binary(body));
    }
    let mut parts = Pump::start(launched, options, kill, entry, None);
    let limit = limits.connect;
    match parts.answer().await {
        Answer::Deny(mut deny) => {
            headers.extend(run_hooks(hooks, deny.status, limit).await?);
            headers.append(&mut deny.headers);
            deny.headers = headers;
            Err(deny)
        }
        Answer::Accept(_) => {
            let mut head = parts.take_head();
            headers.extend(run_hooks(hooks, head.status, limit).await?);
            headers.append(&mut head.headers);
            head.headers = headers;
            Ok(Responding { head, parts })
        }
    }
}
