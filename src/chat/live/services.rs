//! The services that consumers and pages share.

use std::sync::Arc;

use actix::{Actor, Addr};
use channels::Layer;

use super::server::{ChatServer, ChatServerParts};
use crate::{
    chat::{
        messages::{Markup, Messages},
        presence::PresenceServer,
        receipts::{Delivery, Health},
    },
    config::Limits,
    db::Database,
    error::Result,
    security::RateLimiter,
    templates::Templates,
};

/// The actors and settings of the chat. Cheap to clone, registered as `web::Data`.
#[derive(Clone)]
pub struct Chat {
    /// Routes messages between rooms.
    pub server: Addr<ChatServer>,
    /// Tracks presence and typing.
    pub presence: Addr<PresenceServer>,
    /// Tracks receipts.
    pub delivery: Addr<Delivery>,
    /// Latency histograms.
    pub health: Health,
    /// Reads and changes messages.
    pub messages: Messages,
    /// The database, for all other queries.
    pub database: Database,
    /// The configured limits.
    pub limits: Arc<Limits>,
    /// The rate limits of people and addresses.
    pub rates: RateLimiter,
}

impl Chat {
    /// Starts the actors of the chat.
    ///
    /// # Errors
    /// [`Error::Template`](crate::error::Error::Template) if a message template uses a field that
    /// it is not given.
    pub fn start(
        database: &Database,
        layer: &Layer,
        templates: &Templates,
        (rates, limits): (&RateLimiter, &Arc<Limits>),
    ) -> Result<Self> {
        let markup = Markup::compile(templates)?;
        let health = Health::default();
        let presence = PresenceServer::new(database.clone(), layer.clone()).start();
        let delivery = Delivery::new(database.clone(), layer.clone(), health.clone()).start();
        let server = ChatServer::new(ChatServerParts {
            database: database.clone(),
            layer: layer.clone(),
            markup: markup.clone(),
            rates: rates.clone(),
            limits: Arc::clone(limits),
            presence: presence.clone(),
            delivery: delivery.clone(),
            health: health.clone(),
        })
        .start();
        Ok(Self {
            messages: Messages {
                database: database.clone(),
                markup,
                limits: Arc::clone(limits),
                post: server.clone().recipient(),
                change: server.clone().recipient(),
            },
            server,
            presence,
            delivery,
            health,
            database: database.clone(),
            limits: Arc::clone(limits),
            rates: rates.clone(),
        })
    }
}
