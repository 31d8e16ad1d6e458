//! What consumer and pages share.

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
    config::Limits as Settings,
    db::Database,
    error::Result,
    security::Limits,
    templates::Templates,
};

/// The actors and settings of the chat; cheap to clone, registered as `web::Data`.
#[derive(Clone)]
pub struct Chat {
    /// Routes messages between rooms.
    pub server: Addr<ChatServer>,
    /// Knows who is here.
    pub presence: Addr<PresenceServer>,
    /// Knows who has received what.
    pub delivery: Addr<Delivery>,
    /// How long messages take.
    pub health: Health,
    /// Reading and changing messages.
    pub messages: Messages,
    /// For everything else.
    pub database: Database,
    /// The limits that hold here.
    pub limits: Arc<Settings>,
    /// How often a person and an address may do what.
    pub rates: Limits,
}

impl Chat {
    /// Starts the actors of the chat.
    ///
    /// # Errors
    /// [`Error::Template`](crate::error::Error::Template) where a template of messages asks for what it is not
    /// given.
    pub fn start(
        database: &Database,
        layer: &Layer,
        templates: &Templates,
        (rates, limits): (&Limits, &Arc<Settings>),
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
