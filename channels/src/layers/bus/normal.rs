//! Channels without an owner: queues of workers, in which each message is received once.
//!
//! Source: channels/layers.py, `receive` on a normal channel.

use std::collections::{HashMap, VecDeque};
use std::pin::pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use tokio::sync::Notify;

use super::bounds::Bounds;
use super::error::LayerError;
use super::message::LayerMessage;
use crate::names::ChannelName;
use crate::observe;

/// All normal channels of a layer; one exists from its first message or reader until its last.
#[derive(Default)]
pub(super) struct NormalChannels(Mutex<HashMap<ChannelName, Arc<Shared>>>);

#[derive(Default)]
struct Shared {
    messages: Mutex<VecDeque<(Instant, LayerMessage)>>,
    ready: Notify,
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, VecDeque<(Instant, LayerMessage)>> {
        self.messages.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The next message, and how many waited with it.
    fn take(&self) -> Option<(LayerMessage, usize)> {
        let mut messages = self.lock();
        let waiting = messages.len();
        let (_, message) = messages.pop_front()?;
        Some((message, waiting))
    }

    fn drop_expired(&self, bounds: &Bounds) {
        let now = bounds.now();
        let mut messages = self.lock();
        let fresh = messages
            .iter()
            .position(|(sent, _)| !bounds.is_too_old(*sent, now));
        let stale = fresh.unwrap_or(messages.len());
        messages.drain(..stale);
        drop(messages);
        Bounds::count_expired(stale);
    }
}

impl NormalChannels {
    fn lock(&self) -> MutexGuard<'_, HashMap<ChannelName, Arc<Shared>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn send(
        &self,
        name: &ChannelName,
        message: LayerMessage,
        bounds: &Bounds,
    ) -> Result<(), LayerError> {
        let mut channels = self.lock();
        if !channels.contains_key(name) {
            Self::sweep(&mut channels, bounds);
        }
        let shared = channels.entry(name.clone()).or_default();
        shared.drop_expired(bounds);
        let mut messages = shared.lock();
        let capacity = bounds.capacity_of(name);
        if messages.len() >= capacity {
            let channel = name.clone();
            return Err(LayerError::ChannelFull { channel, capacity });
        }
        messages.push_back((bounds.now(), message));
        drop(messages);
        shared.ready.notify_one();
        Ok(())
    }

    /// Frees the queues that nobody reads and whose messages are all too old.
    fn sweep(channels: &mut HashMap<ChannelName, Arc<Shared>>, bounds: &Bounds) {
        channels.retain(|_, shared| {
            shared.drop_expired(bounds);
            Arc::strong_count(shared) > 1 || !shared.lock().is_empty()
        });
    }

    pub(super) async fn receive(&self, name: &ChannelName, bounds: &Bounds) -> LayerMessage {
        let shared = Arc::clone(self.lock().entry(name.clone()).or_default());
        let reader = Reader {
            channels: self,
            name,
            shared,
        };
        loop {
            let mut ready = pin!(reader.shared.ready.notified());
            // Subscribe before the check, so that a message in between wakes this reader.
            ready.as_mut().enable();
            reader.shared.drop_expired(bounds);
            if let Some((message, waiting)) = reader.shared.take() {
                observe::delivered(waiting);
                return message;
            }
            ready.await;
        }
    }

    pub(super) fn waiting(&self, name: &ChannelName, bounds: &Bounds) -> usize {
        let channels = self.lock();
        channels.get(name).map_or(0, |shared| {
            shared.drop_expired(bounds);
            shared.lock().len()
        })
    }

    pub(super) fn clear(&self) {
        for shared in self.lock().values() {
            shared.lock().clear();
        }
    }
}

/// A reader that waits on a channel; the last one removes an empty channel when dropped.
struct Reader<'a> {
    channels: &'a NormalChannels,
    name: &'a ChannelName,
    shared: Arc<Shared>,
}

impl Drop for Reader<'_> {
    fn drop(&mut self) {
        let mut channels = self.channels.lock();
        // Two references: this one and that of the map.
        if Arc::strong_count(&self.shared) == 2 && self.shared.lock().is_empty() {
            channels.remove(self.name);
        }
    }
}
