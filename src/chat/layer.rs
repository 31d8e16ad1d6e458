//! Messages of the chat on the channel layer, and the names of its groups.

use actix::prelude::*;
use bytestring::ByteString;
use channels::{GroupName, Layer};
use serde::{Deserialize, Serialize};

use super::rooms::RoomId;
use crate::{
    accounts::{SessionEvent, UserId, UserRef, user_group},
    error::Result,
    friends::RelationEvent,
    preferences::PreferencesEvent,
};

/// Messages to consumers. The sender encodes a frame once, and all sockets share its buffer.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(tag = "type")]
pub enum ChatEvent {
    /// A frame to forward unchanged, without running the consumer.
    #[serde(rename = "chat.told")]
    Told {
        /// The text frame.
        frame: ByteString,
    },
    /// The server is about to close all sockets with 1012.
    #[serde(rename = "chat.restarting")]
    Restarting,
    /// The answer to one socket: its command was stored or refused.
    #[serde(rename = "chat.answered")]
    Answered {
        /// The text frame.
        frame: ByteString,
    },
    /// To the sockets of a person who may be shown by another name now.
    #[serde(rename = "chat.renamed")]
    Renamed {
        /// The person, with the present name.
        user: UserRef,
    },
    /// From the socket itself, which checks its session at intervals: it is not valid any more.
    #[serde(rename = "chat.session_invalid")]
    SessionInvalid,
}

/// All messages that a chat socket receives from the layer, from four apps.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(untagged)]
pub enum ConsumerEvent {
    /// From the chat.
    Chat(ChatEvent),
    /// From accounts: a session ended.
    Session(SessionEvent),
    /// From friends: a relation (friendship or block) changed.
    Relation(RelationEvent),
    /// From preferences: a person changed their preferences.
    Preferences(PreferencesEvent),
}

impl ConsumerEvent {
    /// Returns the message that forwards `frame` to the browser.
    pub(crate) fn told(frame: ByteString) -> Self {
        Self::Chat(ChatEvent::Told { frame })
    }
}

/// Encodes an event as a text frame: JSON with a `type`.
pub fn frame(event: &impl Serialize) -> ByteString {
    // Serialising fails only for maps with keys that are not strings. No event has one.
    serde_json::to_string(event).unwrap_or_default().into()
}

/// The group of all sockets that are subscribed to `room`.
pub(crate) fn room_group(room: RoomId) -> GroupName {
    GroupName::encode(&format!("room.{room}"))
}

/// The group of all open sockets.
pub fn everyone_group() -> GroupName {
    GroupName::encode("sockets")
}

/// Sends one frame to all sockets of these people.
pub(crate) async fn tell_people(
    layer: &Layer,
    people: impl IntoIterator<Item = UserId>,
    frame: ByteString,
) -> Result<()> {
    for person in people {
        let told = ConsumerEvent::told(frame.clone());
        layer.group_send(&user_group(person), told).await?;
    }
    Ok(())
}

/// Sends in the background, and logs a failure.
pub(crate) fn send_later<A>(
    actor: &A,
    ctx: &mut Context<A>,
    sent: impl Future<Output = Result<()>> + 'static,
) where
    A: Actor<Context = Context<A>>,
{
    let sent = async move {
        if let Err(error) = sent.await {
            log::error!(target: "parlour::chat", "an announcement failed: {error}");
        }
    };
    ctx.spawn(sent.into_actor(actor));
}
