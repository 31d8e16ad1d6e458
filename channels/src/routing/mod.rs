//! From a path to a consumer: [`URLRouter`], [`Endpoint`] and the patterns between.
//!
//! Source: channels/routing.py, `URLRouter`, with Django's path converters.

mod answering;
mod endpoint;
mod pattern;
mod router;

pub(crate) use answering::{AnswerHeaders, AnswerHook, Closer, run_hooks};
pub use endpoint::{Connecting, Endpoint, IntoEndpoint};
pub(crate) use endpoint::{Make, Parts};
pub use router::URLRouter;
