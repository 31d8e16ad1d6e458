//! Who may connect at all: [`OriginValidator`], and [`WebsocketDenier`] for what nobody may.
//!
//! Source: channels/security/websocket.py.

mod denier;
mod origins;

pub use denier::WebsocketDenier;
pub use origins::OriginValidator;
