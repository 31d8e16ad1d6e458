//! Rows of `users` and `sessions`, and the queries on them.

mod sessions;
mod users;

pub use sessions::{NewSession, StoredSession};
pub use users::{Credentials, NewUser, User, UserId};
