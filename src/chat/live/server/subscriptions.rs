//! Subscriptions of sockets to room groups. All sockets of a person are subscribed when the person
//! joins a room, and unsubscribed when the person leaves.

use std::{cell::RefCell, collections::HashMap, rc::Rc};

use channels::{ChannelName, Layer, LayerError};
use smallvec::SmallVec;

use crate::{
    accounts::UserId,
    chat::{
        layer::{frame, room_group, tell_people},
        live::ConnectionEvent,
        rooms::RoomId,
    },
    error::Result,
};

/// The sockets of a person. Most people have one, so one needs no allocation.
type Sockets = SmallVec<[ChannelName; 1]>;

/// The open sockets of all people, shared by the server and its announcer, which run on one thread.
#[derive(Clone)]
pub(crate) struct Subscriptions {
    layer: Layer,
    sockets: Rc<RefCell<HashMap<UserId, Sockets>>>,
}

impl Subscriptions {
    pub(crate) fn new(layer: Layer) -> Self {
        Self {
            layer,
            sockets: Rc::default(),
        }
    }

    pub(super) fn add(&self, user: UserId, channel: ChannelName) {
        let mut sockets = self.sockets.borrow_mut();
        sockets.entry(user).or_default().push(channel);
    }

    pub(super) fn remove(&self, user: UserId, channel: &ChannelName) {
        let mut sockets = self.sockets.borrow_mut();
        if let Some(channels) = sockets.get_mut(&user) {
            channels.retain(|known| known != channel);
            if channels.is_empty() {
                sockets.remove(&user);
            }
        }
    }

    /// Subscribes all sockets of `user` to `room`, and notifies them.
    pub(crate) async fn join(&self, room: RoomId, user: UserId) -> Result<()> {
        for channel in self.sockets_of(user) {
            match self.layer.group_add(&room_group(room), &channel).await {
                // The socket is closing at the moment.
                Ok(()) | Err(LayerError::UnknownChannel(_)) => {}
                Err(error) => return Err(error.into()),
            }
        }
        self.tell(user, &ConnectionEvent::RoomAdded { room }).await
    }

    /// Unsubscribes all sockets of `user` from `room`, and notifies them.
    pub(crate) async fn leave(&self, room: RoomId, user: UserId) -> Result<()> {
        for channel in self.sockets_of(user) {
            let group = room_group(room);
            self.layer.group_discard(&group, &channel).await?;
        }
        self.tell(user, &ConnectionEvent::RoomRemoved { room })
            .await
    }

    fn sockets_of(&self, user: UserId) -> Sockets {
        self.sockets
            .borrow()
            .get(&user)
            .cloned()
            .unwrap_or_default()
    }

    async fn tell(&self, user: UserId, event: &ConnectionEvent) -> Result<()> {
        tell_people(&self.layer, [user], frame(event)).await
    }
}
