//! A backend that joins two processes by a byte channel, and encodes everything that crosses it.
//!
//! Each process is one end, and hands its own share of a message to an in-memory backend. The
//! sender's process gets its messages at once, as bytes too, and the other end answers before a
//! call returns: so reports count the members of both. The queues are at the keeper, the first end.

use std::collections::{HashMap, HashSet, VecDeque};
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use channels::layers::{
    Bounds, ChannelLayer, Extension, InMemoryLayer, Inlet, LayerMessage, SendReport,
};
use channels::{ChannelName, GroupName, Layer, LayerError};
use futures_util::FutureExt as _;
use futures_util::future::BoxFuture;
use serde::{Deserialize, Serialize};
use serde_bytes::ByteBuf;
use tokio::sync::{Notify, oneshot};

/// Two processes on one layer.
pub(crate) struct Wired {
    pub(crate) keeper: Layer,
    pub(crate) other: Layer,
    /// Messages to groups that the keeper has brought to the other end.
    pub(crate) carried: Arc<AtomicUsize>,
}

impl Wired {
    pub(crate) fn new(bounds: Bounds) -> Self {
        let (to_other, from_keeper) = channel();
        let (to_keeper, from_other) = channel();
        let keeper = Wire::new(true, bounds.clone(), to_other, from_other);
        let other = Wire::new(false, bounds, to_keeper, from_keeper);
        Self {
            carried: Arc::clone(&keeper.end.carried),
            keeper: Layer::new(keeper),
            other: Layer::new(other),
        }
    }
}

#[derive(Debug, Serialize, Deserialize)]
enum Packet {
    Ask(u64, Ask),
    Answer(u64, Answer),
    Unsubscribe(String),
    /// There may be something to take.
    Filled,
}

#[derive(Debug, Serialize, Deserialize)]
enum Ask {
    Send(String, ByteBuf),
    Group(String, ByteBuf, Vec<String>),
    Subscribe(String),
    Take(String),
    AddQueue(String, String),
    DiscardQueue(String, String),
    Members(String),
    Waiting(String),
    Flush,
}

#[derive(Debug, Serialize, Deserialize)]
enum Answer {
    Done,
    Report(usize, usize),
    Taken(String, Option<ByteBuf>),
    Names(Vec<String>),
    Count(usize),
    Full(usize),
    Unknown,
}

/// One end, as a backend.
struct Wire {
    end: Arc<End>,
    incoming: Mutex<Option<Receiver<Vec<u8>>>>,
}

struct End {
    process: String,
    bounds: Bounds,
    /// Whether the queues are here.
    keeps: bool,
    /// The messages for this process.
    own: InMemoryLayer,
    out: Sender<Vec<u8>>,
    asked: Mutex<HashMap<u64, oneshot::Sender<Answer>>>,
    next: AtomicU64,
    /// Groups with members at the other end.
    wanted: Mutex<HashSet<String>>,
    /// Messages taken for a reader that has stopped waiting.
    kept: Mutex<HashMap<String, VecDeque<ByteBuf>>>,
    filled: Notify,
    carried: Arc<AtomicUsize>,
    /// The other end has ended.
    is_alone: AtomicBool,
}

fn lock<T>(locked: &Mutex<T>) -> MutexGuard<'_, T> {
    locked.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The in-memory backend waits for nobody, but for the next message of a queue.
fn now<T>(future: BoxFuture<'_, Result<T, LayerError>>) -> Result<T, LayerError> {
    future.now_or_never().expect("memory is ready at once")
}

fn broken(failure: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> LayerError {
    LayerError::Backend(failure.into())
}

fn encoded(message: &LayerMessage) -> Result<ByteBuf, LayerError> {
    let bytes = message.encode().map_err(broken)?;
    Ok(ByteBuf::from(bytes))
}

fn decoded(message: ByteBuf) -> LayerMessage {
    LayerMessage::from_encoded(message.into_vec())
}

fn named<T: std::str::FromStr<Err: std::fmt::Debug>>(name: &str) -> T {
    name.parse().expect("a name that was one at the other end")
}

fn texts(names: &[ChannelName]) -> Vec<String> {
    names.iter().map(ToString::to_string).collect()
}

impl End {
    /// Never waits. A dropped end receives nothing.
    fn put(&self, packet: &Packet) {
        let bytes = rmp_serde::to_vec(packet).expect("packets are plain");
        let _ = self.out.send(bytes);
    }

    async fn ask(&self, ask: Ask) -> Result<Answer, LayerError> {
        let (answered, answer) = oneshot::channel();
        let number = self.next.fetch_add(1, Ordering::Relaxed);
        lock(&self.asked).insert(number, answered);
        if self.is_alone.load(Ordering::SeqCst) {
            lock(&self.asked).clear();
        }
        self.put(&Packet::Ask(number, ask));
        answer.await.map_err(broken)
    }

    fn take_in(&self, bytes: &[u8]) {
        match rmp_serde::from_slice(bytes).expect("what the other end wrote") {
            Packet::Ask(number, ask) => {
                let answer = self.answer(ask).unwrap_or_else(|failure| match failure {
                    LayerError::ChannelFull { capacity, .. } => Answer::Full(capacity),
                    LayerError::UnknownChannel(_) => Answer::Unknown,
                    other => panic!("memory does not fail: {other}"),
                });
                self.put(&Packet::Answer(number, answer));
            }
            Packet::Answer(number, answer) => {
                let asked = lock(&self.asked).remove(&number);
                let unheard = asked.and_then(|asked| asked.send(answer).err());
                if let Some(Answer::Taken(queue, Some(message))) = unheard {
                    let mut kept = lock(&self.kept);
                    kept.entry(queue).or_default().push_back(message);
                    self.filled.notify_waiters();
                }
            }
            Packet::Unsubscribe(group) => {
                lock(&self.wanted).remove(&group);
            }
            Packet::Filled => self.filled.notify_waiters(),
        }
    }

    fn answer(&self, ask: Ask) -> Result<Answer, LayerError> {
        Ok(match ask {
            Ask::Send(channel, message) => {
                self.deliver(&named(&channel), message)?;
                Answer::Done
            }
            Ask::Group(group, message, except) => {
                let except: Vec<ChannelName> = except.iter().map(|name| named(name)).collect();
                let report = self.distribute(&named(&group), message, &except)?;
                Answer::Report(report.delivered, report.dropped)
            }
            Ask::Subscribe(group) => {
                lock(&self.wanted).insert(group);
                Answer::Done
            }
            Ask::Take(queue) => {
                let taken = self.own.receive(&named(&queue)).now_or_never();
                let taken = taken.map(|message| encoded(&message?)).transpose()?;
                Answer::Taken(queue, taken)
            }
            Ask::AddQueue(group, queue) => {
                now(self.own.add_queue(&named(&group), &named(&queue)))?;
                Answer::Done
            }
            Ask::DiscardQueue(group, queue) => {
                now(self.own.discard_queue(&named(&group), &named(&queue)))?;
                Answer::Done
            }
            Ask::Members(group) => Answer::Names(texts(&now(self.own.members(&named(&group)))?)),
            Ask::Waiting(channel) => Answer::Count(now(self.own.waiting(&named(&channel)))?),
            Ask::Flush => {
                self.forget()?;
                Answer::Done
            }
        })
    }

    /// Puts a message on a channel of this end.
    fn deliver(&self, channel: &ChannelName, message: ByteBuf) -> Result<(), LayerError> {
        now(self.own.send(channel, decoded(message)))?;
        if !channel.is_specific() {
            self.put(&Packet::Filled);
        }
        Ok(())
    }

    /// Puts a message on the channels of all members at this end.
    fn distribute(
        &self,
        group: &GroupName,
        message: ByteBuf,
        except: &[ChannelName],
    ) -> Result<SendReport, LayerError> {
        let report = now(self.own.group_send(group, decoded(message), except));
        if self.keeps {
            // A queue may be among the members.
            self.put(&Packet::Filled);
        }
        report
    }

    fn forget(&self) -> Result<(), LayerError> {
        lock(&self.wanted).clear();
        lock(&self.kept).clear();
        now(self.own.flush())
    }

    fn is_here(&self, channel: &ChannelName) -> bool {
        match channel.as_str().split_once('!') {
            Some((process, _)) => process.ends_with(&format!(".{}", self.process)),
            None => self.keeps,
        }
    }

    async fn send(&self, channel: &ChannelName, message: ByteBuf) -> Result<(), LayerError> {
        if self.is_here(channel) {
            return self.deliver(channel, message);
        }
        match self.ask(Ask::Send(channel.to_string(), message)).await? {
            Answer::Done => Ok(()),
            Answer::Full(capacity) => Err(LayerError::ChannelFull {
                channel: channel.clone(),
                capacity,
            }),
            _ => Err(LayerError::UnknownChannel(channel.clone())),
        }
    }

    async fn group_send(
        &self,
        group: &GroupName,
        message: ByteBuf,
        except: &[ChannelName],
    ) -> Result<SendReport, LayerError> {
        let mut report = self.distribute(group, message.clone(), except)?;
        // Only the keeper knows whether a queue is in the group.
        let wanted = lock(&self.wanted).contains(group.as_str()) || !self.keeps;
        if wanted {
            self.carried.fetch_add(1, Ordering::Relaxed);
            let ask = Ask::Group(group.to_string(), message, texts(except));
            if let Answer::Report(delivered, dropped) = self.ask(ask).await? {
                report.delivered += delivered;
                report.dropped += dropped;
            }
        }
        Ok(report)
    }

    async fn receive(&self, queue: &ChannelName) -> Result<LayerMessage, LayerError> {
        if self.keeps {
            return self.own.receive(queue).await;
        }
        loop {
            let mut filled = std::pin::pin!(self.filled.notified());
            // Subscribed before the request, so that a message in between is noticed.
            filled.as_mut().enable();
            let kept = lock(&self.kept)
                .get_mut(queue.as_str())
                .and_then(VecDeque::pop_front);
            if let Some(message) = kept {
                return Ok(decoded(message));
            }
            let answer = self.ask(Ask::Take(queue.to_string())).await?;
            if let Answer::Taken(_, Some(message)) = answer {
                return Ok(decoded(message));
            }
            filled.await;
        }
    }
}

impl Wire {
    fn new(keeps: bool, bounds: Bounds, out: Sender<Vec<u8>>, incoming: Receiver<Vec<u8>>) -> Self {
        let own = InMemoryLayer::builder().bounds(bounds.clone());
        let end = End {
            process: ChannelName::random_process(),
            bounds,
            keeps,
            own: own.max_message_bytes(usize::MAX).build(),
            out,
            asked: Mutex::default(),
            next: AtomicU64::new(0),
            wanted: Mutex::default(),
            kept: Mutex::default(),
            filled: Notify::new(),
            carried: Arc::default(),
            is_alone: AtomicBool::new(false),
        };
        Self {
            end: Arc::new(end),
            incoming: Mutex::new(Some(incoming)),
        }
    }
}

impl ChannelLayer for Wire {
    /// Starts the pump of this process, which ends when either end has gone.
    fn attach(&self, inlet: Arc<dyn Inlet>) {
        self.end.own.attach(inlet);
        let incoming = lock(&self.incoming).take().expect("attached once");
        let end = Arc::downgrade(&self.end);
        std::thread::spawn(move || {
            while let (Ok(bytes), Some(end)) = (incoming.recv(), end.upgrade()) {
                end.take_in(&bytes);
            }
            if let Some(end) = end.upgrade() {
                end.is_alone.store(true, Ordering::SeqCst);
                lock(&end.asked).clear();
            }
        });
    }

    fn bounds(&self) -> Bounds {
        self.end.bounds.clone()
    }

    fn new_channel<'a>(
        &'a self,
        prefix: &'a str,
    ) -> BoxFuture<'a, Result<ChannelName, LayerError>> {
        Box::pin(async move { Ok(ChannelName::random(prefix, &self.end.process)?) })
    }

    fn send<'a>(
        &'a self,
        channel: &'a ChannelName,
        message: LayerMessage,
    ) -> BoxFuture<'a, Result<(), LayerError>> {
        Box::pin(async move { self.end.send(channel, encoded(&message)?).await })
    }

    fn receive<'a>(
        &'a self,
        queue: &'a ChannelName,
    ) -> BoxFuture<'a, Result<LayerMessage, LayerError>> {
        Box::pin(self.end.receive(queue))
    }

    fn subscribe<'a>(&'a self, group: &'a GroupName) -> BoxFuture<'a, Result<(), LayerError>> {
        Box::pin(async move {
            self.end.ask(Ask::Subscribe(group.to_string())).await?;
            Ok(())
        })
    }

    fn unsubscribe(&self, group: &GroupName) {
        self.end.put(&Packet::Unsubscribe(group.to_string()));
    }

    fn group_send<'a>(
        &'a self,
        group: &'a GroupName,
        message: LayerMessage,
        except: &'a [ChannelName],
    ) -> BoxFuture<'a, Result<SendReport, LayerError>> {
        Box::pin(async move { self.end.group_send(group, encoded(&message)?, except).await })
    }

    fn add_queue<'a>(
        &'a self,
        group: &'a GroupName,
        queue: &'a ChannelName,
    ) -> BoxFuture<'a, Result<(), LayerError>> {
        Box::pin(async move {
            if self.end.keeps {
                return self.end.own.add_queue(group, queue).await;
            }
            let ask = Ask::AddQueue(group.to_string(), queue.to_string());
            self.end.ask(ask).await.map(drop)
        })
    }

    fn discard_queue<'a>(
        &'a self,
        group: &'a GroupName,
        queue: &'a ChannelName,
    ) -> BoxFuture<'a, Result<(), LayerError>> {
        Box::pin(async move {
            if self.end.keeps {
                return self.end.own.discard_queue(group, queue).await;
            }
            let ask = Ask::DiscardQueue(group.to_string(), queue.to_string());
            self.end.ask(ask).await.map(drop)
        })
    }

    fn members<'a>(
        &'a self,
        group: &'a GroupName,
    ) -> BoxFuture<'a, Result<Vec<ChannelName>, LayerError>> {
        Box::pin(async move {
            let mut members = self.end.own.members(group).await?;
            if let Answer::Names(others) = self.end.ask(Ask::Members(group.to_string())).await? {
                members.extend(others.iter().map(|name| named(name)));
            }
            Ok(members)
        })
    }

    fn waiting<'a>(&'a self, channel: &'a ChannelName) -> BoxFuture<'a, Result<usize, LayerError>> {
        Box::pin(async move {
            if self.end.is_here(channel) {
                return self.end.own.waiting(channel).await;
            }
            match self.end.ask(Ask::Waiting(channel.to_string())).await? {
                Answer::Count(waiting) => Ok(waiting),
                other => Err(broken(format!("{other:?}"))),
            }
        })
    }

    fn flush(&self) -> BoxFuture<'_, Result<(), LayerError>> {
        Box::pin(async move {
            self.end.forget()?;
            self.end.ask(Ask::Flush).await.map(drop)
        })
    }

    fn extensions(&self) -> &'static [Extension] {
        self.end.own.extensions()
    }
}
