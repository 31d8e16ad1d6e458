//! From a scope to a consumer: by protocol, by path, by channel, each an [`Endpoint`].
//!
//! Source: channels/routing.py, with Django's path converters.

mod answering;
mod channels;
mod converter;
mod endpoint;
mod pattern;
mod protocols;
mod reverse;
mod router;

pub(crate) use answering::{AnswerHeaders, AnswerHook, Closer, run_hooks};
pub use channels::ChannelNameRouter;
pub use converter::PathConverter;
pub use endpoint::{Connecting, Endpoint, IntoEndpoint};
pub(crate) use endpoint::{Make, Parts};
pub use protocols::ProtocolTypeRouter;
pub use reverse::UrlError;
pub use router::URLRouter;
