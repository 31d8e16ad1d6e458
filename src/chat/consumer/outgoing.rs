//! What the layer tells this socket: mostly ready frames to forward, shared by all who hear them.

use channels::{CloseCode, Context, HandlerResult};

use super::ChatConsumer;
use crate::{
    accounts::{self, EndReason},
    chat::{
        events::{ChatEvent, ConsumerEvent, room_group},
        models::{RoomId, RoomMember},
        protocol::ServerEvent,
    },
    error::Error,
};

/// "Your session ended" in the range that applications define.
const SESSION_ENDED: u16 = 4401;
/// After a restart browsers come back spread over this time.
const RECONNECT_WITHIN_MS: u64 = 5_000;

impl ChatConsumer {
    pub(super) async fn hear(
        &mut self,
        event: &ConsumerEvent,
        ctx: &mut Context<Self>,
    ) -> HandlerResult {
        match event {
            ConsumerEvent::Chat(event) => self.hear_chat(event, ctx).await,
            ConsumerEvent::Session(ended) => match ended.ends(&self.signed_in()?.session) {
                Some(EndReason::Renewed) => {
                    ctx.close(CloseCode::RESTART, "the session has a new key");
                    Ok(())
                }
                Some(reason) => end_session(ctx, reason),
                None => Ok(()),
            },
            ConsumerEvent::Relation(relation) => ctx.send_json(relation),
        }
    }

    async fn hear_chat(&mut self, event: &ChatEvent, ctx: &mut Context<Self>) -> HandlerResult {
        let me = self.signed_in()?.user.id;
        match event {
            ChatEvent::Posted {
                author,
                author_frame,
                frame,
            } => {
                let frame = if *author == me { author_frame } else { frame };
                Ok(ctx.send(frame.clone())?)
            }
            ChatEvent::Told { except, .. } if *except == me => Ok(()),
            ChatEvent::Told { frame, .. } => Ok(ctx.send(frame.clone())?),
            ChatEvent::Answered { frame } => {
                self.waiting_posts -= 1;
                Ok(ctx.send(frame.clone())?)
            }
            ChatEvent::RoomOpened { room } => self.follow(*room, ctx).await,
            ChatEvent::CheckSession => self.check_session(ctx).await,
            ChatEvent::Restarting => {
                let reconnect = ServerEvent::Restarting {
                    reconnect_within_ms: RECONNECT_WITHIN_MS,
                };
                Ok(ctx.send(reconnect.frame())?)
            }
        }
    }

    /// Membership is read again: a group event says where to look, not what is allowed.
    async fn follow(&mut self, room: RoomId, ctx: &mut Context<Self>) -> HandlerResult {
        let user = self.signed_in()?.user.id;
        let member = self
            .parts
            .database
            .read(move |conn| RoomMember::find(conn, room, user));
        match member.await {
            Ok(_) => {
                ctx.group_add(&room_group(room)).await?;
                Ok(ctx.send(ServerEvent::RoomAdded { room }.frame())?)
            }
            Err(Error::NotFound) => Ok(()),
            Err(error) => Err(error.into()),
        }
    }

    async fn check_session(&mut self, ctx: &mut Context<Self>) -> HandlerResult {
        let session = self.signed_in()?.session.clone();
        match accounts::still_valid(&self.parts.database, &session).await {
            Ok(true) => Ok(()),
            Ok(false) => end_session(ctx, EndReason::Revoked),
            // A busy database says nothing about the session; the next check will.
            Err(error) => {
                log::warn!(target: "parlour::chat", "a session could not be checked: {error}");
                Ok(())
            }
        }
    }
}

fn end_session(ctx: &mut Context<ChatConsumer>, reason: EndReason) -> HandlerResult {
    ctx.send(
        ServerEvent::SessionEnded {
            reason: reason.as_str().into(),
        }
        .frame(),
    )?;
    ctx.close(CloseCode::app(SESSION_ENDED)?, reason.as_str());
    Ok(())
}
