//! The frame of every page of the chat: the list of conversations, badges, avatars.

mod badges;
mod conversations;
mod face;
mod last_line;
mod page_data;

pub(crate) use conversations::{Conversations, Sidebar, list_conversations, show_direct};
pub(crate) use face::{Face, Here, presence_word};
pub(crate) use page_data::PageData;
