//! Friends: who may talk to whom. Requests, friendships and blocks, seen from one person as one of
//! seven relations; each change is told to the open pages of both sides.

mod book;
mod changes;
mod events;
mod models;
mod relation;
pub(crate) mod views;

pub use book::FriendBook;
pub use events::{FriendshipEvent, RelationEvent, friendship_group};
pub use models::{Friendship, blocked_with, blocks_among, friends_of};
pub use relation::Relation;

#[cfg(test)]
mod tests;
