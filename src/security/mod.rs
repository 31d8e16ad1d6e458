//! Middleware that protects every view and socket: client address, rate limits, CSRF, and security
//! headers. Nothing here knows a user table.
//!
//! Around an App, from outside to inside: [`request_log`], [`headers`], [`hosts`],
//! [`pages_in_flight`] around compression, error pages, the rate limits of the address
//! ([`limits::guard`]), sessions, the rate limits of the account, [`pages_in_flight`] again, and
//! [`csrf`] next to the views.

pub mod bounds;
pub mod client_addr;
pub mod connection_limits;
pub mod cookies;
pub mod csrf;
pub mod handshake_rate;
pub mod headers;
pub mod hosts;
pub mod limits;
pub mod pages_in_flight;
pub mod request_log;
pub mod secret_keys;
pub mod security_log;
pub mod site;

pub use client_addr::client_addr;
pub use connection_limits::ConnectionLimits;
pub use csrf::Csrf;
pub use handshake_rate::HandshakeRate;
pub use limits::{Account, Action, RateLimiter};
pub use pages_in_flight::PagesInFlight;
pub use secret_keys::SecretKeys;
pub(crate) use secret_keys::how_to_make as how_to_make_key;
pub use site::Site;

#[cfg(test)]
mod tests;
