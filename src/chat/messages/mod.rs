//! Messages: posting, editing, deleting, replies, reactions, pins, mentions, history, formatting,
//! and markup.

mod body;
mod call;
mod commands;
mod emoji;
pub mod formatting;
mod gathering;
mod markup;
mod models;
mod protocol;
mod refusal;
mod service;
mod template_data;
mod view;
pub(crate) mod views;

pub use body::BodyError;
pub(crate) use call::ASKS_ABOVE;
pub use call::Call;
pub use commands::{ChangeMessage, CheckedChange, MessageChange, NotPosted, PostMessage};
pub(crate) use emoji::QUICK_EMOJI;
pub use markup::Markup;
pub use models::{
    budget::Budget,
    change::VisibleMessage,
    details::Deletion,
    history_page::{HistoryPage, Place},
    latest::LatestMessage,
    message::Message,
    new_message::{CalledHere, NewMessage, Posted},
    not_changed::NotChanged,
    pin::PinnedMessage,
    reaction::Reaction,
    reply::Reply,
    room_event::RoomEvent,
    version::MessageVersion,
};
pub(crate) use models::{
    latest::{READ_CHARS, substr},
    notice::NewRoomEvent,
    reply::QUOTE_CHARS,
};
pub use protocol::{
    ClientEvent, MemberChange, MemberChanged, MessageChanged, MessageCreated, MessageVerb, Missing,
    Notice, QuotedMessage, ReactionState, RefusalCode, Refused, RoomChange, RoomChanged,
    ServerEvent,
};
pub(crate) use refusal::RefusedAt;
pub use service::Messages;
pub(crate) use template_data::MessageData;
pub use view::MessageView;
