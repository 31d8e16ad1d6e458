//! A consumer that refuses everyone: [`WebsocketDenier`].
//!
//! Source: channels/security/websocket.py, `WebsocketDenier`.

use crate::answer::Deny;
use crate::connection::Context;
use crate::consumer::WebsocketConsumer;
use crate::error::HandlerResult;
use crate::event::Frame;

/// Denies every handshake with 403.
///
/// ```
/// use channels::security::WebsocketDenier;
/// use channels::{Scope, URLRouter};
/// let app = URLRouter::new().path("ws/closed/", |_: &Scope| WebsocketDenier);
/// # let _ = app;
/// ```
#[derive(Clone, Copy, Debug, Default)]
pub struct WebsocketDenier;

impl WebsocketConsumer for WebsocketDenier {
    type Event = ();

    async fn connect(&mut self, _: &mut Context<Self>) -> Result<(), Deny> {
        Err(Deny::forbidden())
    }

    async fn receive(&mut self, _: Frame, _: &mut Context<Self>) -> HandlerResult {
        Ok(())
    }
}
