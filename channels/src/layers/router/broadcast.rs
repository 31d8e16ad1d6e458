//! One message on its way to many connections, and the frame that most of them make of it.

use std::any::TypeId;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::OnceLock;

use bytes::Bytes;

use super::Port;
use crate::event::Frame;
use crate::layers::LayerMessage;
use crate::names::ChannelName;

/// A frame as it goes over the wire, shared by all who get it.
pub(crate) struct ReadyFrame {
    pub(crate) bytes: Bytes,
    /// Those of its payload.
    pub(crate) payload_bytes: usize,
}

/// What all consumers of one type make of a message that they would only send on.
pub(crate) struct Forwarder {
    pub(crate) consumer: TypeId,
    /// Nothing for a message that a consumer must see. The application's code, which may panic.
    pub(crate) frame: fn(&LayerMessage) -> Option<Frame>,
}

/// A message, its exceptions, and its frame once somebody has asked for it.
pub(crate) struct Broadcast {
    pub(super) message: LayerMessage,
    except: Box<[ChannelName]>,
    ready: OnceLock<(TypeId, Option<ReadyFrame>)>,
}

impl Broadcast {
    pub(crate) fn new(message: LayerMessage, except: &[ChannelName]) -> Self {
        Self {
            message,
            except: except.into(),
            ready: OnceLock::new(),
        }
    }

    pub(super) fn is_for(&self, port: &dyn Port) -> bool {
        // Hardly any message has exceptions, and the name lies elsewhere.
        self.except.is_empty() || !self.except.contains(port.name())
    }

    /// The frame that consumers of this type send on; made once, for the first type that asks.
    /// Those of another type get the message itself, and so do those whose code panics.
    pub(super) fn ready(
        &self,
        forwarder: &Forwarder,
        encode: impl FnOnce(&Frame) -> ReadyFrame,
    ) -> Option<&ReadyFrame> {
        let make = || {
            let frame = catch_unwind(AssertUnwindSafe(|| (forwarder.frame)(&self.message)));
            (
                forwarder.consumer,
                frame.ok().flatten().map(|frame| encode(&frame)),
            )
        };
        let (consumer, ready) = self.ready.get_or_init(make);
        let ready = ready.as_ref();
        ready.filter(|_| *consumer == forwarder.consumer)
    }
}
