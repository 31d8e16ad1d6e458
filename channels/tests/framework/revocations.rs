//! Sockets end when their user is signed out elsewhere.

use std::sync::Arc;
use std::time::Duration;

use channels::auth::{AuthMiddleware, AuthStack, Revocations};
use channels::routing::Endpoint;
use channels::sessions::{SessionMiddleware, SessionStore as _};
use channels::testing::WebsocketCommunicator;
use channels::{
    CloseCode, Connecting, Deny, GroupName, IntoEndpoint as _, Layer, Middleware, Next, Scope,
    SocketOptions,
};
use futures_util::future::LocalBoxFuture;

use crate::scripted::application;
use crate::users::{Store, User, Users, client, desk, said, signed_in, users};

struct Site {
    app: Endpoint,
    store: Store,
    users: Users,
    revocations: Revocations,
    layer: Layer,
}

fn site() -> Site {
    let (store, users) = (Store::default(), users());
    // Not the layer of the sockets: revocations have one of their own choice.
    let layer = Layer::in_memory();
    let revocations = Revocations::new(&layer);
    let auth = AuthMiddleware::<User>::new(users.clone()).revocations(&revocations);
    let stack = AuthStack::of(SessionMiddleware::new(Arc::clone(&store)), auth);
    Site {
        app: desk(&users).wrap(stack),
        store,
        users,
        revocations,
        layer,
    }
}

async fn alice(site: &Site) -> (channels::sessions::SessionKey, WebsocketCommunicator) {
    let key = signed_in(&site.store, "alice", "hash-a").await;
    let mut client = client(&site.app, Some(&key));
    client.connect().await.expect("an accepted handshake");
    assert_eq!(said(&mut client, "who").await, "alice");
    (key, client)
}

const SIGNED_OUT: (u16, &str) = (4401, "signed out");

async fn assert_signed_out(client: &mut WebsocketCommunicator) {
    let (code, reason) = client.expect_close().await.expect("a close");
    assert_eq!((code, reason.as_str()), SIGNED_OUT);
}

#[actix_web::test]
async fn a_revoked_session_ends_its_sockets_and_no_others() {
    let site = site();
    let (key, mut first) = alice(&site).await;
    let mut second = client(&site.app, Some(&key));
    second.connect().await.unwrap();
    let (_, mut other_session) = alice(&site).await;
    let report = site.revocations.session(&key).await.unwrap();
    assert_eq!(report.delivered, 2);
    assert_signed_out(&mut first).await;
    assert_signed_out(&mut second).await;
    assert_eq!(said(&mut other_session, "who").await, "alice");
}

#[actix_web::test]
async fn a_revoked_user_loses_all_sockets_and_others_keep_theirs() {
    let site = site();
    let ((_, mut first), (_, mut second)) = (alice(&site).await, alice(&site).await);
    let key = signed_in(&site.store, "bob", "hash-b").await;
    let mut bob = client(&site.app, Some(&key));
    let mut stranger = client(&site.app, None);
    bob.connect().await.unwrap();
    stranger.connect().await.unwrap();
    assert_eq!(site.revocations.user("alice").await.unwrap().delivered, 2);
    assert_signed_out(&mut first).await;
    assert_signed_out(&mut second).await;
    assert_eq!(said(&mut bob, "who").await, "bob");
    assert_eq!(said(&mut stranger, "who").await, "nobody");
}

#[actix_web::test]
async fn a_message_of_another_process_does_it_too() {
    let site = site();
    let (_, mut first) = alice(&site).await;
    let group = GroupName::new("revoked.user.alice").unwrap();
    let message = serde_json::json!({ "type": "channels.revoked" });
    site.layer.group_send(&group, message).await.unwrap();
    assert_signed_out(&mut first).await;
}

#[actix_web::test]
async fn logout_on_one_socket_ends_the_others_of_the_session() {
    let site = site();
    let (key, mut first) = alice(&site).await;
    let mut second = client(&site.app, Some(&key));
    second.connect().await.unwrap();
    assert_eq!(said(&mut first, "logout").await, "nobody");
    assert_signed_out(&mut second).await;
    assert_eq!(said(&mut first, "who").await, "nobody", "it knows already");
    assert_eq!(site.revocations.user("alice").await.unwrap().delivered, 0);
}

#[actix_web::test]
async fn a_login_later_moves_to_the_groups_of_the_new_user() {
    let site = site();
    let (_, mut first) = alice(&site).await;
    assert_eq!(said(&mut first, "login bob").await, "bob");
    assert_eq!(site.revocations.user("alice").await.unwrap().delivered, 0);
    assert_eq!(site.revocations.user("bob").await.unwrap().delivered, 1);
    assert_signed_out(&mut first).await;
}

#[actix_web::test]
async fn the_code_and_the_reason_can_be_chosen() {
    let (store, users) = (Store::default(), users());
    let code = CloseCode::app(4001).unwrap();
    let revocations = Revocations::new(&Layer::in_memory())
        .code(code)
        .reason("bye");
    let auth = AuthMiddleware::<User>::new(users.clone()).revocations(&revocations);
    let stack = AuthStack::of(SessionMiddleware::new(Arc::clone(&store)), auth);
    let key = signed_in(&store, "alice", "hash-a").await;
    let mut client = client(&desk(&users).wrap(stack), Some(&key));
    client.connect().await.unwrap();
    revocations.user("alice").await.unwrap();
    assert_eq!(
        client.expect_close().await.unwrap(),
        (4001, "bye".to_owned())
    );
}

#[actix_web::test]
async fn a_handler_that_hangs_does_not_hold_it_up() {
    let site = site();
    let (app, journal) = application();
    let auth = AuthMiddleware::<User>::new(site.users.clone()).revocations(&site.revocations);
    let stack = AuthStack::of(SessionMiddleware::new(Arc::clone(&site.store)), auth);
    let key = signed_in(&site.store, "alice", "hash-a").await;
    let client = WebsocketCommunicator::new(app.wrap(stack), "/accept/");
    let cookie = format!("sessionid={}", key.as_str());
    let options = SocketOptions::new().handler_grace(Duration::from_millis(20));
    let mut client = client
        .options(options)
        .header("cookie", &cookie)
        .timeout(crate::scripted::PATIENCE);
    client.connect().await.unwrap();
    client.send_to("hang").unwrap();
    client.send_to("never answered").unwrap();
    site.revocations.session(&key).await.unwrap();
    assert_signed_out(&mut client).await;
    drop(client);
    let why = r#"disconnect Some(4401) "signed out" Server, in 0 groups"#;
    assert_eq!(journal.rest().await, [why, "dropped"]);
}

/// Signs Alice out after her session was looked up, before her socket is subscribed.
struct JustBefore(Store, channels::sessions::SessionKey);

impl Middleware for JustBefore {
    fn call<'a>(
        &'a self,
        scope: Scope,
        next: Next<'a>,
    ) -> LocalBoxFuture<'a, Result<Connecting, Deny>> {
        Box::pin(async move {
            let session = scope
                .get::<channels::sessions::Session>()
                .expect("a session")
                .clone();
            let known = session.get::<String>("_auth_user_id").await?;
            assert_eq!(known.as_deref(), Some("alice"));
            self.0.delete(&self.1).await?;
            next.run(scope).await
        })
    }
}

#[actix_web::test]
async fn who_is_signed_out_during_the_handshake_does_not_slip_through() {
    let site = site();
    let key = signed_in(&site.store, "alice", "hash-a").await;
    let auth = AuthMiddleware::<User>::new(site.users.clone()).revocations(&site.revocations);
    let app = desk(&site.users)
        .wrap(auth)
        .wrap(JustBefore(Arc::clone(&site.store), key.clone()))
        .wrap(SessionMiddleware::new(Arc::clone(&site.store)));
    let mut client = client(&app, Some(&key));
    client.connect().await.unwrap();
    assert_eq!(said(&mut client, "who").await, "nobody");
    assert_eq!(site.revocations.user("alice").await.unwrap().delivered, 0);
}

#[actix_web::test]
async fn a_socket_that_has_ended_is_in_no_group() {
    let site = site();
    let (_, mut first) = alice(&site).await;
    first.disconnect(1000).await.unwrap();
    drop(first);
    assert_eq!(site.revocations.user("alice").await.unwrap().delivered, 0);
}

#[actix_web::test]
async fn what_no_message_tells_of_is_noticed_by_looking_again() {
    let (store, users) = (Store::default(), users());
    let revocations = Revocations::new(&Layer::in_memory()).recheck(Duration::from_millis(10));
    let auth = AuthMiddleware::<User>::new(users.clone()).revocations(&revocations);
    let stack = AuthStack::of(SessionMiddleware::new(Arc::clone(&store)), auth);
    let app = desk(&users).wrap(stack);
    let key = signed_in(&store, "alice", "hash-a").await;
    let mut alice = client(&app, Some(&key));
    let bobs_key = signed_in(&store, "bob", "hash-b").await;
    let mut bob = client(&app, Some(&bobs_key));
    let mut stranger = client(&app, None);
    for client in [&mut alice, &mut bob, &mut stranger] {
        client.connect().await.unwrap();
    }
    store.delete(&key).await.unwrap();
    assert_signed_out(&mut alice).await;
    assert_eq!(said(&mut bob, "who").await, "bob");
    users.ban("bob");
    assert_signed_out(&mut bob).await;
    assert_eq!(said(&mut stranger, "who").await, "nobody");
}
