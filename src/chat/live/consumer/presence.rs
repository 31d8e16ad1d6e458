//! Presence and typing events from this socket.

use channels::{Context, HandlerResult};

use super::ChatConsumer;
use crate::chat::{
    presence::{ClientEvent, PresenceState, Typing},
    rooms::RoomId,
};

impl ChatConsumer {
    pub(super) async fn on_presence(
        &mut self,
        event: ClientEvent,
        ctx: &mut Context<Self>,
    ) -> HandlerResult {
        match event {
            ClientEvent::TypingStart { room } => self.typing(room, true, ctx).await,
            ClientEvent::TypingStop { room } => self.typing(room, false, ctx).await,
            ClientEvent::Set { state } => {
                // An open tab counts at least as away, even if the browser says offline.
                let state = state.max(PresenceState::Away);
                Ok(self.set_presence(ctx, state).await?)
            }
        }
    }

    async fn typing(&mut self, room: RoomId, active: bool, ctx: &Context<Self>) -> HandlerResult {
        let typing = Typing {
            room,
            person: self.user(ctx)?,
            active,
        };
        // A lost typing mark needs no retry, because browsers renew it every 3 s.
        let _lost = self.chat.presence.send(typing).await;
        Ok(())
    }
}
