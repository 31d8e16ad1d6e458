use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use actix_session::Session;
use actix_session::storage::{SessionKey, SessionStore};
use actix_web::cookie::time::Duration as CookieDuration;
use actix_web::cookie::{Cookie, CookieJar, SameSite};
use actix_web::test::{TestRequest, call_service, init_service};
use actix_web::{App, HttpRequest, web};
use diesel::prelude::*;

use super::socket::still_valid_at;
use super::store::{Store, hash};
use super::{OPENING, Opening, SIGNED_IN, Sessions, sign_in};
use crate::accounts::models::{NewUser, StoredSession, User, UserId};
use crate::accounts::username;
use crate::config::Settings;
use crate::db::Timestamp;
use crate::db::testing::TestDatabase;
use crate::schema::sessions;
use crate::security::{SecretKeys, Site};

const DAY: Duration = Duration::from_secs(24 * 60 * 60);
const MINUTE: Duration = Duration::from_secs(60);

/// A store with a clock that the test advances.
struct Shelf {
    database: TestDatabase,
    store: Store,
    now: Arc<Mutex<Timestamp>>,
    ana: User,
}

impl Shelf {
    async fn new() -> Self {
        let database = TestDatabase::new();
        let now = Arc::new(Mutex::new(Timestamp::now()));
        let hands = Arc::clone(&now);
        let store = Store::new(database.clone(), &Settings::for_data("unused").limits);
        let new = NewUser::new(
            username::parse("ana").unwrap(),
            "!".to_owned(),
            Timestamp(0),
        );
        let ana = database.write(move |conn| new.insert(conn)).await.unwrap();
        Self {
            store: store.with_clock(move || *hands.lock().unwrap()),
            database,
            now,
            ana,
        }
    }

    fn forward(&self, time: Duration) {
        let mut now = self.now.lock().unwrap();
        *now = now.plus(time);
    }

    async fn open(&self) -> SessionKey {
        self.open_in(self.ana.session_epoch).await
    }

    async fn open_in(&self, epoch: i64) -> SessionKey {
        let opening = Opening {
            user_id: self.ana.id,
            epoch,
            user_agent: "Firefox".to_owned(),
            ip: "192.0.2.1".to_owned(),
        };
        let opening = serde_json::to_string(&opening).unwrap();
        let state = HashMap::from([
            (OPENING.to_owned(), opening),
            ("colour".to_owned(), "\"green\"".to_owned()),
        ]);
        self.store.save(state, &CookieDuration::ZERO).await.unwrap()
    }

    async fn state(&self, key: &SessionKey) -> Option<HashMap<String, String>> {
        self.store.load(key).await.unwrap()
    }

    async fn is_open(&self, key: &SessionKey) -> bool {
        self.state(key).await.is_some()
    }

    async fn rows(&self) -> Vec<StoredSession> {
        let rows = self.database.read(|conn| {
            Ok(sessions::table
                .select(StoredSession::as_select())
                .load(conn)?)
        });
        rows.await.unwrap()
    }
}

#[actix_web::test]
async fn the_table_never_holds_the_key() {
    let shelf = Shelf::new().await;

    let key = shelf.open().await;

    let row = &shelf.rows().await[0];
    assert_eq!(row.id_hash, hash(key.as_ref()));
    assert_eq!(row.id_hash.len(), 64);
    assert_eq!(row.data, r#"{"colour":"\"green\""}"#);
    assert!(!format!("{row:?}").contains(key.as_ref()));
}

#[actix_web::test]
async fn a_loaded_session_says_who_and_keeps_what_was_put_in() {
    let shelf = Shelf::new().await;
    let key = shelf.open().await;

    let mut state = shelf.state(&key).await.unwrap();

    assert!(state[SIGNED_IN].contains("\"username\":\"ana\""));
    assert!(!state[SIGNED_IN].contains(key.as_ref()));
    state.insert("colour".to_owned(), "\"black\"".to_owned());
    let same = shelf
        .store
        .update(key, state, &CookieDuration::ZERO)
        .await
        .unwrap();
    assert_eq!(shelf.state(&same).await.unwrap()["colour"], "\"black\"");
}

#[actix_web::test]
async fn unused_for_fourteen_days_a_session_is_over_and_its_row_gone() {
    let shelf = Shelf::new().await;
    let key = shelf.open().await;

    shelf.forward(14 * DAY - MINUTE);
    assert!(shelf.is_open(&key).await);
    shelf.forward(14 * DAY - MINUTE);
    assert!(shelf.is_open(&key).await, "it was used in between");
    shelf.forward(14 * DAY);

    assert!(!shelf.is_open(&key).await);
    assert!(shelf.rows().await.is_empty());
}

#[actix_web::test]
async fn ninety_days_are_the_end_however_often_it_was_used() {
    let shelf = Shelf::new().await;
    let key = shelf.open().await;
    for _ in 0..9 {
        shelf.forward(10 * DAY - MINUTE);
        assert!(shelf.is_open(&key).await);
    }

    shelf.forward(9 * MINUTE);

    assert!(!shelf.is_open(&key).await);
}

#[actix_web::test]
async fn the_last_use_is_noted_every_five_minutes_at_most() {
    let shelf = Shelf::new().await;
    let key = shelf.open().await;
    let opened = shelf.rows().await[0].last_seen_at;

    shelf.forward(5 * MINUTE - Duration::from_secs(1));
    assert!(shelf.is_open(&key).await);
    assert_eq!(shelf.rows().await[0].last_seen_at, opened);
    shelf.forward(Duration::from_secs(1));
    assert!(shelf.is_open(&key).await);

    assert_eq!(shelf.rows().await[0].last_seen_at, opened.plus(5 * MINUTE));
}

#[actix_web::test]
async fn an_open_socket_keeps_its_session_alive_up_to_the_ninety_days() {
    let shelf = Shelf::new().await;
    let key = shelf.open().await;
    let session = shelf.store.find(&hash(key.as_ref())).await.unwrap();
    let session = session.unwrap().session;
    for _ in 0..89 {
        shelf.forward(DAY);
        let now = *shelf.now.lock().unwrap();
        let valid = still_valid_at(&shelf.database, &session, now).await;
        assert!(valid.unwrap());
    }

    assert!(shelf.is_open(&key).await);
    let end = shelf.now.lock().unwrap().plus(DAY);
    let valid = still_valid_at(&shelf.database, &session, end).await;
    assert!(!valid.unwrap());
}

#[actix_web::test]
async fn the_twenty_first_session_takes_the_place_of_the_oldest() {
    let shelf = Shelf::new().await;
    let mut keys = Vec::new();
    for _ in 0..21 {
        keys.push(shelf.open().await);
        shelf.forward(MINUTE);
    }

    assert_eq!(shelf.rows().await.len(), 20);
    assert!(!shelf.is_open(&keys[0]).await);
    assert!(shelf.is_open(&keys[1]).await);
}

#[actix_web::test]
async fn a_session_of_another_epoch_is_dead_and_its_row_goes() {
    let shelf = Shelf::new().await;
    let key = shelf.open_in(shelf.ana.session_epoch + 1).await;
    assert_eq!(shelf.rows().await.len(), 1);

    assert!(!shelf.is_open(&key).await);

    assert!(shelf.rows().await.is_empty());
}

#[actix_web::test]
async fn an_unknown_key_is_nobody() {
    let shelf = Shelf::new().await;

    let unknown: SessionKey = "x".repeat(64).try_into().unwrap();

    assert!(!shelf.is_open(&unknown).await);
}

#[actix_web::test]
async fn writing_to_a_session_that_is_gone_opens_no_other() {
    let shelf = Shelf::new().await;
    let key = shelf.open().await;
    let state = shelf.state(&key).await.unwrap();
    shelf.store.delete(&key).await.unwrap();

    let new = shelf
        .store
        .update(key, state, &CookieDuration::ZERO)
        .await
        .unwrap();

    assert!(!shelf.is_open(&new).await);
    assert!(shelf.rows().await.is_empty());
}

#[actix_web::test]
async fn what_is_put_into_a_session_is_bounded() {
    let shelf = Shelf::new().await;
    let key = shelf.open().await;

    let long = HashMap::from([("long".to_owned(), "x".repeat(5000))]);

    assert!(
        shelf
            .store
            .update(key, long, &CookieDuration::ZERO)
            .await
            .is_err()
    );
}

async fn enter(session: Session, request: HttpRequest) -> &'static str {
    sign_in(&session, &request, UserId(1), 0).unwrap();
    "inside"
}

/// Returns a `Cookie` header with `key` in a cookie of this name.
fn sealed(keys: &SecretKeys, name: &str, key: &SessionKey) -> String {
    let mut jar = CookieJar::new();
    let cookie = Cookie::new(name.to_owned(), key.as_ref().to_owned());
    jar.private_mut(&keys.session_cookie()).add(cookie);
    jar.get(name).unwrap().encoded().to_string()
}

#[actix_web::test]
async fn a_session_of_before_the_port_was_in_the_name_stays_open() {
    let shelf = Shelf::new().await;
    let settings = Settings::for_data("unused");
    let site = Site::new(&settings, "127.0.0.1:8000".parse().unwrap());
    let keys = SecretKeys::ephemeral().unwrap();
    let sessions = Sessions::new(shelf.database.clone(), &keys, &site, &settings.limits);
    let (key, other) = (shelf.open().await, "x".repeat(64).try_into().unwrap());
    let old = sealed(&keys, "parlour_session", &key);

    assert!(sessions.open(&old).await.unwrap().is_some());
    let dead = sealed(&keys, "parlour_session_8000", &other);
    assert!(
        sessions
            .open(format!("{dead}; {old}"))
            .await
            .unwrap()
            .is_some()
    );
    let foreign = sealed(&SecretKeys::ephemeral().unwrap(), "parlour_session", &key);
    assert!(sessions.open(&foreign).await.unwrap().is_none());
    // A cookie that was encrypted for one name opens under no other.
    let renamed = old.replace("parlour_session=", "parlour_session_8000=");
    assert!(sessions.open(&renamed).await.unwrap().is_none());
}

#[actix_web::test]
async fn over_https_the_cookie_is_bound_to_this_host_and_out_of_reach_of_scripts() {
    let shelf = Shelf::new().await;
    assert_eq!(shelf.ana.id, UserId(1));
    let mut settings = Settings::for_data("unused");
    settings.public_url = Some("https://chat.example.org".parse().unwrap());
    let site = Site::new(&settings, "127.0.0.1:8000".parse().unwrap());
    let keys = SecretKeys::ephemeral().unwrap();
    let sessions = Sessions::new(shelf.database.clone(), &keys, &site, &settings.limits);
    let app = App::new()
        .route("/", web::get().to(enter))
        .wrap(sessions.middleware());

    let answer = call_service(&init_service(app).await, TestRequest::get().to_request()).await;

    let cookie = answer.response().cookies().next().unwrap();
    assert_eq!(cookie.name(), "__Host-parlour_session");
    assert_eq!(
        (cookie.secure(), cookie.http_only()),
        (Some(true), Some(true))
    );
    assert_eq!(
        (cookie.same_site(), cookie.path()),
        (Some(SameSite::Lax), Some("/"))
    );
    assert_eq!(cookie.domain(), None);
    assert_eq!(cookie.max_age(), Some(CookieDuration::days(90)));
}
