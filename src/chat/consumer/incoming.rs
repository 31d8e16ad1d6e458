//! What the browser says: each event is parsed, counted, authorised and answered.

use channels::{CloseCode, Context, HandlerResult};

use super::{ChatConsumer, missed, pace, signed_in, user};
use crate::{
    chat::{
        models::{Budget, RoomId, RoomMember},
        protocol::{ClientEvent, ClientFrame, Refused, ServerEvent},
        server::{NotPosted, PresenceState, Typing},
    },
    error::{Error, Result},
    security::{Account, Action},
    words,
};

/// What an overrun socket is told to wait, for its next message.
const PACE_RETRY: std::time::Duration = std::time::Duration::from_secs(1);

impl ChatConsumer {
    pub(super) async fn receive_text(
        &mut self,
        text: &str,
        ctx: &mut Context<Self>,
    ) -> HandlerResult {
        let frame = ClientFrame::parse(text);
        let event = frame.as_ref().map(|frame| &frame.event);
        if !self.pace.allows_event(&self.parts.limits) || !self.account_allows(event, ctx)? {
            return self.too_fast(frame.map(|frame| frame.event), ctx);
        }
        let Some(frame) = frame else {
            return self.report(ctx, "bad_event", "error-bad-event");
        };
        let is_of_another = frame.is_of_another(self.parts.database.epoch());
        match frame.event {
            ClientEvent::Ping {} => Ok(ctx.send(ServerEvent::Pong {}.frame())?),
            ClientEvent::Resume { room, after } => {
                // No number of another history is behind this one's end.
                let after = if is_of_another { i64::MAX } else { after };
                self.resume(room, after, ctx).await
            }
            event if is_of_another => self.refuse_history(&event, ctx),
            ClientEvent::Read { room, seq } => self.read_up_to(room, seq, ctx).await,
            ClientEvent::MarkUnread { room, seq } => self.unread_from(room, seq, ctx).await,
            ClientEvent::ReadAll {} => self.read_all(ctx).await,
            ClientEvent::UndoReadAll {} => self.undo_read_all(ctx).await,
            ClientEvent::AskUnread {} => self.tell_unread(ctx).await,
            ClientEvent::AskSeen { room } => self.tell_seen(room, ctx).await,
            ClientEvent::Presence { state } => {
                // A tab that is open is never offline.
                self.set_presence(ctx, state.max(PresenceState::Away))
                    .await?;
                Ok(())
            }
            ClientEvent::Received {
                room,
                from,
                to,
                waited_ms,
            } => self.received(room, (from, to), waited_ms, ctx).await,
            ClientEvent::Status { room } => self.status(room, ctx).await,
            ClientEvent::TypingStart { room } => self.typing(room, true, ctx).await,
            ClientEvent::TypingStop { room } => self.typing(room, false, ctx).await,
            event => self.store(event, ctx),
        }
    }

    /// Whether all sockets of this person, and all of this address, may send one more such event.
    fn account_allows(&self, event: Option<&ClientEvent>, ctx: &Context<Self>) -> Result<bool> {
        let account = Account::from(signed_in(ctx)?.user.id);
        let check = |action: &Action| self.parts.rates.check(*action, Some(account), self.ip);
        match pace::actions_of(event).iter().try_for_each(check) {
            Ok(()) => Ok(true),
            Err(Error::TooMany { .. }) => Ok(false),
            Err(error) => Err(error),
        }
    }

    /// Answers an event from another history, whose numbers name other things in this one.
    fn refuse_history(&mut self, event: &ClientEvent, ctx: &mut Context<Self>) -> HandlerResult {
        let Some((room, client_id)) = event.to_store() else {
            return self.report(ctx, "other_history", "error-other-history");
        };
        let refused = Refused::new(room, client_id, &NotPosted::OtherHistory, None);
        Ok(ctx.send(ServerEvent::Refused(refused).frame())?)
    }

    /// A message that came too fast is answered, so that its sender's queue goes on.
    fn too_fast(&mut self, event: Option<ClientEvent>, ctx: &mut Context<Self>) -> HandlerResult {
        if let Some((room, client_id)) = event.as_ref().and_then(ClientEvent::to_store) {
            let reason = NotPosted::Refused(Error::TooMany {
                retry_after: PACE_RETRY,
            });
            let refused = Refused::new(room, client_id, &reason, None);
            ctx.send(ServerEvent::Refused(refused).frame())?;
            return self.count_error(ctx);
        }
        self.report(ctx, "too_fast", "error-too-fast")
    }

    pub(super) fn report(
        &mut self,
        ctx: &mut Context<Self>,
        code: &str,
        key: &str,
    ) -> HandlerResult {
        let event = ServerEvent::Error {
            code: code.into(),
            text: words::text(key),
        };
        ctx.send(event.frame())?;
        self.count_error(ctx)
    }

    fn count_error(&mut self, ctx: &mut Context<Self>) -> HandlerResult {
        if !self.pace.forgives_error(&self.parts.limits) {
            log::warn!(target: "parlour::security", event = "socket_limit"; "a socket was closed: too many errors");
            ctx.close(CloseCode::POLICY, "too many errors");
        }
        Ok(())
    }

    async fn resume(&mut self, room: RoomId, after: i64, ctx: &mut Context<Self>) -> HandlerResult {
        let user = signed_in(ctx)?.user.id;
        let limits = &self.parts.limits;
        let budget = Budget {
            messages: limits.resume_len,
            bytes: limits.resume_bytes,
        };
        let markup = self.parts.markup.clone();
        let missed = self.parts.database.read(move |conn| {
            let member = RoomMember::find(conn, room, user)?;
            missed::frame_after(conn, &markup, (&member, after), budget)
        });
        match missed.await {
            Ok(frame) => Ok(ctx.send(frame)?),
            Err(Error::NotFound) => self.report(ctx, "not_found", "error-no-room"),
            Err(Error::Busy(_)) => self.report(ctx, "busy", "error-busy"),
            Err(error) => Err(error.into()),
        }
    }

    async fn typing(&mut self, room: RoomId, active: bool, ctx: &Context<Self>) -> HandlerResult {
        let typing = Typing {
            room,
            person: user(ctx)?,
            active,
        };
        // A mark that is lost is renewed in 3 s.
        let _lost = self.parts.server.send(typing).await;
        Ok(())
    }
}
