//! One message on its way to many connections, and the frame that most of them send for it.

use std::any::TypeId;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::OnceLock;

use crate::event::Frame;
use crate::layers::bus::LayerMessage;
use crate::layers::hub::forward::{Forwarder, ReadyFrame};
use crate::names::ChannelName;

/// A message, its exceptions, and its frame, which is created on first use.
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

    pub(super) fn is_for<'a>(&self, name: impl FnOnce() -> &'a ChannelName) -> bool {
        // First, because hardly any message has exceptions, and the name is elsewhere in memory.
        self.except.is_empty() || !self.except.contains(name())
    }

    /// The frame that consumers of this type forward; cached for the first type only. Consumers of
    /// other types get the message itself, and so do those whose code panics.
    pub(super) fn ready(
        &self,
        forwarder: &Forwarder,
        encode: impl FnOnce(&Frame) -> ReadyFrame,
    ) -> Option<&ReadyFrame> {
        let make = || {
            let frame = catch_unwind(AssertUnwindSafe(|| (forwarder.frame)(&self.message)));
            (
                (forwarder.consumer)(),
                frame.ok().flatten().map(|frame| encode(&frame)),
            )
        };
        let (consumer, ready) = self.ready.get_or_init(make);
        let ready = ready.as_ref();
        ready.filter(|_| *consumer == (forwarder.consumer)())
    }
}
