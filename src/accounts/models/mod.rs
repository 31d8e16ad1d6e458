//! Rows and queries of `users` and `sessions`.

mod display_names;
mod profiles;
mod sessions;
mod skeletons;
mod users;

pub use profiles::Profile;
pub use sessions::{NewSession, StoredSession};
pub use skeletons::store_skeletons;
pub use users::{Credentials, NewUser, User, UserId};
