//! Sessions at a connection: when they are read, saved and given to the client.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, SystemTime};

use bytes::Bytes;
use channels::http::{Http, HttpConsumer, HttpContext};
use channels::routing::Endpoint;
use channels::sessions::{
    CookieMiddleware, InMemorySessionStore, SameSite, Save, Session, SessionData, SessionError,
    SessionExpiry, SessionKey, SessionMiddleware, SessionRecord, SessionStore,
};
use channels::testing::{Connected, HttpCommunicator, WebsocketCommunicator};
use channels::{
    Accept, Connecting, Context, Deny, Frame, HandlerResult, IntoEndpoint as _, Middleware, Next,
    Scope, URLRouter, WebsocketConsumer,
};
use futures_util::future::{BoxFuture, LocalBoxFuture};

type Store = Arc<InMemorySessionStore>;

/// Changes its session in `connect` as its path says, and later as frames say.
struct Keeper(String);

impl WebsocketConsumer for Keeper {
    type Event = ();

    async fn connect(&mut self, ctx: &mut Context<Self>) -> Result<(), Deny> {
        let session = ctx.session().expect("a session").clone();
        match self.0.as_str() {
            "write" => session.insert("seen", &1).await?,
            "write-save" => {
                session.insert("seen", &1).await?;
                session.save().await?;
            }
            "write-fail" => {
                session.insert("seen", &1).await?;
                return Err(std::io::Error::other("trouble").into());
            }
            "write-deny" => {
                session.insert("seen", &1).await?;
                return Err(Deny::forbidden());
            }
            "read" => drop(session.get::<u32>("seen").await?),
            "flush" => session.flush().await?,
            "browser" => {
                session.insert("seen", &1).await?;
                session.set_expiry(SessionExpiry::AtBrowserClose).await?;
            }
            "minute" => {
                session.insert("seen", &1).await?;
                let minute = Duration::from_secs(60);
                session.set_expiry(SessionExpiry::After(minute)).await?;
            }
            "until" => {
                session.insert("seen", &1).await?;
                let end = SystemTime::now() + Duration::from_secs(100);
                session.set_expiry(SessionExpiry::At(end)).await?;
            }
            "default" => session.set_expiry(SessionExpiry::Default).await?,
            _ => {}
        }
        ctx.accept(Accept::new())?;
        Ok(())
    }

    async fn receive(&mut self, frame: Frame, ctx: &mut Context<Self>) -> HandlerResult {
        let session = ctx.session().expect("a session").clone();
        match frame.as_text().unwrap_or_default() {
            "get" => {}
            "add" => {
                let seen = session.get::<u32>("seen").await?.unwrap_or_default();
                session.insert("seen", &(seen + 1)).await?;
            }
            "save" => {
                if let Err(failure) = session.save().await {
                    return Ok(ctx.send(failure.to_string())?);
                }
            }
            "flush" => session.flush().await?,
            "cycle" => session.cycle_key().await?,
            "remove" => drop(session.remove("seen").await?),
            other => return Ok(ctx.send(format!("what is {other}?"))?),
        }
        let seen = session.get::<u32>("seen").await?;
        ctx.send(format!("{seen:?} {}", session.modified()))?;
        Ok(())
    }
}

fn keeper() -> URLRouter {
    URLRouter::new().path("<str:how>/", |scope: &Scope| {
        Keeper(scope.param("how").expect("the pattern names it"))
    })
}

fn site(store: &Store) -> Endpoint {
    keeper().wrap(SessionMiddleware::new(Arc::clone(store)))
}

fn client(app: &Endpoint, path: &str, key: Option<&SessionKey>) -> WebsocketCommunicator {
    let client = WebsocketCommunicator::new(app.clone(), path).timeout(crate::scripted::PATIENCE);
    match key {
        Some(key) => client.header("cookie", format!("sessionid={}", key.as_str())),
        None => client,
    }
}

async fn said(client: &mut WebsocketCommunicator, word: &str) -> String {
    client.send_to(word).expect("an open connection");
    let answer = client.receive_from().await.expect("an answer");
    answer.as_text().expect("a text").to_owned()
}

async fn stored(store: &Store, seen: u32) -> SessionKey {
    let key = SessionKey::random();
    let record = SessionRecord {
        data: SessionData::from_iter([("seen".to_owned(), seen.into())]),
        age: Duration::from_secs(1000),
    };
    store
        .save(&key, &record, Save::Create)
        .await
        .expect("a store that works");
    key
}

/// The attributes of the one cookie of an answer; the cookie itself under "".
fn cookie(headers: &[(String, String)]) -> Option<BTreeMap<String, String>> {
    let mut cookies = headers.iter().filter(|(name, _)| name == "set-cookie");
    let (_, cookie) = cookies.next()?;
    assert!(cookies.next().is_none(), "one cookie at most");
    let mut parts = cookie.split("; ");
    let (name, value) = parts.next()?.split_once('=')?;
    assert_eq!(name, "sessionid");
    let mut attributes: BTreeMap<_, _> = parts
        .map(|part| part.split_once('=').unwrap_or((part, "")))
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect();
    attributes.insert(String::new(), value.to_owned());
    Some(attributes)
}

fn key_in(connected: &Connected) -> SessionKey {
    let cookie = cookie(&connected.headers).expect("a cookie");
    SessionKey::parse(&cookie[""]).expect("a key in it")
}

#[actix_web::test]
async fn what_connect_writes_is_saved_with_the_answer_and_the_client_gets_its_key() {
    let store = Store::default();
    for path in ["/write/", "/write-save/"] {
        let mut first = client(&site(&store), path, None);
        let connected = first.connect().await.unwrap();
        let attributes = cookie(&connected.headers).unwrap();
        assert_eq!(attributes["Path"], "/");
        assert_eq!(attributes["SameSite"], "lax");
        assert_eq!(attributes["Max-Age"], "1209600");
        assert!(attributes.contains_key("HttpOnly") && attributes.contains_key("expires"));
        assert!(!attributes.contains_key("Secure") && !attributes.contains_key("Domain"));
        let key = key_in(&connected);
        assert_eq!(key.as_str().len(), 32);
        let mut second = client(&site(&store), "/read/", Some(&key));
        let connected = second.connect().await.unwrap();
        assert_eq!(cookie(&connected.headers), None, "nothing was changed");
        assert_eq!(said(&mut second, "get").await, "Some(1) false");
    }
}

#[actix_web::test]
async fn the_cookie_looks_as_it_is_told() {
    let sessions = SessionMiddleware::new(InMemorySessionStore::new())
        .domain("example.org")
        .path("/ws/")
        .secure(true)
        .http_only(false)
        .same_site(Some(SameSite::None))
        .max_age(Duration::from_secs(60));
    let mut client = client(&keeper().wrap(sessions), "/write/", None);
    let attributes = cookie(&client.connect().await.unwrap().headers).unwrap();
    assert_eq!(attributes["Domain"], "example.org");
    assert_eq!(attributes["Path"], "/ws/");
    assert_eq!(attributes["SameSite"], "None");
    assert_eq!(attributes["Max-Age"], "60");
    assert!(attributes.contains_key("Secure") && !attributes.contains_key("HttpOnly"));
}

#[actix_web::test]
async fn a_session_can_last_otherwise_than_the_middleware_says() {
    let store = Store::default();
    let mut browser = client(&site(&store), "/browser/", None);
    let attributes = cookie(&browser.connect().await.unwrap().headers).unwrap();
    assert!(!attributes.contains_key("Max-Age") && !attributes.contains_key("expires"));
    let mut minute = client(&site(&store), "/minute/", None);
    let attributes = cookie(&minute.connect().await.unwrap().headers).unwrap();
    assert_eq!(attributes["Max-Age"], "60");
    let connected = client(&site(&store), "/until/", None)
        .connect()
        .await
        .unwrap();
    let until: u64 = cookie(&connected.headers).unwrap()["Max-Age"]
        .parse()
        .unwrap();
    assert!((90..=100).contains(&until), "{until}");
    let key = key_in(&connected);
    let mut again = client(&site(&store), "/default/", Some(&key));
    let attributes = cookie(&again.connect().await.unwrap().headers).unwrap();
    assert_eq!(attributes["Max-Age"], "1209600");
}

#[actix_web::test]
async fn a_denial_saves_and_carries_the_cookie_too_but_a_failure_does_not() {
    let store = Store::default();
    let denied = client(&site(&store), "/write-deny/", None).connect().await;
    let denied = denied.unwrap_err();
    assert_eq!(denied.status, 403);
    assert!(cookie(&denied.headers).is_some());
    assert_eq!(store.len(), 1);
    let failed = client(&site(&store), "/write-fail/", None).connect().await;
    let failed = failed.unwrap_err();
    assert_eq!((failed.status, cookie(&failed.headers)), (500, None));
    assert_eq!(store.len(), 1);
}

#[actix_web::test]
async fn nobody_gets_a_session_for_looking() {
    let store = Store::default();
    let every = SessionMiddleware::new(Arc::clone(&store)).save_every_request(true);
    let app = keeper().wrap(every);
    for key in [None, Some(SessionKey::random())] {
        let connected = client(&app, "/read/", key.as_ref())
            .connect()
            .await
            .unwrap();
        let attributes = cookie(&connected.headers);
        // A key that nobody knows is taken away, and is not made good by that.
        assert_eq!(attributes.is_some(), key.is_some());
        assert!(store.is_empty());
    }
}

#[actix_web::test]
async fn every_request_saves_when_told_so() {
    let store = Store::default();
    let key = stored(&store, 7).await;
    let every = SessionMiddleware::new(Arc::clone(&store)).save_every_request(true);
    let connected = client(&keeper().wrap(every), "/x/", Some(&key))
        .connect()
        .await
        .unwrap();
    assert_eq!(key_in(&connected), key);
}

#[actix_web::test]
async fn an_emptied_session_takes_the_cookie_away() {
    let store = Store::default();
    let key = stored(&store, 7).await;
    let connected = client(&site(&store), "/flush/", Some(&key))
        .connect()
        .await
        .unwrap();
    let attributes = cookie(&connected.headers).unwrap();
    assert_eq!(
        (attributes[""].as_str(), attributes["Max-Age"].as_str()),
        ("\"\"", "0")
    );
    assert!(store.is_empty());
    let connected = client(&site(&store), "/flush/", None)
        .connect()
        .await
        .unwrap();
    assert_eq!(cookie(&connected.headers), None, "there was none to take");
}

#[actix_web::test]
async fn two_connections_have_a_session_each() {
    let store = Store::default();
    let (one, two) = (stored(&store, 10).await, stored(&store, 20).await);
    let app = site(&store);
    let mut first = client(&app, "/x/", Some(&one));
    let mut second = client(&app, "/x/", Some(&two));
    first.connect().await.unwrap();
    second.connect().await.unwrap();
    assert_eq!(said(&mut second, "add").await, "Some(21) true");
    assert_eq!(said(&mut first, "get").await, "Some(10) false");
    assert_eq!(said(&mut first, "add").await, "Some(11) true");
    assert_eq!(said(&mut second, "get").await, "Some(21) true");
}

#[actix_web::test]
async fn later_changes_are_saved_by_hand() {
    let store = Store::default();
    let key = stored(&store, 1).await;
    let mut first = client(&site(&store), "/x/", Some(&key));
    first.connect().await.unwrap();
    said(&mut first, "add").await;
    let seen = |data: Option<SessionData>| data.and_then(|data| data["seen"].as_u64());
    assert_eq!(seen(store.load(&key).await.unwrap()), Some(1));
    said(&mut first, "save").await;
    assert_eq!(seen(store.load(&key).await.unwrap()), Some(2));
    said(&mut first, "add").await;
    first.disconnect(1000).await.unwrap();
    assert_eq!(
        seen(store.load(&key).await.unwrap()),
        Some(2),
        "nobody saved that"
    );
}

#[actix_web::test]
async fn autosave_saves_at_the_end() {
    let store = Store::default();
    let key = stored(&store, 1).await;
    let app = keeper().wrap(SessionMiddleware::new(Arc::clone(&store)).autosave(true));
    let mut first = client(&app, "/x/", Some(&key));
    first.connect().await.unwrap();
    said(&mut first, "add").await;
    first.disconnect(1000).await.unwrap();
    let data = store.load(&key).await.unwrap().unwrap();
    assert_eq!(data["seen"], 2);
}

#[actix_web::test]
async fn a_session_deleted_meanwhile_does_not_come_back() {
    let store = Store::default();
    let key = stored(&store, 1).await;
    let app = keeper().wrap(SessionMiddleware::new(Arc::clone(&store)).autosave(true));
    let mut first = client(&app, "/x/", Some(&key));
    first.connect().await.unwrap();
    said(&mut first, "add").await;
    store.delete(&key).await.unwrap();
    assert!(
        said(&mut first, "save")
            .await
            .contains("deleted before it could be saved")
    );
    // The values are gone from the handle as well: saving again cannot sign anyone in.
    assert_eq!(said(&mut first, "get").await, "None true");
    first.disconnect(1000).await.unwrap();
    assert!(store.is_empty());
}

/// Deletes all sessions when the consumer was found, before the answer.
struct Meanwhile(Store, SessionKey);

impl Middleware for Meanwhile {
    fn call<'a>(
        &'a self,
        scope: Scope,
        next: Next<'a>,
    ) -> LocalBoxFuture<'a, Result<Connecting, Deny>> {
        Box::pin(async move {
            let session = scope.get::<Session>().expect("a session").clone();
            session.insert("seen", &2).await?;
            self.0.delete(&self.1).await?;
            next.run(scope).await
        })
    }
}

#[actix_web::test]
async fn a_session_deleted_during_the_handshake_denies_it_with_400() {
    let store = Store::default();
    let key = stored(&store, 1).await;
    let app = keeper()
        .wrap(Meanwhile(Arc::clone(&store), key.clone()))
        .wrap(SessionMiddleware::new(Arc::clone(&store)));
    let denied = client(&app, "/x/", Some(&key)).connect().await.unwrap_err();
    assert_eq!(denied.status, 400);
    assert!(store.is_empty());
}

#[actix_web::test]
async fn flush_and_cycle_change_the_key_at_once() {
    let store = Store::default();
    let key = stored(&store, 5).await;
    let mut first = client(&site(&store), "/x/", Some(&key));
    first.connect().await.unwrap();
    assert_eq!(said(&mut first, "cycle").await, "Some(5) true");
    assert!(!store.exists(&key).await.unwrap());
    assert_eq!(store.len(), 1, "the values live on under another key");
    assert_eq!(said(&mut first, "flush").await, "None true");
    assert!(store.is_empty());
}

#[actix_web::test]
async fn the_outer_of_two_session_middlewares_counts() {
    let (inner, outer) = (Store::default(), Store::default());
    let app = site(&inner).wrap(SessionMiddleware::new(Arc::clone(&outer)));
    client(&app, "/write/", None).connect().await.unwrap();
    assert_eq!((inner.len(), outer.len()), (0, 1));
}

#[actix_web::test]
async fn cookies_may_be_read_before() {
    let store = Store::default();
    let key = stored(&store, 3).await;
    let mut first = client(&site(&store).wrap(CookieMiddleware), "/x/", Some(&key));
    first.connect().await.unwrap();
    assert_eq!(said(&mut first, "get").await, "Some(3) false");
}

/// Counts the loads, and fails them when told.
#[derive(Default)]
struct Watched {
    loads: AtomicUsize,
    broken: bool,
}

impl SessionStore for Watched {
    fn load<'a>(
        &'a self,
        _: &'a SessionKey,
    ) -> BoxFuture<'a, Result<Option<SessionData>, SessionError>> {
        self.loads.fetch_add(1, Ordering::SeqCst);
        let data = SessionData::from_iter([("seen".to_owned(), 9.into())]);
        let loaded = match self.broken {
            true => Err(SessionError::store("the secret disk is on fire")),
            false => Ok(Some(data)),
        };
        Box::pin(async { loaded })
    }

    fn save<'a>(
        &'a self,
        _: &'a SessionKey,
        _: &'a SessionRecord,
        how: Save,
    ) -> BoxFuture<'a, Result<(), SessionError>> {
        Box::pin(async move {
            match how {
                Save::Create => Err(SessionError::KeyTaken),
                Save::Update => Ok(()),
            }
        })
    }

    fn delete<'a>(&'a self, _: &'a SessionKey) -> BoxFuture<'a, Result<(), SessionError>> {
        Box::pin(async { Ok(()) })
    }
}

#[actix_web::test]
async fn the_store_is_asked_once_and_only_when_somebody_asks() {
    let store = Arc::new(Watched::default());
    let app = keeper().wrap(SessionMiddleware::new(Arc::clone(&store)));
    let key = SessionKey::random();
    let mut first = client(&app, "/x/", Some(&key));
    first.connect().await.unwrap();
    assert_eq!(store.loads.load(Ordering::SeqCst), 0);
    assert_eq!(said(&mut first, "get").await, "Some(9) false");
    assert_eq!(said(&mut first, "remove").await, "None true");
    assert_eq!(store.loads.load(Ordering::SeqCst), 1);
}

#[actix_web::test]
async fn a_store_that_fails_denies_with_500_and_keeps_its_cause_secret() {
    let broken = Arc::new(Watched {
        broken: true,
        ..Watched::default()
    });
    let app = keeper().wrap(SessionMiddleware::new(broken));
    let key = SessionKey::random();
    let denied = client(&app, "/read/", Some(&key))
        .connect()
        .await
        .unwrap_err();
    assert_eq!(denied.status, 500);
    assert!(!format!("{denied:?}").contains("disk"));
}

#[actix_web::test]
async fn a_store_in_which_every_key_is_taken_is_given_up() {
    let app = keeper().wrap(SessionMiddleware::new(Watched::default()));
    let denied = client(&app, "/write/", None).connect().await.unwrap_err();
    assert_eq!(denied.status, 500);
}

#[actix_web::test]
async fn the_memory_store_forgets_and_is_bounded() {
    tokio::time::pause();
    let store = InMemorySessionStore::new().capacity(1);
    let record = SessionRecord {
        data: SessionData::new(),
        age: Duration::from_secs(10),
    };
    let (one, two) = (SessionKey::random(), SessionKey::random());
    store.save(&one, &record, Save::Create).await.unwrap();
    let full = store.save(&two, &record, Save::Create).await;
    assert!(matches!(full, Err(SessionError::Full(1))));
    let taken = store.save(&one, &record, Save::Create).await;
    assert!(matches!(taken, Err(SessionError::KeyTaken)));
    tokio::time::advance(Duration::from_secs(10)).await;
    assert!(!store.exists(&one).await.unwrap());
    let gone = store.save(&one, &record, Save::Update).await;
    assert!(matches!(gone, Err(SessionError::Deleted)));
    store.save(&two, &record, Save::Create).await.unwrap();
    assert_eq!(store.len(), 1);
}

#[test]
fn keys_are_checked_and_never_shown() {
    for text in [
        "",
        "short",
        "with space in it",
        "a;b=cdefgh",
        &"x".repeat(129),
        "éééééééé",
    ] {
        assert_eq!(SessionKey::parse(text), None, "{text}");
    }
    let key = SessionKey::random();
    assert_eq!(SessionKey::parse(key.as_str()), Some(key.clone()));
    assert!(!format!("{key:?}").contains(key.as_str()));
    assert_ne!(key, SessionKey::random());
}

/// Counts visits, and answers with the status of its path.
struct Page(u16);

impl HttpConsumer for Page {
    type Event = ();

    async fn handle(&mut self, _: Bytes, ctx: &mut HttpContext<Self>) -> HandlerResult {
        let session = ctx.session().expect("a session").clone();
        let seen = session.get::<u32>("seen").await?.unwrap_or_default() + 1;
        session.insert("seen", &seen).await?;
        if self.0 == 500 {
            return Err(std::io::Error::other("trouble").into());
        }
        ctx.send_response(self.0, format!("visit {seen}"))?;
        Ok(())
    }
}

#[actix_web::test]
async fn a_response_saves_and_carries_the_cookie_unless_it_failed() {
    let store = Store::default();
    let pages = URLRouter::new().path("<int:status>/", |scope: &Scope| {
        Http(Page(scope.param("status").expect("the pattern names it")))
    });
    let app = pages.wrap(SessionMiddleware::new(Arc::clone(&store)));
    let mut key = None;
    for (status, visit) in [(200, "visit 1"), (404, "visit 2")] {
        let mut page = HttpCommunicator::new(app.clone(), "GET", &format!("/{status}/"));
        if let Some(key) = &key {
            page = page.header("cookie", format!("sessionid={key}"));
        }
        let response = page.get_response().await.unwrap();
        assert_eq!((response.status, response.text().as_str()), (status, visit));
        let found = cookie(&response.headers).expect("a cookie")[""].clone();
        assert!(key.is_none_or(|key| key == found));
        key = Some(found);
    }
    let response = HttpCommunicator::new(app, "GET", "/500/")
        .get_response()
        .await
        .unwrap();
    assert_eq!((response.status, cookie(&response.headers)), (500, None));
    assert_eq!(store.len(), 1);
}

#[actix_web::test]
async fn every_cookie_of_the_name_is_tried() {
    let store = Store::default();
    let app = site(&store);
    let key = stored(&store, 7).await;
    let (ours, stale) = (key.as_str(), SessionKey::random());
    let stale = stale.as_str();
    let latin1: &[u8] = include_bytes!("cases/cookie-latin1.bin");
    let latin1 = latin1.trim_ascii_end();
    let pair = |key: &str| format!("sessionid={key}").into_bytes();
    for (first, second) in [
        (latin1.to_vec(), pair(ours)),
        (pair(ours), latin1.to_vec()),
        (pair(stale), pair(ours)),
        (pair(ours), pair(stale)),
        (b"sessionid=no key".to_vec(), pair(ours)),
        (pair(ours), b"sessionid=\xff\xfe\xfd; \x85".to_vec()),
        (pair(ours), "à=sessionid; x=全; \u{a0}".as_bytes().to_vec()),
    ] {
        let cookies = [&first[..], b"; ", &second].concat();
        let shown = cookies.escape_ascii().to_string();
        let client = WebsocketCommunicator::new(app.clone(), "/read/");
        let mut client = client.header("cookie", cookies);
        client.connect().await.expect("an open connection");
        assert_eq!(said(&mut client, "get").await, "Some(7) false", "{shown}");
    }
}
