//! What the contexts of hardly any actors have.

use std::cell::{Cell, RefCell};

use actix::WeakAddr;
use actix::dev::Mailbox;

use super::spawned::Spawned;
use crate::socket::actor::SocketActor;

/// There once somebody has asked for the actor's address, or had it do something later.
pub(super) struct Extras {
    pub(super) address: WeakAddr<SocketActor>,
    /// Elsewhere while it is polled.
    pub(super) mailbox: Cell<Option<Mailbox<SocketActor>>>,
    pub(super) spawned: RefCell<Spawned>,
}

impl Default for Extras {
    fn default() -> Self {
        let mailbox = Mailbox::default();
        Self {
            address: mailbox.address().downgrade(),
            mailbox: Cell::new(Some(mailbox)),
            spawned: RefCell::default(),
        }
    }
}
