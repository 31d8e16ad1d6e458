//! One open connection, for its driver: peer and consumer, and what they put out.

use std::pin::Pin;
use std::task::{Context, Poll};

use super::output::Output;
use super::peer::{Peer, Transport};
use crate::launch::Launched;

/// A future that its driver polls; ready when both sides have ended.
pub(super) struct Running {
    peer: Peer,
    out: Output,
    has_begun: bool,
}

impl Running {
    /// Nothing runs before the result is polled.
    pub(super) fn new(launched: Launched, transport: Transport) -> Self {
        let (peer, outlet) = Peer::meet(launched, transport);
        Self {
            peer,
            out: Output::new(outlet),
            has_begun: false,
        }
    }

    pub(super) fn out(&mut self) -> &mut Output {
        &mut self.out
    }

    pub(super) fn peer(&mut self) -> &mut Peer {
        &mut self.peer
    }
}

impl Future for Running {
    type Output = ();

    /// The server's order first, then what there is to do anyway.
    fn poll(mut self: Pin<&mut Self>, task: &mut Context<'_>) -> Poll<()> {
        let Self {
            peer,
            out,
            has_begun,
        } = &mut *self;
        if !std::mem::replace(has_begun, true) {
            peer.run_by(task);
        }
        peer.take_order(out);
        peer.turn(out, task);
        match out.is_finished() {
            true => Poll::Ready(()),
            false => Poll::Pending,
        }
    }
}
