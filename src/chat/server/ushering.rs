//! Who comes into a room and who leaves it, on the layer: all sockets of a person follow a room
//! from the moment the person is in, and hear nothing of it from the moment they are out.

use std::{cell::RefCell, collections::HashMap, rc::Rc};

use actix::prelude::*;
use channels::{ChannelName, Layer, LayerError};
use smallvec::SmallVec;

use super::ChatServer;
use crate::{
    accounts::{UserId, user_group},
    chat::{
        events::{ChatEvent, ConsumerEvent, room_group},
        models::RoomId,
        protocol::ServerEvent,
    },
    error::Result,
};

/// A socket of `user` opened. It reads which rooms it follows only after this.
#[derive(Debug, Message)]
#[rtype(result = "()")]
pub struct Enlist {
    /// Whose socket.
    pub user: UserId,
    /// Its name on the layer.
    pub channel: ChannelName,
}

/// A socket of `user` closed; every [`Enlist`] has one.
#[derive(Debug, Message)]
#[rtype(result = "()")]
pub struct Delist {
    /// Whose socket.
    pub user: UserId,
    /// Its name on the layer.
    pub channel: ChannelName,
}

impl Handler<Enlist> for ChatServer {
    type Result = ();

    fn handle(&mut self, enlist: Enlist, _: &mut Self::Context) {
        self.usher.came(enlist.user, enlist.channel);
    }
}

impl Handler<Delist> for ChatServer {
    type Result = ();

    fn handle(&mut self, delist: Delist, _: &mut Self::Context) {
        self.usher.went(delist.user, &delist.channel);
    }
}

/// Most people have one.
type Sockets = SmallVec<[ChannelName; 1]>;

/// The open sockets of everybody, shared by the server and its pipeline on one thread.
#[derive(Clone)]
pub(super) struct Usher {
    layer: Layer,
    sockets: Rc<RefCell<HashMap<UserId, Sockets>>>,
}

impl Usher {
    pub(super) fn new(layer: Layer) -> Self {
        Self {
            layer,
            sockets: Rc::default(),
        }
    }

    fn came(&self, user: UserId, channel: ChannelName) {
        let mut sockets = self.sockets.borrow_mut();
        sockets.entry(user).or_default().push(channel);
    }

    fn went(&self, user: UserId, channel: &ChannelName) {
        let mut sockets = self.sockets.borrow_mut();
        if let Some(channels) = sockets.get_mut(&user) {
            channels.retain(|known| known != channel);
            if channels.is_empty() {
                sockets.remove(&user);
            }
        }
    }

    /// From now on `user` hears what happens in `room`; told to the person's own sockets.
    pub(super) async fn let_in(&self, room: RoomId, user: UserId) -> Result<()> {
        for channel in self.sockets_of(user) {
            match self.layer.group_add(&room_group(room), &channel).await {
                // It closes just now.
                Ok(()) | Err(LayerError::UnknownChannel(_)) => {}
                Err(error) => return Err(error.into()),
            }
        }
        self.tell(user, &ServerEvent::RoomAdded { room }).await
    }

    /// From now on `user` hears nothing of `room`; told to the person's own sockets.
    pub(super) async fn show_out(&self, room: RoomId, user: UserId) -> Result<()> {
        for channel in self.sockets_of(user) {
            let group = room_group(room);
            self.layer.group_discard(&group, &channel).await?;
        }
        self.tell(user, &ServerEvent::RoomRemoved { room }).await
    }

    fn sockets_of(&self, user: UserId) -> Sockets {
        self.sockets
            .borrow()
            .get(&user)
            .cloned()
            .unwrap_or_default()
    }

    async fn tell(&self, user: UserId, event: &ServerEvent) -> Result<()> {
        let told = ConsumerEvent::Chat(ChatEvent::Told {
            frame: event.frame(),
        });
        self.layer.group_send(&user_group(user), told).await?;
        Ok(())
    }
}
