//! Sessions: values that outlive a connection, identified by the key in a cookie.
//!
//! [`SessionMiddleware`] puts a [`Session`] into the scope; inner middleware and consumers read and
//! write it, and the answer to the handshake sets its cookie. A [`SessionStore`] keeps the values;
//! [`django`] is the store of a Django site. Source: channels/sessions.py.

mod cookies;
#[cfg(feature = "django")]
pub mod django;
mod expiry;
mod key;
mod memory;
mod middleware;
mod saving;
mod session;
mod set_cookie;
mod settings;
mod store;

pub use cookies::CookieMiddleware;
pub use expiry::SessionExpiry;
pub use key::SessionKey;
pub use memory::InMemorySessionStore;
pub use middleware::{SessionMiddleware, SessionStack};
pub(crate) use saving::save_at_the_end;
pub use session::Session;
pub use set_cookie::{CookieError, SameSite, SetCookie};
pub(crate) use settings::Settings;
pub use store::{Save, SessionData, SessionError, SessionRecord, SessionStore};
