//! From a path to a consumer: [`URLRouter`], [`Endpoint`] and the patterns between.
//!
//! Source: channels/routing.py, `URLRouter`, with Django's path converters.

mod answering;
mod converter;
mod endpoint;
mod pattern;
mod reverse;
mod router;

pub(crate) use answering::{AnswerHeaders, AnswerHook, Closer, run_hooks};
pub use converter::PathConverter;
pub use endpoint::{Connecting, Endpoint, IntoEndpoint};
pub(crate) use endpoint::{Make, Parts};
pub use reverse::UrlError;
pub use router::URLRouter;
