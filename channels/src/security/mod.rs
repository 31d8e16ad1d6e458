//! Restricts who may connect: [`OriginValidator`], and [`WebsocketDenier`], which refuses
//! everybody.
//!
//! Source: channels/security/websocket.py.

mod denier;
mod origins;

pub use denier::WebsocketDenier;
pub use origins::OriginValidator;
