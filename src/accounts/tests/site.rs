//! A site for one test.

use std::num::NonZeroUsize;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use actix_session::Session;
use actix_web::dev::Service;
use actix_web::middleware::from_fn;
use actix_web::test::{TestRequest, init_service};
use actix_web::{App, web};
use channels::Layer;
use channels::layers::ChannelReceiver;
use diesel::prelude::*;
use tokio::sync::Notify;

use super::browser::Answer;
use crate::accounts::models::{NewUser, User};
use crate::accounts::session::Sessions;
use crate::accounts::{
    FirstRun, KeptForms, Notices, PasswordHasher, SessionEvent, choose_session, recognise,
    report_storage, user_group, username,
};
use crate::config::Settings;
use crate::db::testing::TestDatabase;
use crate::db::{Connection, Timestamp};
use crate::error::Result;
use crate::security::{Csrf, RateLimiter, SecretKeys, Site, csrf};
use crate::templates::Templates;

/// The password of all test accounts.
pub(super) const PASSWORD: &str = "green tea at four";

/// The dependencies of the app's views.
#[derive(Clone)]
pub(super) struct TestSite {
    pub(super) database: Arc<TestDatabase>,
    pub(super) sessions: Sessions,
    pub(super) layer: Layer,
    pub(super) gate: Arc<Gate>,
    templates: Templates,
    site: Site,
    csrf: Csrf,
    limits: RateLimiter,
    hasher: PasswordHasher,
    notices: Notices,
    kept_forms: KeptForms,
    first_run: FirstRun,
    now: Arc<Mutex<Instant>>,
}

/// Blocks the view `/scribble/` until a test opens the gate.
#[derive(Default)]
pub(super) struct Gate {
    pub(super) entered: Notify,
    pub(super) open: Notify,
}

/// A view that waits before it writes into its session.
async fn scribble(session: Session, gate: web::Data<Gate>) -> &'static str {
    gate.entered.notify_one();
    gate.open.notified().await;
    session.insert("scribbled", true).unwrap();
    "scribbled"
}

impl TestSite {
    pub(super) async fn new() -> Self {
        let mut settings = Settings::for_data("unused");
        settings.limits.bcrypt_cost = 4;
        let database = Arc::new(TestDatabase::new());
        let site = Site::new(&settings, "127.0.0.1:8000".parse().unwrap());
        let keys = SecretKeys::ephemeral().unwrap();
        let now = Arc::new(Mutex::new(Instant::now()));
        let clock = Arc::clone(&now);
        Self {
            sessions: Sessions::new((**database).clone(), &keys, &site, &settings.limits),
            layer: Layer::in_memory(),
            gate: Arc::default(),
            templates: Templates::load().unwrap(),
            csrf: Csrf::new(&keys, database.epoch(), &site, &settings.limits),
            limits: RateLimiter::with_clock(&settings.rates, move || *clock.lock().unwrap()),
            hasher: PasswordHasher::start(4, NonZeroUsize::MIN).unwrap(),
            notices: Notices::new(&keys, &site),
            kept_forms: KeptForms::new(|_| None),
            first_run: FirstRun::prepare(&database).await.unwrap(),
            database,
            site,
            now,
        }
    }

    pub(super) fn forward(&self, time: Duration) {
        *self.now.lock().unwrap() += time;
    }

    pub(super) fn first_run_path(&self) -> String {
        self.first_run.path().unwrap()
    }

    /// Creates an account with the hash `stored`, not signed in anywhere.
    pub(super) async fn add_user(&self, name: &str, stored: &str) -> User {
        let new = NewUser::new(
            username::parse(name).unwrap(),
            stored.to_owned(),
            Timestamp::now(),
        );
        self.database
            .write(move |conn| new.insert(conn))
            .await
            .unwrap()
    }

    pub(super) async fn run(&self, sql: &'static str) {
        self.query(move |conn| Ok(diesel::sql_query(sql).execute(conn)?))
            .await;
    }

    pub(super) async fn query<T: Send + 'static>(
        &self,
        query: impl FnOnce(&mut Connection) -> Result<T> + Send + 'static,
    ) -> T {
        self.database.write(query).await.unwrap()
    }

    /// Subscribes to the messages for sockets of `user`.
    pub(super) async fn listen(&self, user: &User) -> ChannelReceiver {
        let receiver = self.layer.new_channel().await.unwrap();
        self.layer
            .group_add(&user_group(user.id), receiver.name())
            .await
            .unwrap();
        receiver
    }

    pub(super) async fn call(&self, request: TestRequest) -> Answer {
        let app = App::new()
            .app_data(web::Data::new((**self.database).clone()))
            .app_data(web::Data::new(self.templates.clone()))
            .app_data(web::Data::new(self.layer.clone()))
            .app_data(web::Data::new(self.sessions.clone()))
            .app_data(web::Data::new(self.site.clone()))
            .app_data(web::Data::new(self.csrf.clone()))
            .app_data(web::Data::new(self.limits.clone()))
            .app_data(web::Data::new(self.hasher.clone()))
            .app_data(web::Data::new(self.notices.clone()))
            .app_data(web::Data::new(self.kept_forms.clone()))
            .app_data(web::Data::new(self.first_run.clone()))
            .app_data(web::Data::from(Arc::clone(&self.gate)))
            .configure(crate::routes::account_pages)
            .route("/scribble/", web::get().to(scribble))
            .wrap(from_fn(csrf::guard))
            .wrap(from_fn(recognise))
            .wrap(self.sessions.middleware())
            .wrap(from_fn(choose_session))
            .wrap(from_fn(report_storage));
        let app = init_service(app).await;
        match Service::call(&app, request.to_request()).await {
            Ok(response) => Answer::read(response).await,
            Err(error) => Answer::refused(&error),
        }
    }
}

/// Returns the next message on `receiver`, which must have arrived already.
pub(super) async fn heard(receiver: &mut ChannelReceiver) -> Arc<SessionEvent> {
    let next = futures_util::StreamExt::next(receiver);
    let message = tokio::time::timeout(Duration::from_secs(1), next).await;
    message.unwrap().unwrap().decode::<SessionEvent>().unwrap()
}
