//! A bridge for applications that migrate from actix-web-actors, which is deprecated: its actors
//! send [`Frame`]s, and join groups with [`subscribe`](crate::actor::subscribe) like any actor,
//! until they are rewritten as consumers.
//!
//! Feature `web-actors`. The guide *From actix-web-actors to channels* shows the steps.
//!
//! ```
//! use actix::{Actor, StreamHandler};
//! use actix_web_actors::ws;
//! use channels::actor::subscribe;
//! use channels::layers::LayerMessage;
//! use channels::web_actors::send;
//! use channels::{GroupName, Layer};
//!
//! struct Chat(Layer);
//!
//! impl Actor for Chat {
//!     type Context = ws::WebsocketContext<Self>;
//!
//!     fn started(&mut self, ctx: &mut Self::Context) {
//!         subscribe(self, ctx, &self.0, [GroupName::encode("tea")]);
//!     }
//! }
//!
//! impl StreamHandler<LayerMessage> for Chat {
//!     fn handle(&mut self, message: LayerMessage, ctx: &mut Self::Context) {
//!         if let Ok(text) = message.decode::<String>() {
//!             send(ctx, text.as_str());
//!         }
//!     }
//! }
//! ```

use actix::Actor;
use actix_web_actors::ws;

use crate::event::{CloseCode, Disconnect, Frame, Side};

/// Sends a frame without copying its payload.
pub fn send<A>(ctx: &mut ws::WebsocketContext<A>, frame: impl Into<Frame>)
where
    A: Actor<Context = ws::WebsocketContext<A>>,
{
    match frame.into() {
        Frame::Text(text) => ctx.text(text),
        Frame::Binary(bytes) => ctx.binary(bytes),
    }
}

/// Sends a Close; the actor stops itself once the peer has answered it.
pub fn close<A>(ctx: &mut ws::WebsocketContext<A>, code: CloseCode, reason: &str)
where
    A: Actor<Context = ws::WebsocketContext<A>>,
{
    ctx.close(Some(ws::CloseReason {
        code: code.into(),
        description: Some(reason.to_owned()),
    }));
}

impl From<Frame> for ws::Message {
    fn from(frame: Frame) -> Self {
        match frame {
            Frame::Text(text) => Self::Text(text),
            Frame::Binary(bytes) => Self::Binary(bytes),
        }
    }
}

/// Pings, pongs, Closes and parts of messages are not frames of an application: they are returned
/// as errors.
impl TryFrom<ws::Message> for Frame {
    type Error = ws::Message;

    fn try_from(message: ws::Message) -> Result<Self, ws::Message> {
        match message {
            ws::Message::Text(text) => Ok(Self::Text(text)),
            ws::Message::Binary(bytes) => Ok(Self::Binary(bytes)),
            other => Err(other),
        }
    }
}

impl From<CloseCode> for ws::CloseCode {
    fn from(code: CloseCode) -> Self {
        code.as_u16().into()
    }
}

/// Converts a peer's Close for a consumer's `disconnect`.
impl From<Option<ws::CloseReason>> for Disconnect {
    fn from(reason: Option<ws::CloseReason>) -> Self {
        let code = reason.as_ref().map(|reason| reason.code.into());
        Self {
            code,
            reason: reason
                .and_then(|reason| reason.description)
                .unwrap_or_default(),
            initiated_by: Side::Client,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn frames_and_codes_are_the_same_on_both_sides() {
        for frame in [Frame::from("text"), Frame::from(vec![0, 159])] {
            let message = ws::Message::from(frame.clone());
            assert_eq!(Frame::try_from(message).unwrap(), frame);
        }
        let ping = Frame::try_from(ws::Message::Ping("?".into()));
        assert_eq!(ping, Err(ws::Message::Ping("?".into())));
        for code in [
            CloseCode::NORMAL,
            CloseCode::OVERLOAD,
            CloseCode::app(4001).unwrap(),
        ] {
            assert_eq!(u16::from(ws::CloseCode::from(code)), code.as_u16());
        }
        let reason = ws::CloseReason::from((ws::CloseCode::Away, "bye"));
        let why = Disconnect::from(Some(reason));
        assert_eq!((why.code, &*why.reason), (Some(1001), "bye"));
        assert_eq!(Disconnect::from(None).code, None);
    }
}
