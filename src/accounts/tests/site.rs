//! A site for one test, and browsers that visit it.

use std::collections::BTreeMap;
use std::num::NonZeroUsize;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use actix_session::Session;
use actix_web::cookie::Cookie;
use actix_web::http::StatusCode;
use actix_web::http::header::{CONTENT_TYPE, HOST, LOCATION, ORIGIN, RETRY_AFTER, USER_AGENT};
use actix_web::middleware::from_fn;
use actix_web::test::{TestRequest, init_service, read_body};
use actix_web::{App, web};
use channels::{ChannelReceiver, Layer};
use diesel::prelude::*;
use tokio::sync::Notify;

use crate::accounts::models::{NewUser, User};
use crate::accounts::session::Sessions;
use crate::accounts::{
    FirstRun, Notices, PasswordHasher, SessionEvent, recognise, report_storage, routes, user_group,
    username,
};
use crate::config::Settings;
use crate::db::testing::TestDatabase;
use crate::db::{Connection, Timestamp};
use crate::error::Result;
use crate::security::{Csrf, Limits, SecretKeys, Site, csrf};
use crate::templates::Templates;

/// Good enough for everybody.
pub(super) const PASSWORD: &str = "green tea at four";
const CLIENT: &str = "192.0.2.1:4711";

/// Everything that the app's views ask for.
#[derive(Clone)]
pub(super) struct TestSite {
    pub(super) database: Arc<TestDatabase>,
    pub(super) sessions: Sessions,
    pub(super) layer: Layer,
    pub(super) gate: Arc<Gate>,
    templates: Templates,
    site: Site,
    csrf: Csrf,
    limits: Limits,
    hasher: PasswordHasher,
    notices: Notices,
    first_run: FirstRun,
    now: Arc<Mutex<Instant>>,
}

/// Holds the view `/scribble/` until a test lets it go on.
#[derive(Default)]
pub(super) struct Gate {
    pub(super) entered: Notify,
    pub(super) open: Notify,
}

/// A view that writes into its session, slowly.
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
            csrf: Csrf::new(&keys, &site, &settings.limits),
            limits: Limits::with_clock(&settings.rates, move || *clock.lock().unwrap()),
            hasher: PasswordHasher::start(4, NonZeroUsize::MIN).unwrap(),
            notices: Notices::new(&keys, &site),
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

    /// An account whose stored password is `stored`, not signed in anywhere.
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

    /// What the sockets of `user` will hear.
    pub(super) async fn listen(&self, user: &User) -> ChannelReceiver {
        let receiver = self.layer.new_channel().await.unwrap();
        self.layer
            .group_add(&user_group(user.id), receiver.name())
            .await
            .unwrap();
        receiver
    }

    async fn call(&self, request: TestRequest) -> Answer {
        let app = App::new()
            .app_data(web::Data::new((**self.database).clone()))
            .app_data(web::Data::new(self.templates.clone()))
            .app_data(web::Data::new(self.layer.clone()))
            .app_data(web::Data::new(self.site.clone()))
            .app_data(web::Data::new(self.csrf.clone()))
            .app_data(web::Data::new(self.limits.clone()))
            .app_data(web::Data::new(self.hasher.clone()))
            .app_data(web::Data::new(self.notices.clone()))
            .app_data(web::Data::new(self.first_run.clone()))
            .app_data(web::Data::from(Arc::clone(&self.gate)))
            .configure(routes)
            .route("/scribble/", web::get().to(scribble))
            .wrap(from_fn(csrf::guard))
            .wrap(from_fn(recognise))
            .wrap(self.sessions.middleware())
            .wrap(from_fn(report_storage));
        let app = init_service(app).await;
        let response = match actix_web::dev::Service::call(&app, request.to_request()).await {
            Ok(response) => response,
            Err(error) => return Answer::refused(&error),
        };
        let header = |name| {
            let value = response.headers().get(name)?;
            Some(value.to_str().unwrap().to_owned())
        };
        Answer {
            status: response.status(),
            location: header(LOCATION),
            retry_after: header(RETRY_AFTER),
            header_names: response.headers().keys().map(ToString::to_string).collect(),
            cookies: response
                .response()
                .cookies()
                .map(Cookie::into_owned)
                .collect(),
            body: String::from_utf8(read_body(response).await.to_vec()).unwrap(),
        }
    }
}

/// What came back.
#[derive(Debug)]
pub(super) struct Answer {
    pub(super) status: StatusCode,
    pub(super) location: Option<String>,
    pub(super) retry_after: Option<String>,
    pub(super) header_names: Vec<String>,
    pub(super) body: String,
    cookies: Vec<Cookie<'static>>,
}

impl Answer {
    fn refused(error: &actix_web::Error) -> Self {
        Self {
            status: error.as_response_error().status_code(),
            location: None,
            retry_after: None,
            header_names: Vec::new(),
            body: String::new(),
            cookies: Vec::new(),
        }
    }

    fn token(&self) -> Option<&str> {
        let (_, rest) = self.body.split_once("name=\"csrf_token\" value=\"")?;
        rest.split('"').next()
    }

    /// The page without what is different on each.
    pub(super) fn without_token(&self) -> String {
        self.body.replace(self.token().unwrap(), "")
    }

    #[track_caller]
    pub(super) fn leads_to(&self, path: &str) {
        assert_eq!(self.status, StatusCode::SEE_OTHER, "{}", self.body);
        assert_eq!(self.location.as_deref(), Some(path));
    }
}

/// Keeps cookies and the token of the page that it shows.
#[derive(Clone)]
pub(super) struct Browser {
    site: TestSite,
    name: &'static str,
    pub(super) cookies: BTreeMap<String, Cookie<'static>>,
    pub(super) token: String,
}

impl Browser {
    pub(super) fn new(site: &TestSite) -> Self {
        Self::named(site, "Firefox/140.0 Linux")
    }

    pub(super) fn named(site: &TestSite, name: &'static str) -> Self {
        Self {
            site: site.clone(),
            name,
            cookies: BTreeMap::new(),
            token: String::new(),
        }
    }

    /// Signed in under a new account.
    pub(super) async fn of(site: &TestSite, name: &str) -> Self {
        let mut browser = Self::new(site);
        browser.get("/accounts/register/").await;
        let answer = browser
            .register("/accounts/register/", name, PASSWORD)
            .await;
        answer.leads_to("/");
        browser
    }

    /// Signed in under an account that exists.
    pub(super) async fn logged_in(site: &TestSite, name: &str) -> Self {
        let mut browser = Self::named(site, "Chrome/142.0 Windows");
        browser.log_in(name, PASSWORD).await.leads_to("/");
        browser
    }

    pub(super) async fn get(&mut self, path: &str) -> Answer {
        self.send(TestRequest::get().uri(path)).await
    }

    /// Fills in the form of the page that was opened last.
    pub(super) async fn post(&mut self, path: &str, fields: &[(&str, &str)]) -> Answer {
        let mut body = url::form_urlencoded::Serializer::new(String::new());
        body.extend_pairs(fields)
            .append_pair("csrf_token", &self.token);
        let request = TestRequest::post()
            .uri(path)
            .insert_header((ORIGIN, "http://127.0.0.1:8000"))
            .insert_header((CONTENT_TYPE, "application/x-www-form-urlencoded"))
            .set_payload(body.finish());
        self.send(request).await
    }

    pub(super) async fn log_in(&mut self, name: &str, password: &str) -> Answer {
        self.get("/accounts/login/").await;
        let fields = [("username", name), ("password", password)];
        self.post("/accounts/login/", &fields).await
    }

    pub(super) async fn register(&mut self, path: &str, name: &str, password: &str) -> Answer {
        let fields = [
            ("username", name),
            ("password", password),
            ("password_again", password),
        ];
        self.post(path, &fields).await
    }

    /// Whether somebody is signed in here.
    pub(super) async fn is_inside(&mut self) -> bool {
        let answer = self.get("/accounts/devices/").await;
        match answer.status {
            StatusCode::OK => true,
            StatusCode::UNAUTHORIZED => false,
            other => panic!("{other}: {}", answer.body),
        }
    }

    pub(super) fn cookie_header(&self) -> String {
        let cookies = self
            .cookies
            .values()
            .map(|cookie| cookie.encoded().to_string());
        cookies.collect::<Vec<_>>().join("; ")
    }

    async fn send(&mut self, mut request: TestRequest) -> Answer {
        for cookie in self.cookies.values() {
            request = request.cookie(cookie.clone());
        }
        let request = request
            .insert_header((HOST, "127.0.0.1:8000"))
            .insert_header((USER_AGENT, self.name))
            .peer_addr(CLIENT.parse().unwrap());
        let answer = self.site.call(request).await;
        for cookie in &answer.cookies {
            if cookie.value().is_empty() {
                self.cookies.remove(cookie.name());
            } else {
                let plain = Cookie::new(cookie.name().to_owned(), cookie.value().to_owned());
                self.cookies.insert(cookie.name().to_owned(), plain);
            }
        }
        if let Some(token) = answer.token() {
            self.token = token.to_owned();
        }
        answer
    }
}

/// The next event on `receiver`, which must be there already.
pub(super) async fn heard(receiver: &mut ChannelReceiver) -> Arc<SessionEvent> {
    let next = futures_util::StreamExt::next(receiver);
    let message = tokio::time::timeout(Duration::from_secs(1), next).await;
    message.unwrap().unwrap().decode::<SessionEvent>().unwrap()
}
