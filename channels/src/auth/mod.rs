//! Authentication: users of sessions and of tokens.
//!
//! [`AuthMiddleware`] finds the user of a session, [`login`] and [`logout`] change it, and
//! [`Revocations`] close sockets whose user was signed out elsewhere. Clients without cookies
//! authenticate with a token: [`BearerMiddleware`], [`Tickets`], [`FirstMessage`]. Source:
//! channels/auth.py.

mod context;
mod current;
mod first_message;
mod gate;
mod middleware;
mod recheck;
mod revocation;
mod tickets;
mod token;
mod user;

pub use current::{Auth, get_user, login, logout, refresh_user};
pub use first_message::FirstMessage;
pub use middleware::{AuthMiddleware, AuthStack};
pub use recheck::recheck;
pub use revocation::Revocations;
pub use tickets::{TicketError, TicketMiddleware, Tickets};
pub use token::{BearerMiddleware, TokenBackend};
pub use user::{AuthError, AuthEvents, SessionUser, UserBackend};
