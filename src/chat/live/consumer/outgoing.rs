//! Messages from the channel layer to this socket. Most are frames that are forwarded without
//! running the consumer.

use channels::{CloseCode, Context, Frame, HandlerResult};

use super::{ChatConsumer, signed_in};
use crate::{
    accounts::EndReason,
    chat::{
        layer::{ChatEvent, ConsumerEvent, frame},
        live::ConnectionEvent,
    },
};

/// The close code for "your session ended", in the range for applications (4000–4999).
const SESSION_ENDED: u16 = 4401;
/// After a restart, browsers reconnect at random times within this period, to spread the load.
const RECONNECT_WITHIN_MS: u64 = 5_000;

/// Returns the frame of an event that is the same for every socket.
pub(crate) fn for_all(event: &ConsumerEvent) -> Option<Frame> {
    match event {
        ConsumerEvent::Chat(ChatEvent::Told { frame }) => Some(frame.clone().into()),
        ConsumerEvent::Chat(ChatEvent::Restarting) => {
            let reconnect = ConnectionEvent::Restarting {
                reconnect_within_ms: RECONNECT_WITHIN_MS,
            };
            Some(frame(&reconnect).into())
        }
        ConsumerEvent::Relation(relation) => {
            let relation = serde_json::to_string(relation);
            Some(relation.expect("ids and words are JSON").into())
        }
        ConsumerEvent::Preferences(changed) => {
            let changed = serde_json::to_string(changed);
            Some(changed.expect("words and numbers are JSON").into())
        }
        ConsumerEvent::Chat(_) | ConsumerEvent::Session(_) => None,
    }
}

impl ChatConsumer {
    pub(super) async fn on_event(
        &mut self,
        event: &ConsumerEvent,
        ctx: &mut Context<Self>,
    ) -> HandlerResult {
        match event {
            ConsumerEvent::Chat(event) => self.on_chat_event(event, ctx).await,
            ConsumerEvent::Session(ended) => match ended.ends(&signed_in(ctx)?.session) {
                Some(EndReason::Renewed) => {
                    ctx.close(CloseCode::RESTART, "the session has a new key");
                    Ok(())
                }
                Some(reason) => end_session(ctx, reason),
                None => Ok(()),
            },
            ConsumerEvent::Relation(_) | ConsumerEvent::Preferences(_) => Ok(()),
        }
    }

    async fn on_chat_event(&mut self, event: &ChatEvent, ctx: &mut Context<Self>) -> HandlerResult {
        match event {
            ChatEvent::Answered { frame } => {
                self.waiting_posts -= 1;
                Ok(ctx.send(frame.clone())?)
            }
            ChatEvent::Renamed { user } => {
                self.renamed = Some(user.clone());
                let user = user.clone();
                Ok(ctx.send(frame(&ConnectionEvent::PersonChanged { user }))?)
            }
            ChatEvent::SessionInvalid => end_session(ctx, EndReason::Revoked),
            // `for_all` has forwarded these already.
            ChatEvent::Told { .. } | ChatEvent::Restarting => Ok(()),
        }
    }
}

fn end_session(ctx: &mut Context<ChatConsumer>, reason: EndReason) -> HandlerResult {
    ctx.send(frame(&ConnectionEvent::SessionEnded { reason }))?;
    ctx.close(CloseCode::app(SESSION_ENDED)?, reason.as_str());
    Ok(())
}
