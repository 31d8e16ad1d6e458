//! From a scope to a consumer: by protocol, by path, by channel, each an [`Endpoint`].
//!
//! Source: channels/routing.py, with Django's path converters.

mod channels;
mod endpoint;
mod pattern;
mod protocols;
mod router;

pub use channels::ChannelNameRouter;
pub(crate) use endpoint::Parts;
pub use endpoint::{Connecting, Endpoint, IntoEndpoint};
pub use protocols::ProtocolTypeRouter;
pub use router::URLRouter;
