//! The long-lived parts of the server: created once, in the order of their dependencies, and shared
//! by all workers.

use std::{net::SocketAddr, sync::Arc};

use actix_web::web::{Data, FormConfig, ServiceConfig};
use channels::Layer;
use channels::http::Streams;
use channels::security::OriginValidator;

use crate::{
    accounts::{FirstRun, KeptForms, Notices, PasswordHasher, Sessions, SignedIn, store_skeletons},
    chat::{
        later::{Later, PostDue},
        live::Chat,
        pages::room,
        reading::{Arrange, MoveReading},
        shell::ListFrame,
    },
    config::{Limits, Settings},
    db::Database,
    error::{Error, Result},
    friends::FriendBook,
    health::Stopping,
    security::{
        ConnectionLimits, Csrf, HandshakeRate, PagesInFlight, RateLimiter, SecretKeys, Site,
        connection_limits::raise_descriptor_limit, headers::SecurityHeaders,
    },
    templates::Templates,
};

/// All parts. Clones share them.
#[derive(Clone)]
pub(crate) struct Parts {
    pub(crate) site: Site,
    pub(crate) layer: Layer,
    pub(crate) sessions: Sessions,
    pub(crate) connections: ConnectionLimits,
    pub(crate) handshakes: HandshakeRate,
    pages: PagesInFlight,
    pub(crate) origins: OriginValidator,
    pub(crate) chat: Chat,
    later: Later,
    pub(crate) streams: Streams<SignedIn>,
    pub(crate) stopping: Stopping,
    pub(crate) first_run: FirstRun,
    bounds: Arc<Limits>,
    templates: Templates,
    csrf: Csrf,
    pub(crate) headers: SecurityHeaders,
    notices: Notices,
    kept_forms: KeptForms,
    hasher: PasswordHasher,
    limits: RateLimiter,
    friends: FriendBook,
}

impl Parts {
    /// Creates all parts for a server that listens on `address`, and starts the chat server.
    ///
    /// # Errors
    /// The reason why the server cannot start: the secret key, a template, or a pattern of origins.
    pub(crate) async fn assemble(
        settings: &Settings,
        address: SocketAddr,
        database: Database,
        layer: Layer,
    ) -> Result<Self> {
        let bounds = Arc::new(settings.limits.clone());
        let site = Site::new(settings, address);
        let keys = SecretKeys::open(settings)?;
        let templates = Templates::load()?;
        let limits = RateLimiter::new(&settings.rates);
        let descriptors = raise_descriptor_limit();
        store_skeletons(&database).await?;
        let first_run = FirstRun::prepare(&database).await?;
        let chat = Chat::start(&database, &layer, &templates, (&limits, &bounds))?;
        let due = chat.server.clone().recipient::<PostDue>();
        let later = Later::start(&database, &layer, due, &bounds);
        Ok(Self {
            later,
            sessions: Sessions::new(database.clone(), &keys, &site, &bounds),
            connections: ConnectionLimits::new(&bounds, descriptors),
            handshakes: HandshakeRate::new(limits.clone()),
            pages: PagesInFlight::new(&bounds),
            origins: OriginValidator::new(site.origins_of_sockets()).map_err(Error::internal)?,
            csrf: Csrf::new(&keys, database.epoch(), &site, &bounds),
            headers: SecurityHeaders::new(&site).map_err(Error::internal)?,
            notices: Notices::new(&keys, &site),
            kept_forms: KeptForms::new(room::page_with_box),
            hasher: PasswordHasher::on_every_core(bounds.bcrypt_cost).map_err(Error::internal)?,
            friends: FriendBook::new(database.clone(), layer.clone(), limits.clone(), &bounds),
            chat,
            streams: Streams::new(),
            stopping: Stopping::default(),
            site,
            layer,
            first_run,
            bounds,
            templates,
            limits,
        })
    }

    /// Registers the parts as `web::Data` for views, extractors and middleware.
    pub(crate) fn register(&self, cfg: &mut ServiceConfig) {
        let chat = self.chat.clone();
        cfg.app_data(Data::new(chat.database.clone()))
            .app_data(Data::new(chat.messages.clone()))
            .app_data(Data::new(chat.health.clone()))
            .app_data(Data::new(chat.server.clone().recipient::<MoveReading>()))
            .app_data(Data::new(chat.server.clone().recipient::<Arrange>()))
            .app_data(Data::from(ListFrame::of(&chat)))
            .app_data(Data::new(chat))
            .app_data(Data::new(self.later.clone()))
            .app_data(Data::new(self.templates.clone()))
            .app_data(Data::new(self.streams.clone()))
            .app_data(Data::new(self.layer.clone()))
            .app_data(Data::new(self.sessions.clone()))
            .app_data(Data::new(self.site.clone()))
            .app_data(Data::new(self.stopping.clone()))
            .app_data(Data::new(self.first_run.clone()))
            .app_data(Data::from(Arc::clone(&self.bounds)))
            .app_data(Data::new(self.csrf.clone()))
            .app_data(Data::new(self.headers.clone()))
            .app_data(Data::new(self.notices.clone()))
            .app_data(Data::new(self.kept_forms.clone()))
            .app_data(Data::new(self.hasher.clone()))
            .app_data(Data::new(self.limits.clone()))
            .app_data(Data::new(self.pages.clone()))
            .app_data(Data::new(self.friends.clone()))
            .app_data(
                FormConfig::default()
                    .limit(self.bounds.max_form_bytes)
                    .error_handler(|error, _| {
                        log::debug!(target: "parlour::http", "a form was refused: {error}");
                        Error::BadRequest("form").into()
                    }),
            );
    }
}
