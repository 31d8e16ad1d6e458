//! From a path to a consumer: [`URLRouter`], [`Endpoint`] and the patterns between.
//!
//! Source: channels/routing.py, `URLRouter`, with Django's path converters.

mod endpoint;
mod pattern;
mod router;

pub(crate) use endpoint::Parts;
pub use endpoint::{Connecting, Endpoint, IntoEndpoint};
pub use router::URLRouter;
