//! Receipts from this socket (what the browser has received), and requests for the delivery state
//! of sent messages.

use std::time::Duration;

use channels::{Context, HandlerError, HandlerResult};

use super::{ChatConsumer, signed_in};
use crate::chat::{
    layer::frame,
    receipts::{ClientEvent, Received, ServerEvent, WhoReceived},
    rooms::{RoomId, RoomMember},
};

impl ChatConsumer {
    pub(super) async fn on_receipt(
        &mut self,
        event: ClientEvent,
        ctx: &mut Context<Self>,
    ) -> HandlerResult {
        match event {
            ClientEvent::Received {
                room,
                from,
                to,
                waited_ms,
            } => self.received(room, (from, to), waited_ms, ctx).await,
            ClientEvent::Status { room } => self.status(room, ctx).await,
        }
    }

    /// Forwards a receipt. A room that is not cached as the person's is looked up first. Otherwise
    /// anybody could make [`Delivery`](crate::chat::receipts::Delivery) load and keep any number of
    /// rooms.
    async fn received(
        &mut self,
        room: RoomId,
        (from, to): (i64, i64),
        waited_ms: Option<u64>,
        ctx: &mut Context<Self>,
    ) -> HandlerResult {
        if let Err(place) = self.known_rooms.binary_search(&room) {
            if !self.is_member(room, ctx).await? {
                return Ok(());
            }
            self.known_rooms.insert(place, room);
        }
        let receipt = Received {
            room,
            user: signed_in(ctx)?.user.id,
            from,
            to,
            waited: waited_ms.map(Duration::from_millis),
        };
        if self.chat.delivery.try_send(receipt).is_err() {
            log::debug!(target: "parlour::chat", "a receipt was lost; the next one says the same");
        }
        Ok(())
    }

    /// Returns whether this person is a member of `room`. Otherwise reports an error, which counts.
    async fn is_member(
        &mut self,
        room: RoomId,
        ctx: &mut Context<Self>,
    ) -> Result<bool, HandlerError> {
        let user = signed_in(ctx)?.user.id;
        let database = &self.chat.database;
        let member = database.read(move |conn| RoomMember::find(conn, room, user).map(drop));
        match member.await {
            Ok(()) => Ok(true),
            Err(error) => self.report_failure(ctx, error).map(|()| false),
        }
    }

    async fn status(&mut self, room: RoomId, ctx: &mut Context<Self>) -> HandlerResult {
        let user = signed_in(ctx)?.user.id;
        if !self.is_member(room, ctx).await? {
            return Ok(());
        }
        let delivered = self.chat.delivery.send(WhoReceived { room, user }).await;
        if let Ok(Some(delivered)) = delivered {
            ctx.send(frame(&ServerEvent::Delivered { room, delivered }))?;
        }
        Ok(())
    }
}
