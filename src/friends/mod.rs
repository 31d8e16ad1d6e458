//! Friends: who may talk to whom. Friend requests, friendships and blocks appear to each person as
//! one of seven relations. Changes are pushed to the open pages of both people.

mod book;
mod changes;
mod events;
mod models;
mod relation;
pub(crate) mod views;

pub use book::FriendBook;
pub use events::{FriendshipEvent, RelationEvent, friendship_group};
pub use models::{
    BlockedPeople, Friendship, SentRequest, asking, blocked_with, blocks_among, friends_of,
};
pub use relation::Relation;

#[cfg(test)]
mod tests;
