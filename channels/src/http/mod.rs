//! Consumers that answer requests: [`HttpConsumer`], [`SseConsumer`], [`LongPollConsumer`].
//!
//! They use the same routing, middleware and groups as consumers of WebSockets, and [`mounted`]
//! adds them to an actix-web App. Source: channels/generic/http.py, with layer events that arrive
//! while a response is open.

mod consumer;
mod exchange;
mod long_poll;
mod mounted;
mod options;
mod pump;
mod respond;
mod sse;
mod sse_event;
mod streamed;

pub use consumer::{Http, HttpConsumer, HttpContext, ResponseEnd};
pub(crate) use exchange::{Exchange, Responding, open};
pub use long_poll::{LongPoll, LongPollConsumer, LongPollContext};
pub use mounted::mounted;
pub use options::HttpOptions;
pub(crate) use pump::Parts;
pub use sse::{Sse, SseConsumer, SseContext};
pub use sse_event::SseEvent;
pub(crate) use sse_event::read_event;
pub use streamed::{NotSent, Streams};

pub use crate::answer::ResponseHead;
