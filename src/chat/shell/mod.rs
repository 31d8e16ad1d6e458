//! The frame of every page of the chat: the list of conversations, badges, avatars.

mod badges;
mod conversations;
mod face;
mod frame;
mod home;
mod last_line;
mod page_data;

pub(crate) use conversations::{Conversations, Sidebar, show_direct};
pub(crate) use face::{Face, Here, presence_word};
pub(crate) use frame::ListFrame;
pub(crate) use home::show_home;
pub(crate) use page_data::PageData;
