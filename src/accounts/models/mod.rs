//! Rows and queries of `users` and `sessions`.

mod sessions;
mod users;

pub use sessions::{NewSession, StoredSession};
pub use users::{Credentials, NewUser, User, UserId};
