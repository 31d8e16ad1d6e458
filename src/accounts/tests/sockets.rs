use std::sync::Arc;

use channels::testing::{Denied, WebsocketCommunicator};
use channels::{
    Context, Deny, Frame, HandlerResult, IntoEndpoint, Scope, URLRouter, WebsocketConsumer,
};

use super::browser::Browser;
use super::site::TestSite;
use crate::accounts::{SessionEvent, SignedIn, SocketSession};
use crate::config::Settings;
use crate::security::ConnectionLimits;

/// A consumer that sends the name of its signed-in person.
struct Doorman;

impl WebsocketConsumer for Doorman {
    type Event = SessionEvent;

    async fn connect(&mut self, ctx: &mut Context<Self>) -> Result<(), Deny> {
        ctx.accept(channels::Accept::new())?;
        let signed_in = ctx.scope().get::<SignedIn>().unwrap();
        let name = signed_in.user.username.clone();
        ctx.send(name.as_str())?;
        Ok(())
    }

    async fn receive(&mut self, _frame: Frame, _ctx: &mut Context<Self>) -> HandlerResult {
        Ok(())
    }

    async fn event(
        &mut self,
        _event: Arc<SessionEvent>,
        _ctx: &mut Context<Self>,
    ) -> HandlerResult {
        Ok(())
    }
}

/// Returns the middleware stack of the real site, with a limit of two sockets per person.
fn stack(site: &TestSite) -> impl IntoEndpoint + Clone {
    let mut limits = Settings::for_data("unused").limits;
    limits.sockets_per_user = 2;
    let connections = ConnectionLimits::new(&limits, 1024);
    URLRouter::new()
        .path("ws/", |_: &Scope| Doorman)
        .wrap(connections)
        .wrap(SocketSession::new(site.sessions.clone()))
}

fn socket(app: impl IntoEndpoint, cookies: &str) -> WebsocketCommunicator {
    WebsocketCommunicator::new(app, "/ws/").header("cookie", cookies)
}

async fn refusal(app: impl IntoEndpoint, cookies: &str) -> u16 {
    let denied: Denied = socket(app, cookies).connect().await.unwrap_err();
    denied.status
}

#[actix_web::test]
async fn a_socket_is_let_in_by_the_cookie_of_the_pages() {
    let site = TestSite::new().await;
    let ana = Browser::of(&site, "ana").await;

    let mut socket = socket(stack(&site), &ana.cookie_header());
    socket.connect().await.unwrap();

    assert_eq!(socket.receive_from().await.unwrap().as_text(), Some("ana"));
}

#[actix_web::test]
async fn without_a_living_session_there_is_no_socket() {
    let site = TestSite::new().await;
    let mut ana = Browser::of(&site, "ana").await;
    let cookies = ana.cookie_header();
    let forged = cookies.replace("parlour_session_8000=", "parlour_session_8000=x");

    assert_eq!(refusal(stack(&site), "").await, 403);
    assert_eq!(refusal(stack(&site), &forged).await, 403);
    ana.is_inside().await;
    ana.post("/accounts/logout/", &[])
        .await
        .leads_to("/accounts/login/");
    assert_eq!(
        refusal(stack(&site), &cookies).await,
        403,
        "a revoked session"
    );
}

#[actix_web::test]
async fn a_table_that_cannot_be_read_is_503_for_sockets_too() {
    let site = TestSite::new().await;
    let ana = Browser::of(&site, "ana").await;

    site.run("DROP TABLE sessions").await;

    assert_eq!(refusal(stack(&site), &ana.cookie_header()).await, 503);
}

#[actix_web::test]
async fn one_socket_too_many_is_refused_until_another_is_gone() {
    let site = TestSite::new().await;
    let app = stack(&site).into_endpoint();
    let cookies = Browser::of(&site, "ana").await.cookie_header();
    let mut first = socket(app.clone(), &cookies);
    first.connect().await.unwrap();
    let mut second = socket(app.clone(), &cookies);
    second.connect().await.unwrap();

    assert_eq!(refusal(app.clone(), &cookies).await, 429);
    first.disconnect(1000).await.unwrap();
    first.wait().await.unwrap();
    drop(first);

    socket(app, &cookies).connect().await.unwrap();
}
