//! A consumer that does what its path and its client say, and keeps a journal of its life.

use std::collections::BTreeMap;
use std::fmt::Display;
use std::future::pending;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use channels::testing::WebsocketCommunicator;
use channels::{
    Accept, CloseCode, Context, Deny, Disconnect, Frame, GroupName, HandlerError, HandlerResult,
    IntoEndpoint, Scope, URLRouter, WebsocketConsumer,
};
use futures_util::StreamExt as _;
use serde::{Deserialize, Serialize};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::time::timeout;

/// Longer than anything here takes, also on a busy machine.
pub(crate) const PATIENCE: Duration = Duration::from_secs(20);

#[derive(Debug, Serialize, Deserialize)]
#[serde(tag = "type")]
pub(crate) enum Event {
    #[serde(rename = "chat.message")]
    Message { text: String },
    #[serde(rename = "timer.fired")]
    Fired { name: String },
}

/// How often a frame was made of each event whose text begins with `shared counted `.
static MADE: Mutex<BTreeMap<String, usize>> = Mutex::new(BTreeMap::new());

pub(crate) fn times_made(text: &str) -> usize {
    let made = MADE.lock().unwrap_or_else(PoisonError::into_inner);
    made.get(text).copied().unwrap_or_default()
}

pub(crate) fn message<T: Into<String>>(text: T) -> Event {
    Event::Message { text: text.into() }
}

/// A message that no consumer sees.
pub(crate) fn shared<T: Display>(text: T) -> Event {
    message(format!("shared {text}"))
}

pub(crate) fn group(name: &str) -> GroupName {
    GroupName::new(name).expect("test groups have valid names")
}

#[derive(Clone)]
pub(crate) struct Journal(UnboundedSender<String>);

impl Journal {
    fn note(&self, line: impl Into<String>) {
        // A test that reads no journal has dropped its end.
        let _ = self.0.send(line.into());
    }
}

pub(crate) struct Reader(UnboundedReceiver<String>);

impl Reader {
    /// Of consumers that keep no journal.
    pub(crate) fn of_nothing() -> Self {
        Self(unbounded_channel().1)
    }

    pub(crate) async fn next(&mut self) -> String {
        let line = timeout(PATIENCE, self.0.recv()).await;
        line.expect("a line in time")
            .expect("a journal that is still kept")
    }

    /// The lines up to the end of the last consumer and of the application.
    pub(crate) async fn rest(mut self) -> Vec<String> {
        let mut lines = Vec::new();
        let reading = async {
            while let Some(line) = self.0.recv().await {
                lines.push(line);
            }
        };
        timeout(PATIENCE, reading)
            .await
            .expect("every consumer to end");
        lines
    }

    pub(crate) fn is_empty(&mut self) -> bool {
        self.0.is_empty()
    }
}

pub(crate) struct Scripted {
    how: String,
    journal: Journal,
}

/// Waits for a message on a channel, whose name it sends to the client.
async fn pause(ctx: &mut Context<Scripted>) -> HandlerResult {
    let mut release = ctx.layer().new_channel().await?;
    ctx.send(release.name().to_string())?;
    release.next().await;
    Ok(ctx.send("resumed")?)
}

fn later(name: &str, ctx: &mut Context<Scripted>) {
    let name = name.to_owned();
    ctx.notify_later(Duration::from_millis(5), Event::Fired { name });
}

/// `/<how>/` for what `connect` does.
pub(crate) fn application() -> (impl IntoEndpoint, Reader) {
    let (sender, receiver) = unbounded_channel();
    let journal = Journal(sender);
    let router = URLRouter::new().path("<str:how>/", move |scope: &Scope| Scripted {
        how: scope.param("how").expect("the pattern names it"),
        journal: journal.clone(),
    });
    (router, Reader(receiver))
}

pub(crate) fn client(path: &str) -> (WebsocketCommunicator, Reader) {
    let (app, journal) = application();
    let client = WebsocketCommunicator::new(app, path).timeout(PATIENCE);
    (client, journal)
}

impl Drop for Scripted {
    fn drop(&mut self) {
        self.journal.note("dropped");
    }
}

impl Scripted {
    /// The event of groups.
    async fn tell(&self, command: &str, argument: &str, ctx: &mut Context<Self>) -> HandlerResult {
        let (to, text) = argument.split_once(' ').unwrap_or((argument, ""));
        let to = group(to);
        match command {
            "say" => {
                let report = ctx.group_send(&to, message(text)).await?;
                let (delivered, dropped) = (report.delivered, report.dropped);
                ctx.send(format!("said to {delivered}, lost {dropped}"))?;
            }
            "share" => {
                let report = ctx.group_send(&to, shared(text)).await?;
                ctx.send(format!("shared with {}", report.delivered))?;
            }
            _ => {
                for _ in 0..3 {
                    ctx.group_send(&to, message("again")).await?;
                }
            }
        }
        Ok(())
    }
}

impl WebsocketConsumer for Scripted {
    type Event = Event;

    fn groups(&self, scope: &Scope) -> Vec<GroupName> {
        let named = scope.query_string().strip_prefix("group=");
        named.map(group).into_iter().collect()
    }

    async fn connect(&mut self, ctx: &mut Context<Self>) -> Result<(), Deny> {
        match self.how.as_str() {
            "deny" => return Err(Deny::forbidden()),
            "busy" => {
                let busy = Deny::status(429).header("retry-after", "30");
                return Err(busy.text("Slow down"));
            }
            "banned" => return Err(Deny::after_accept(CloseCode::app(4001)?, "banned")),
            "broken" => return Err(std::io::Error::other("secret disk trouble").into()),
            "silent" => return Ok(()),
            "closing" => ctx.close(CloseCode::app(4002)?, "ignored before accept"),
            "panic" => panic!("connect panics"),
            "hang" => pending().await,
            "twice" => {
                ctx.accept(Accept::new())?;
                let second = ctx.accept(Accept::new());
                ctx.send(second.expect_err("the second accept fails").to_string())?;
            }
            "accept-close" => {
                ctx.accept(Accept::new())?;
                ctx.close(CloseCode::app(4003)?, "no room");
            }
            "greeting" => {
                ctx.accept(Accept::new().header("x-greeting", "hello"))?;
                ctx.send("welcome")?;
                ctx.send(bytes::Bytes::from_static(b""))?;
            }
            "early" => {
                let sent = ctx.send("too early");
                self.journal.note(format!("early send: {}", sent.is_err()));
                ctx.accept(Accept::new())?;
            }
            "protocol" => {
                let wanted = ctx.scope().query_string().to_owned();
                ctx.accept(Accept::new().subprotocol(wanted))?;
            }
            "headers" => {
                if ctx.scope().query_string() == "keep" {
                    ctx.keep_headers();
                }
                ctx.accept(Accept::new())?;
                ctx.send(headers(ctx.scope()))?;
            }
            "header" => ctx.accept(Accept::new().header("sec-websocket-accept", "mine"))?,
            "wait" => {
                self.journal.note("waiting");
                tokio::task::yield_now().await;
                ctx.accept(Accept::new())?;
            }
            _ => ctx.accept(Accept::new())?,
        }
        Ok(())
    }

    async fn receive(&mut self, frame: Frame, ctx: &mut Context<Self>) -> HandlerResult {
        let Frame::Text(text) = &frame else {
            return Ok(ctx.send(frame)?);
        };
        let (command, argument) = text.split_once(' ').unwrap_or((text, ""));
        match command {
            "panic" => panic!("receive panics"),
            "fail" => return Err(HandlerError::msg("receive fails")),
            "hang" => pending().await,
            "close" => {
                let (code, reason) = argument.split_once(' ').unwrap_or((argument, ""));
                ctx.close(CloseCode::new(code.parse()?)?, reason);
                let after = ctx.send("after the close");
                self.journal.note(format!("closed: {}", after.is_err()));
            }
            "note" => self.journal.note(argument),
            "headers" => ctx.send(headers(ctx.scope()))?,
            "name" => ctx.send(ctx.channel_name().to_string())?,
            "join" => ctx.group_add(&group(argument)).await?,
            "leave" => ctx.group_discard(&group(argument)).await?,
            "say" | "share" | "thrice" => self.tell(command, argument, ctx).await?,
            "pause" => pause(ctx).await?,
            "later" => later(argument, ctx),
            "every" => {
                let name = argument.to_owned();
                ctx.notify_interval(Duration::from_millis(5), move || {
                    let name = name.clone();
                    Event::Fired { name }
                });
            }
            "cancelled" => {
                let name = argument.to_owned();
                let timer = ctx.notify_later(Duration::from_millis(5), Event::Fired { name });
                ctx.cancel(timer);
            }
            "flood" => {
                for _ in 0..argument.parse()? {
                    ctx.send("x".repeat(1024))?;
                }
            }
            _ => ctx.send(frame)?,
        }
        Ok(())
    }

    fn forward(event: &Event) -> Option<Frame> {
        match event {
            Event::Message { text } if text == "shared panic" => panic!("forward panics"),
            Event::Message { text } if text.starts_with("shared counted ") => {
                let mut made = MADE.lock().unwrap_or_else(PoisonError::into_inner);
                *made.entry(text.clone()).or_default() += 1;
                Some(text.as_str().into())
            }
            Event::Message { text } if text.starts_with("shared ") => Some(text.as_str().into()),
            _ => None,
        }
    }

    async fn event(&mut self, event: Arc<Event>, ctx: &mut Context<Self>) -> HandlerResult {
        match &*event {
            Event::Message { text } if text == "panic" => panic!("event panics"),
            Event::Message { text } if text == "hang" => pending().await,
            Event::Message { text } if text == "pause" => pause(ctx).await?,
            Event::Message { text } if text == "later" => later("tea", ctx),
            Event::Message { text } if text == "close" => {
                ctx.send("bye")?;
                ctx.close(CloseCode::app(4004)?, "told to");
            }
            Event::Message { text } => ctx.send(format!("heard {text}"))?,
            Event::Fired { name } => ctx.send(format!("fired {name}"))?,
        }
        Ok(())
    }

    async fn disconnect(&mut self, why: Disconnect, ctx: &mut Context<Self>) {
        let Disconnect {
            code,
            reason,
            initiated_by,
        } = why;
        let groups = ctx.groups().count();
        self.journal.note(format!(
            "disconnect {code:?} {reason:?} {initiated_by:?}, in {groups} groups"
        ));
        if self.how == "clumsy" {
            panic!("disconnect panics");
        }
    }
}

/// How much of the handshake is still known.
fn headers(scope: &Scope) -> String {
    let cookies = scope.cookies().len();
    format!("{} headers, {cookies} cookies", scope.headers().count())
}
