//! What middleware may do, and what stays inside of it.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use channels::testing::WebsocketCommunicator;
use channels::{
    Connecting, Context, Deny, Frame, HandlerResult, IntoEndpoint, Middleware, Next, Scope,
    SocketOptions, WebsocketConsumer,
};
use futures_util::future::LocalBoxFuture;

type Called<'a> = LocalBoxFuture<'a, Result<Connecting, Deny>>;

#[derive(Clone)]
struct Trail(Vec<&'static str>);

/// Adds its name to the trail in the scope, and to the answer's headers.
struct Adds(&'static str);

impl Middleware for Adds {
    fn call<'a>(&'a self, mut scope: Scope, next: Next<'a>) -> Called<'a> {
        let mut trail = scope.get().cloned().unwrap_or(Trail(Vec::new()));
        trail.0.push(self.0);
        scope.insert(trail);
        Box::pin(async move { Ok(next.run(scope).await?.header("x-trail", self.0)) })
    }
}

struct Reports;

impl WebsocketConsumer for Reports {
    type Event = ();

    async fn receive(&mut self, _: Frame, ctx: &mut Context<Self>) -> HandlerResult {
        let trail = ctx.scope().get::<Trail>().map(|trail| trail.0.join(" "));
        Ok(ctx.send(trail.unwrap_or_default())?)
    }
}

#[actix_web::test]
async fn the_one_wrapped_last_runs_first_and_may_add_to_the_answer() {
    let app = (|_: &Scope| Reports)
        .wrap(Adds("inner"))
        .wrap(Adds("outer"));
    let mut client = WebsocketCommunicator::new(app, "/");
    let connected = client.connect().await.unwrap();
    client.send_to("").unwrap();
    assert_eq!(
        client.receive_from().await.unwrap(),
        Frame::from("outer inner")
    );
    let names: Vec<_> = connected
        .headers
        .iter()
        .map(|(_, value)| value.as_str())
        .collect();
    assert_eq!(names, ["inner", "outer"]);
}

#[test]
fn a_change_of_the_scope_is_not_seen_further_out() {
    let mut outer = Scope::builder("/").build();
    outer.insert(Trail(vec!["outer"]));
    let mut inner = outer.clone();
    inner.insert(Trail(vec!["inner"]));
    inner.insert(7_u8);
    assert_eq!(outer.get::<Trail>().unwrap().0, ["outer"]);
    assert_eq!(outer.get::<u8>(), None);
    assert_eq!(inner.get::<Trail>().unwrap().0, ["inner"]);
}

/// Counts the connections that are alive.
struct Permit(Arc<AtomicUsize>);

impl Drop for Permit {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::SeqCst);
    }
}

struct Counts(Arc<AtomicUsize>);

impl Middleware for Counts {
    fn call<'a>(&'a self, mut scope: Scope, next: Next<'a>) -> Called<'a> {
        if self.0.fetch_add(1, Ordering::SeqCst) >= 1 {
            self.0.fetch_sub(1, Ordering::SeqCst);
            return Box::pin(async { Err(Deny::status(429)) });
        }
        scope.insert(Permit(Arc::clone(&self.0)));
        Box::pin(next.run(scope))
    }
}

#[actix_web::test]
async fn what_is_put_into_the_scope_lives_as_long_as_the_connection() {
    let alive = Arc::new(AtomicUsize::new(0));
    let app = (|_: &Scope| Reports).wrap(Counts(Arc::clone(&alive)));
    let mut first = WebsocketCommunicator::new(app.clone(), "/");
    first.connect().await.unwrap();
    let mut second = WebsocketCommunicator::new(app.clone(), "/");
    assert_eq!(second.connect().await.unwrap_err().status, 429);
    first.disconnect(1000).await.unwrap();
    assert_eq!(alive.load(Ordering::SeqCst), 0);
    let mut third = WebsocketCommunicator::new(app, "/");
    third.connect().await.unwrap();
}

/// Fails with a secret.
struct Fails;

impl Middleware for Fails {
    fn call<'a>(&'a self, _: Scope, _: Next<'a>) -> Called<'a> {
        Box::pin(async { Err(std::io::Error::other("secret trouble").into()) })
    }
}

#[actix_web::test]
async fn an_error_in_middleware_denies_with_500_and_stays_secret() {
    let mut client = WebsocketCommunicator::new((|_: &Scope| Reports).wrap(Fails), "/");
    let denied = client.connect().await.unwrap_err();
    assert_eq!(denied.status, 500);
    assert!(!format!("{denied:?}").contains("secret"));
}

/// Never comes back.
struct Hangs;

impl Middleware for Hangs {
    fn call<'a>(&'a self, _: Scope, _: Next<'a>) -> Called<'a> {
        Box::pin(std::future::pending())
    }
}

#[actix_web::test]
async fn middleware_that_takes_too_long_is_given_up_with_503() {
    let limit = std::time::Duration::from_millis(20);
    let client = WebsocketCommunicator::new((|_: &Scope| Reports).wrap(Hangs), "/");
    let mut client = client.options(SocketOptions::new().connect_timeout(limit));
    assert_eq!(client.connect().await.unwrap_err().status, 503);
}
