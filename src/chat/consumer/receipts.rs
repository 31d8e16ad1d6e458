//! What the browser has received, and how it stands with what it sent.

use std::time::Duration;

use channels::{Context, HandlerResult};

use super::{ChatConsumer, signed_in};
use crate::{
    chat::{
        delivery::{Received, WhoReceived},
        models::{RoomId, RoomMember},
        protocol::ServerEvent,
    },
    error::Error,
};

impl ChatConsumer {
    /// Passes a receipt on; whether it is one of a member is looked up there.
    pub(super) fn received(
        &mut self,
        room: RoomId,
        (from, to): (i64, i64),
        waited_ms: Option<u64>,
        ctx: &Context<Self>,
    ) -> HandlerResult {
        let receipt = Received {
            room,
            user: signed_in(ctx)?.user.id,
            from,
            to,
            waited: waited_ms.map(Duration::from_millis),
        };
        if self.parts.delivery.try_send(receipt).is_err() {
            log::debug!(target: "parlour::chat", "a receipt was lost; the next one says the same");
        }
        Ok(())
    }

    pub(super) async fn status(&mut self, room: RoomId, ctx: &mut Context<Self>) -> HandlerResult {
        let user = signed_in(ctx)?.user.id;
        let member = self
            .parts
            .database
            .read(move |conn| RoomMember::find(conn, room, user).map(drop));
        match member.await {
            Ok(()) => {}
            Err(Error::NotFound) => return self.report(ctx, "not_found", "error-no-room"),
            Err(Error::Busy(_)) => return self.report(ctx, "busy", "error-busy"),
            Err(error) => return Err(error.into()),
        }
        let delivered = self.parts.delivery.send(WhoReceived { room, user }).await;
        if let Ok(Some(delivered)) = delivered {
            ctx.send(ServerEvent::Delivered { room, delivered }.frame())?;
        }
        let health = ServerEvent::health(&self.parts.health, room);
        Ok(ctx.send(health.frame())?)
    }
}
