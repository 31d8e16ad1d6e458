//! The user of a session: found at the handshake, signed in and out on the way.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use channels::auth::{
    Auth, AuthError, AuthEvents, AuthMiddleware, AuthStack, SessionUser, UserBackend, get_user,
    login, logout,
};
use channels::routing::Endpoint;
use channels::sessions::{
    InMemorySessionStore, Save, Session, SessionData, SessionKey, SessionMiddleware, SessionRecord,
    SessionStore,
};
use channels::testing::{Connected, WebsocketCommunicator};
use channels::{
    Accept, BoxError, Connecting, Context, Deny, Frame, HandlerResult, IntoEndpoint as _,
    Middleware, Next, Scope, URLRouter, WebsocketConsumer,
};
use futures_util::future::{BoxFuture, LocalBoxFuture};

pub(crate) type Store = Arc<InMemorySessionStore>;

#[derive(Clone, Debug, PartialEq)]
pub(crate) struct User {
    pub(crate) id: &'static str,
    pub(crate) hash: Option<String>,
    pub(crate) old_hashes: Vec<String>,
}

impl SessionUser for User {
    fn id(&self) -> String {
        self.id.to_owned()
    }

    fn session_auth_hash(&self) -> Option<String> {
        self.hash.clone()
    }

    fn session_auth_fallback_hashes(&self) -> Vec<String> {
        self.old_hashes.clone()
    }
}

/// A table of users that tests change at will.
#[derive(Clone, Default)]
pub(crate) struct Users(Arc<Mutex<HashMap<&'static str, User>>>);

pub(crate) fn user(id: &'static str, hash: &str) -> User {
    User {
        id,
        hash: Some(hash.to_owned()),
        old_hashes: Vec::new(),
    }
}

impl Users {
    pub(crate) fn put(&self, user: User) {
        self.0
            .lock()
            .expect("an unpoisoned lock")
            .insert(user.id, user);
    }

    pub(crate) fn ban(&self, id: &str) {
        self.0.lock().expect("an unpoisoned lock").remove(id);
    }
}

/// Alice and Bob.
pub(crate) fn users() -> Users {
    let users = Users::default();
    users.put(user("alice", "hash-a"));
    users.put(user("bob", "hash-b"));
    users
}

impl UserBackend for Users {
    type User = User;

    fn path(&self) -> &str {
        "tests.Users"
    }

    fn get_user<'a>(&'a self, id: &'a str) -> BoxFuture<'a, Result<Option<User>, BoxError>> {
        let found = self.0.lock().expect("an unpoisoned lock").get(id).cloned();
        Box::pin(async move {
            match id {
                "broken" => Err("the secret table is gone".into()),
                _ => Ok(found),
            }
        })
    }
}

/// Executes its client's commands, and answers with the resulting user.
pub(crate) struct Desk(pub(crate) Users);

impl Desk {
    async fn obey(&self, order: &str, ctx: &Context<Self>) -> Result<(), AuthError> {
        let known = |id: &str| {
            self.0
                .0
                .lock()
                .expect("an unpoisoned lock")
                .get(id)
                .cloned()
        };
        match order {
            "login alice" => ctx.login(known("alice").expect("alice exists")).await?,
            "login bob" => ctx.login(known("bob").expect("bob exists")).await?,
            "logout" => ctx.logout::<User>().await?,
            "refresh" => drop(ctx.refresh_user::<User>().await?),
            "save" => ctx.session().expect("a session").save().await?,
            "write" => {
                ctx.session()
                    .expect("a session")
                    .insert("tea", "green")
                    .await?
            }
            _ => {}
        }
        Ok(())
    }
}

impl WebsocketConsumer for Desk {
    type Event = ();

    async fn connect(&mut self, ctx: &mut Context<Self>) -> Result<(), Deny> {
        for order in ctx.scope().query_string().replace('+', " ").split('&') {
            self.obey(order, ctx).await?;
        }
        ctx.accept(Accept::new())?;
        Ok(())
    }

    async fn receive(&mut self, frame: Frame, ctx: &mut Context<Self>) -> HandlerResult {
        if frame == Frame::from("key") {
            let key = ctx.session().and_then(Session::session_key);
            return Ok(ctx.send(key.map_or_else(String::new, |key| key.as_str().to_owned()))?);
        }
        self.obey(frame.as_text().unwrap_or_default(), ctx).await?;
        let name = ctx.user::<User>().map_or("nobody", |user| user.id);
        Ok(ctx.send(name)?)
    }
}

pub(crate) fn desk(users: &Users) -> Endpoint {
    let users = users.clone();
    (move |_: &Scope| Desk(users.clone())).into_endpoint()
}

fn site(store: &Store, users: &Users) -> Endpoint {
    desk(users).wrap(AuthStack::new(Arc::clone(store), users.clone()))
}

pub(crate) fn client(app: &Endpoint, key: Option<&SessionKey>) -> WebsocketCommunicator {
    visiting(app, "/", key)
}

fn visiting(app: &Endpoint, path: &str, key: Option<&SessionKey>) -> WebsocketCommunicator {
    let client = WebsocketCommunicator::new(app.clone(), path).timeout(crate::scripted::PATIENCE);
    match key {
        Some(key) => client.header("cookie", format!("sessionid={}", key.as_str())),
        None => client,
    }
}

pub(crate) async fn said(client: &mut WebsocketCommunicator, word: &str) -> String {
    client.send_to(word).expect("an open connection");
    let answer = client.receive_from().await.expect("an answer");
    answer.as_text().expect("a text").to_owned()
}

/// The session of someone who signed in elsewhere.
pub(crate) async fn signed_in(store: &Store, id: &str, hash: &str) -> SessionKey {
    let values = [
        ("_auth_user_id", id),
        ("_auth_user_backend", "tests.Users"),
        ("_auth_user_hash", hash),
        ("tea", "black"),
    ];
    let values = values.map(|(name, value)| (name.to_owned(), value.into()));
    let key = SessionKey::random();
    let record = SessionRecord {
        data: SessionData::from_iter(values),
        age: Duration::from_secs(1000),
    };
    store
        .save(&key, &record, Save::Create)
        .await
        .expect("a store that works");
    key
}

fn key_in(connected: &Connected) -> SessionKey {
    let cookie = connected
        .headers
        .iter()
        .find(|(name, _)| name == "set-cookie");
    let value = cookie
        .expect("a cookie")
        .1
        .strip_prefix("sessionid=")
        .expect("the session cookie");
    SessionKey::parse(value.split(';').next().unwrap_or_default()).expect("a key")
}

async fn data(store: &Store, key: &SessionKey) -> SessionData {
    store
        .load(key)
        .await
        .expect("a store that works")
        .expect("a session")
}

#[actix_web::test]
async fn the_user_of_the_session_is_found_and_a_stranger_is_nobody() {
    let (store, users) = (Store::default(), users());
    let app = site(&store, &users);
    let key = signed_in(&store, "alice", "hash-a").await;
    for (key, name) in [(Some(&key), "alice"), (None, "nobody")] {
        let mut client = client(&app, key);
        client.connect().await.unwrap();
        assert_eq!(said(&mut client, "who").await, name);
    }
}

#[actix_web::test]
async fn a_session_with_an_unknown_user_or_backend_has_no_user_and_stays() {
    let (store, users) = (Store::default(), users());
    let app = site(&store, &users);
    let gone = signed_in(&store, "carol", "hash-c").await;
    let foreign = signed_in(&store, "alice", "hash-a").await;
    let mut record = SessionRecord {
        data: data(&store, &foreign).await,
        age: Duration::from_secs(1000),
    };
    record.data["_auth_user_backend"] = "tests.Others".into();
    store.save(&foreign, &record, Save::Update).await.unwrap();
    for key in [gone, foreign] {
        let mut client = client(&app, Some(&key));
        client.connect().await.unwrap();
        assert_eq!(said(&mut client, "who").await, "nobody");
        assert!(store.exists(&key).await.unwrap());
    }
}

#[actix_web::test]
async fn a_session_with_another_hash_is_flushed() {
    let (store, users) = (Store::default(), users());
    for hash in ["", "hash-b", "hash-", "hash-aa"] {
        let key = signed_in(&store, "alice", hash).await;
        let mut client = client(&site(&store, &users), Some(&key));
        let connected = client.connect().await.unwrap();
        assert_eq!(said(&mut client, "who").await, "nobody");
        assert!(!store.exists(&key).await.unwrap(), "{hash:?}");
        let (_, cookie) = &connected.headers[0];
        assert!(cookie.starts_with("sessionid=\"\"; "), "{cookie}");
    }
}

#[actix_web::test]
async fn a_hash_under_an_older_key_is_good_still() {
    let (store, users) = (Store::default(), users());
    let key = signed_in(&store, "alice", "hash-a").await;
    users.put(User {
        old_hashes: vec!["hash-x".into(), "hash-a".into()],
        ..user("alice", "hash-new")
    });
    let mut client = client(&site(&store, &users), Some(&key));
    client.connect().await.unwrap();
    assert_eq!(said(&mut client, "who").await, "alice");
}

#[actix_web::test]
async fn users_without_a_hash_are_not_checked() {
    let (store, users) = (Store::default(), users());
    let key = signed_in(&store, "alice", "anything").await;
    users.put(User {
        hash: None,
        ..user("alice", "")
    });
    let mut client = client(&site(&store, &users), Some(&key));
    client.connect().await.unwrap();
    assert_eq!(said(&mut client, "who").await, "alice");
}

#[actix_web::test]
async fn login_in_connect_gives_a_session_with_djangos_keys() {
    let (store, users) = (Store::default(), users());
    let app = site(&store, &users);
    let mut first = visiting(&app, "/?login+alice", None);
    let key = key_in(&first.connect().await.unwrap());
    assert_eq!(said(&mut first, "who").await, "alice");
    let data = data(&store, &key).await;
    assert_eq!(data["_auth_user_id"], "alice");
    assert_eq!(data["_auth_user_backend"], "tests.Users");
    assert_eq!(data["_auth_user_hash"], "hash-a");
    let mut second = client(&app, Some(&key));
    second.connect().await.unwrap();
    assert_eq!(said(&mut second, "who").await, "alice");
}

#[actix_web::test]
async fn login_of_someone_anonymous_keeps_the_values_under_a_new_key() {
    let (store, users) = (Store::default(), users());
    let app = site(&store, &users);
    let mut first = visiting(&app, "/?write", None);
    let key = key_in(&first.connect().await.unwrap());
    let mut second = visiting(&app, "/?login+alice", Some(&key));
    let new_key = key_in(&second.connect().await.unwrap());
    assert_ne!(key, new_key);
    assert!(!store.exists(&key).await.unwrap());
    assert_eq!(data(&store, &new_key).await["tea"], "green");
}

#[actix_web::test]
async fn login_of_someone_else_or_with_another_hash_flushes() {
    let (store, users) = (Store::default(), users());
    let app = site(&store, &users);
    for (order, keeps) in [("bob", false), ("alice", true)] {
        let key = signed_in(&store, "alice", "hash-a").await;
        let mut client = visiting(&app, &format!("/?login+{order}"), Some(&key));
        let new_key = key_in(&client.connect().await.unwrap());
        assert_eq!(said(&mut client, "who").await, order);
        assert_eq!(new_key == key, keeps);
        assert_eq!(data(&store, &new_key).await.contains_key("tea"), keeps);
    }
    let key = signed_in(&store, "alice", "hash-a").await;
    let mut client = client(&app, Some(&key));
    client.connect().await.unwrap();
    users.put(user("alice", "hash-new"));
    assert_eq!(said(&mut client, "login alice").await, "alice");
    assert!(!store.exists(&key).await.unwrap());
}

#[actix_web::test]
async fn login_later_is_saved_by_hand() {
    let (store, users) = (Store::default(), users());
    let mut client = client(&site(&store, &users), None);
    client.connect().await.unwrap();
    assert_eq!(said(&mut client, "login alice").await, "alice");
    let key = SessionKey::parse(&said(&mut client, "key").await).expect("a key");
    assert!(
        data(&store, &key).await.is_empty(),
        "a key and nothing else"
    );
    said(&mut client, "save").await;
    assert_eq!(data(&store, &key).await["_auth_user_id"], "alice");
}

#[actix_web::test]
async fn logout_flushes_and_leaves_nobody() {
    let (store, users) = (Store::default(), users());
    let key = signed_in(&store, "alice", "hash-a").await;
    let mut client = client(&site(&store, &users), Some(&key));
    client.connect().await.unwrap();
    assert_eq!(said(&mut client, "who").await, "alice");
    assert_eq!(said(&mut client, "logout").await, "nobody");
    assert!(store.is_empty());
    assert_eq!(said(&mut client, "refresh").await, "nobody");
}

#[actix_web::test]
async fn refreshing_notices_what_happened_elsewhere() {
    let (store, users) = (Store::default(), users());
    let app = site(&store, &users);
    let key = signed_in(&store, "alice", "hash-a").await;
    let (mut one, mut two) = (client(&app, Some(&key)), client(&app, Some(&key)));
    one.connect().await.unwrap();
    two.connect().await.unwrap();
    store.delete(&key).await.unwrap();
    assert_eq!(
        said(&mut one, "who").await,
        "alice",
        "a snapshot until it is refreshed"
    );
    assert_eq!(said(&mut one, "refresh").await, "nobody");

    let key = signed_in(&store, "bob", "hash-b").await;
    let mut bob = client(&app, Some(&key));
    bob.connect().await.unwrap();
    assert_eq!(said(&mut bob, "refresh").await, "bob");
    users.ban("bob");
    assert_eq!(said(&mut bob, "refresh").await, "nobody");
    drop(two);
}

#[actix_web::test]
async fn a_backend_that_fails_denies_with_500_and_keeps_its_cause_secret() {
    let (store, users) = (Store::default(), users());
    let key = signed_in(&store, "broken", "x").await;
    let denied = client(&site(&store, &users), Some(&key))
        .connect()
        .await
        .unwrap_err();
    assert_eq!(denied.status, 500);
    assert!(!format!("{denied:?}").contains("secret"));
    assert!(store.exists(&key).await.unwrap());
}

/// Puts a user into the scope, further out.
struct Outside;

impl Middleware for Outside {
    fn call<'a>(
        &'a self,
        mut scope: Scope,
        next: Next<'a>,
    ) -> LocalBoxFuture<'a, Result<Connecting, Deny>> {
        scope.insert(user("robot", "hash-r"));
        Box::pin(next.run(scope))
    }
}

#[actix_web::test]
async fn a_user_from_further_out_stays() {
    let (store, users) = (Store::default(), users());
    let key = signed_in(&store, "broken", "x").await;
    let mut client = client(&site(&store, &users).wrap(Outside), Some(&key));
    client.connect().await.unwrap();
    assert_eq!(said(&mut client, "who").await, "robot");
    assert_eq!(said(&mut client, "login alice").await, "alice");
    assert_eq!(said(&mut client, "logout").await, "nobody");
}

#[actix_web::test]
async fn the_outer_of_two_auth_middlewares_counts() {
    let (store, inner, outer) = (Store::default(), users(), users());
    inner.ban("alice");
    let key = signed_in(&store, "alice", "hash-a").await;
    let app = site(&store, &inner).wrap(AuthStack::new(Arc::clone(&store), outer));
    let mut client = client(&app, Some(&key));
    client.connect().await.unwrap();
    assert_eq!(said(&mut client, "who").await, "alice");
}

#[actix_web::test]
async fn without_a_session_there_is_no_user_and_the_handshake_fails() {
    let app = desk(&users()).wrap(AuthMiddleware::new(users()));
    assert_eq!(client(&app, None).connect().await.unwrap_err().status, 500);
}

/// The scope that an application at the end of the stack sees.
async fn scope_behind(app: Endpoint) -> Scope {
    let scope = Scope::builder("/").build();
    app.call(scope).await.expect("a consumer").scope().clone()
}

#[actix_web::test]
async fn the_functions_say_what_is_missing() {
    let bare = Scope::builder("/").build();
    assert!(matches!(
        get_user::<User>(&bare).await,
        Err(AuthError::NoSession)
    ));
    assert!(matches!(
        logout::<User>(&bare).await,
        Err(AuthError::NoSession)
    ));
    let failed = login(&bare, Some(Arc::new(user("alice", ""))), None).await;
    assert!(matches!(failed, Err(AuthError::NoSession)));

    let sessions = SessionMiddleware::new(InMemorySessionStore::new());
    let scope = scope_behind(desk(&users()).wrap(sessions)).await;
    let failed = get_user::<User>(&scope).await.unwrap_err();
    assert!(failed.to_string().contains("AuthMiddleware"), "{failed}");

    let stack = AuthStack::new(InMemorySessionStore::new(), users());
    let scope = scope_behind(desk(&users()).wrap(stack)).await;
    let failed = login::<User>(&scope, None, None).await;
    assert!(matches!(failed, Err(AuthError::NoUser)));
}

/// The same users under another name.
struct Others(Users);

impl UserBackend for Others {
    type User = User;

    fn path(&self) -> &str {
        "tests.Others"
    }

    fn get_user<'a>(&'a self, id: &'a str) -> BoxFuture<'a, Result<Option<User>, BoxError>> {
        self.0.get_user(id)
    }
}

#[actix_web::test]
async fn with_several_backends_login_must_be_told_which() {
    let auth = AuthMiddleware::new(users()).backend(Others(users()));
    let stack = AuthStack::of(SessionMiddleware::new(InMemorySessionStore::new()), auth);
    let scope = scope_behind(desk(&users()).wrap(stack)).await;
    let alice = Arc::new(user("alice", "hash-a"));
    for wrong in [None, Some("tests.Unknown")] {
        let failed = login(&scope, Some(Arc::clone(&alice)), wrong).await;
        assert!(matches!(failed, Err(AuthError::Backend(_))));
        assert_eq!(scope.user::<User>(), None);
    }
    login(&scope, Some(alice), Some("tests.Others"))
        .await
        .unwrap();
    let session = scope.get::<Session>().unwrap();
    let path = session.get::<String>("_auth_user_backend").await.unwrap();
    assert_eq!(path.as_deref(), Some("tests.Others"));
    let found = get_user::<User>(&scope).await.unwrap();
    assert_eq!(found.unwrap().id, "alice");
    // Without a user, that of the connection is signed in.
    session.flush().await.unwrap();
    login::<User>(&scope, None, Some("tests.Users"))
        .await
        .unwrap();
    assert_eq!(
        scope.get::<Auth<User>>().unwrap().user().unwrap().id,
        "alice"
    );
}

#[derive(Clone, Default)]
struct Heard(Arc<Mutex<Vec<String>>>);

impl Heard {
    fn note(&self, what: &str, user: &User) {
        self.0
            .lock()
            .expect("an unpoisoned lock")
            .push(format!("{what} {}", user.id));
    }
}

impl AuthEvents<User> for Heard {
    fn logged_in(&self, _: &Scope, user: &Arc<User>) {
        self.note("in", user);
    }

    fn logged_out(&self, _: &Scope, user: &Arc<User>) {
        self.note("out", user);
    }

    fn session_rejected(&self, _: &Scope, user: &Arc<User>) {
        self.note("rejected", user);
    }
}

#[actix_web::test]
async fn logins_and_logouts_are_heard_of() {
    let (store, heard) = (Store::default(), Heard::default());
    let auth = AuthMiddleware::new(users()).events(heard.clone());
    let stack = AuthStack::of(SessionMiddleware::new(Arc::clone(&store)), auth);
    let app = desk(&users()).wrap(stack);
    let key = signed_in(&store, "alice", "stale").await;
    let mut client = client(&app, Some(&key));
    client.connect().await.unwrap();
    for order in ["logout", "login bob", "logout", "logout"] {
        said(&mut client, order).await;
    }
    let heard = heard.0.lock().unwrap();
    assert_eq!(*heard, ["rejected alice", "in bob", "out bob"]);
}

#[actix_web::test]
async fn routes_inside_of_the_stack_nest_as_ever() {
    let (store, users) = (Store::default(), users());
    let inner = URLRouter::new().path("desk/", desk(&users));
    let stack = AuthStack::new(Arc::clone(&store), users.clone());
    let app = URLRouter::new()
        .path("ws/", inner.wrap(stack))
        .into_endpoint();
    let mut inside = visiting(&app, "/ws/desk/", None);
    assert!(inside.connect().await.is_ok());
    let denied = visiting(&app, "/ws/other/", None)
        .connect()
        .await
        .unwrap_err();
    assert_eq!(denied.status, 404);
}
