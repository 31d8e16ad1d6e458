//! Routing: from a scope to a consumer, by protocol, path or channel. Each router is an
//! [`Endpoint`].
//!
//! Source: channels/routing.py, with Django's path converters.

mod answering;
mod channels;
mod converter;
pub(crate) mod endpoint;
mod pattern;
pub(crate) mod protocols;
mod reverse;
pub(crate) mod router;

pub(crate) use answering::{AnswerHeaders, AnswerHook, Closer, run_hooks};
pub use channels::ChannelNameRouter;
pub use converter::PathConverter;
pub use endpoint::Endpoint;
pub(crate) use endpoint::{Connecting, IntoEndpoint, Make, Parts};
pub use reverse::UrlError;

pub use crate::consumer::Consumer;
pub use crate::scope::{Params, Protocol};
