//! How others reach the actor of a connection.

use std::cell::Cell;

use actix::WeakAddr;
use actix::dev::Mailbox;

use crate::socket::actor::SocketActor;

pub(super) struct Line {
    pub(super) address: WeakAddr<SocketActor>,
    /// Elsewhere while it is polled.
    pub(super) mailbox: Cell<Option<Mailbox<SocketActor>>>,
}

impl Default for Line {
    fn default() -> Self {
        let mailbox = Mailbox::default();
        Self {
            address: mailbox.address().downgrade(),
            mailbox: Cell::new(Some(mailbox)),
        }
    }
}
