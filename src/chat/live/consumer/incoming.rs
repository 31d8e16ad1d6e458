//! Events from the browser: parses each one, applies rate limits, and dispatches it to its feature.

use channels::{CloseCode, Context, HandlerResult};

use super::{ChatConsumer, rate_limit, signed_in};
use crate::{
    chat::{
        layer::frame,
        live::{ClientEvent, ClientFrame, ConnectionEvent, ConnectionRequest, ErrorCode},
        messages::{self, RefusedAt},
    },
    error::{Error, Result},
    security::{Account, Action},
    words,
};

/// How long a socket must wait after a message that exceeded the rate limit.
const RETRY_AFTER: std::time::Duration = std::time::Duration::from_secs(1);

impl ChatConsumer {
    pub(super) async fn receive_text(
        &mut self,
        text: &str,
        ctx: &mut Context<Self>,
    ) -> HandlerResult {
        let received = ClientFrame::parse(text);
        let event = received.as_ref().map(|received| &received.event);
        if !self.rate_limit.allows_event() || !self.account_allows(event, ctx)? {
            return self.too_fast(received.map(|received| received.event), ctx);
        }
        let Some(received) = received else {
            return self.report(ctx, ErrorCode::BadEvent);
        };
        let is_of_another = received.is_of_another(self.chat.database.epoch());
        match received.event {
            ClientEvent::Connection(ConnectionRequest::Ping {}) => {
                Ok(ctx.send(frame(&ConnectionEvent::Pong {}))?)
            }
            ClientEvent::Message(messages::ClientEvent::Resume { room, after }) => {
                // Event numbers of another epoch mean nothing here, so use one past any end: the
                // answer restarts from the beginning.
                let after = if is_of_another { i64::MAX } else { after };
                self.resume(room, after, ctx).await
            }
            event if is_of_another => self.refuse_history(&event, ctx),
            ClientEvent::Message(event) => self.on_message(event, ctx).await,
            ClientEvent::Reading(event) => self.on_reading(event, ctx).await,
            ClientEvent::Presence(event) => self.on_presence(event, ctx).await,
            ClientEvent::Receipt(event) => self.on_receipt(event, ctx).await,
        }
    }

    /// Checks the rate limits of the account and of the address, which all their sockets share.
    fn account_allows(&self, event: Option<&ClientEvent>, ctx: &Context<Self>) -> Result<bool> {
        let account = Account::from(signed_in(ctx)?.user.id);
        let check = |action: &Action| self.chat.rates.check(*action, Some(account), self.ip);
        match rate_limit::actions_of(event).iter().try_for_each(check) {
            Ok(()) => Ok(true),
            Err(Error::TooMany { .. }) => Ok(false),
            Err(error) => Err(error),
        }
    }

    /// Refuses an event from another epoch, because its numbers refer to other rows here.
    fn refuse_history(&mut self, event: &ClientEvent, ctx: &mut Context<Self>) -> HandlerResult {
        let Some((room, client_id)) = event.to_store() else {
            return self.report(ctx, ErrorCode::OtherHistory);
        };
        let at = RefusedAt {
            room,
            client_id,
            name: None,
        };
        let refused = messages::ServerEvent::Refused(at.other_history());
        Ok(ctx.send(frame(&refused))?)
    }

    /// Answers an event that exceeded the rate limit. A message gets a refusal with a time to
    /// retry, so that the queue of its sender continues.
    fn too_fast(&mut self, event: Option<ClientEvent>, ctx: &mut Context<Self>) -> HandlerResult {
        if let Some((room, client_id)) = event.as_ref().and_then(ClientEvent::to_store) {
            let at = RefusedAt {
                room,
                client_id,
                name: None,
            };
            let too_many = Error::TooMany {
                retry_after: RETRY_AFTER,
            };
            ctx.send(frame(&messages::ServerEvent::Refused(at.error(&too_many))))?;
            return self.count_error(ctx);
        }
        self.report(ctx, ErrorCode::TooFast)
    }

    /// Reports an event that was not accepted. It counts as an error of the socket.
    pub(super) fn report(&mut self, ctx: &mut Context<Self>, code: ErrorCode) -> HandlerResult {
        let event = ConnectionEvent::Error {
            code,
            text: words::text(code.words_key()),
        };
        ctx.send(frame(&event))?;
        self.count_error(ctx)
    }

    /// Reports *not found* and *busy* to the browser, and returns other database errors, which
    /// close the connection.
    pub(super) fn report_failure(
        &mut self,
        ctx: &mut Context<Self>,
        error: Error,
    ) -> HandlerResult {
        match error {
            Error::NotFound => self.report(ctx, ErrorCode::NotFound),
            Error::Busy(_) => self.report(ctx, ErrorCode::Busy),
            error => Err(error.into()),
        }
    }

    fn count_error(&mut self, ctx: &mut Context<Self>) -> HandlerResult {
        if !self.rate_limit.forgives_error() {
            log::warn!(target: "parlour::security", event = "socket_limit"; "a socket was closed: too many errors");
            ctx.close(CloseCode::POLICY, "too many errors");
        }
        Ok(())
    }
}
