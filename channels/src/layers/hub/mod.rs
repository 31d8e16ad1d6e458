//! The hub of one process, between its connections and the backend of a layer.
//!
//! It owns the channels of this process and their memberships in groups. The backend is subscribed
//! to a group while the group has members here. Each message, from other processes or from this
//! one, goes to each thread as one parcel. The thread's router passes it to the thread's
//! connections, without their consumers if those would only forward it ([`Forwarder`]).

mod channel;
mod few;
mod forward;
mod local;
mod members;
mod port;
mod router;
mod turns;

use std::sync::Arc;

pub use channel::ChannelReceiver;
pub(crate) use forward::{Forwarder, ReadyFrame};
pub(crate) use port::Port;

use self::local::Local;
use self::turns::Turns;
use super::bus::{
    Bounds, ChannelLayer, Inlet, LayerError, LayerMessage, QueueReceiver, SendReport, queue,
};
use crate::names::{ChannelName, GroupName};
use crate::observe;

/// One process on one layer: its channels and their groups, above a backend.
pub(super) struct Hub {
    local: Arc<Local>,
    backend: Arc<dyn ChannelLayer>,
    bounds: Arc<Bounds>,
    turns: Arc<Turns>,
}

impl Hub {
    /// Connects a backend with this process.
    pub(super) fn new(backend: impl ChannelLayer) -> Self {
        let hub = Self {
            local: Arc::new(Local::new()),
            bounds: Arc::new(backend.bounds()),
            backend: Arc::new(backend),
            turns: Arc::default(),
        };
        hub.backend.attach(Arc::clone(&hub.local) as Arc<dyn Inlet>);
        hub
    }

    /// The same process, which reaches its backend through another backend.
    pub(super) fn through<B: ChannelLayer>(
        &self,
        around: impl FnOnce(Arc<dyn ChannelLayer>) -> B,
    ) -> Self {
        Self {
            local: Arc::clone(&self.local),
            backend: Arc::new(around(Arc::clone(&self.backend))),
            bounds: Arc::clone(&self.bounds),
            turns: Arc::clone(&self.turns),
        }
    }

    pub(super) fn backend(&self) -> &dyn ChannelLayer {
        &*self.backend
    }

    pub(super) async fn send(
        &self,
        channel: &ChannelName,
        message: LayerMessage,
    ) -> Result<(), LayerError> {
        let sent = self.backend.send(channel, message).await;
        observe::sent(&sent);
        sent
    }

    pub(super) async fn receive(&self, channel: &ChannelName) -> Result<LayerMessage, LayerError> {
        if channel.is_specific() {
            return Err(LayerError::NotShared(channel.clone()));
        }
        self.backend.receive(channel).await
    }

    pub(super) async fn group_add(
        &self,
        group: &GroupName,
        channel: &ChannelName,
    ) -> Result<(), LayerError> {
        if !channel.is_specific() {
            return self.backend.add_queue(group, channel).await;
        }
        if self.local.join_others(group, channel)? {
            return Ok(());
        }
        let _turn = self.turns.take(group).await;
        if self.local.join_others(group, channel)? {
            return Ok(());
        }
        // Dropped before the turn, so that the next subscription comes after it.
        let mut subscription = Subscription {
            backend: self.backend(),
            group,
            is_used: false,
        };
        self.backend.subscribe(group).await?;
        self.local.join(group, channel)?;
        subscription.is_used = true;
        Ok(())
    }

    pub(super) async fn group_discard(
        &self,
        group: &GroupName,
        channel: &ChannelName,
    ) -> Result<(), LayerError> {
        if !channel.is_specific() {
            return self.backend.discard_queue(group, channel).await;
        }
        let deserted = |group: &GroupName| self.backend.unsubscribe(group);
        self.local.discard(group, channel, deserted);
        Ok(())
    }

    pub(super) async fn group_send(
        &self,
        group: &GroupName,
        message: LayerMessage,
        except: &[ChannelName],
    ) -> Result<SendReport, LayerError> {
        let sent = self.backend.group_send(group, message, except).await;
        match &sent {
            Ok(report) => {
                if report.dropped > 0 {
                    let SendReport { delivered, dropped } = report;
                    let of = delivered + dropped;
                    log::info!(target: "channels::layers", "{dropped} of {of} channels full in {group}");
                }
                observe::group_sent(*report);
            }
            Err(LayerError::TooLarge { .. }) => observe::too_large(),
            Err(_) => {}
        }
        sent
    }

    /// Creates a channel of this process.
    async fn open(&self, prefix: &str) -> Result<QueueReceiver, LayerError> {
        let name = self.backend.new_channel(prefix).await?;
        let (sender, receiver) = queue(name, &self.bounds);
        self.local.open(sender);
        Ok(receiver)
    }

    /// Removes a channel that has ended from all groups.
    fn forget(&self, channel: &ChannelName) {
        let deserted = |group: &GroupName| self.backend.unsubscribe(group);
        self.local.forget(channel, deserted);
    }
}

/// A guard that ends the subscription unless the group has a member.
struct Subscription<'a> {
    backend: &'a dyn ChannelLayer,
    group: &'a GroupName,
    is_used: bool,
}

impl Drop for Subscription<'_> {
    fn drop(&mut self) {
        if !self.is_used {
            self.backend.unsubscribe(self.group);
        }
    }
}
