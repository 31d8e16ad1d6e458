//! How much a consumer has queued, as it can ask itself.

use channels::testing::WebsocketCommunicator;
use channels::{
    Context, Frame, HandlerResult, IntoEndpoint as _, Scope, URLRouter, WebsocketConsumer,
};

/// Answers with the size of the queue before and after it has queued the message.
struct Accountant;

impl WebsocketConsumer for Accountant {
    type Event = ();

    async fn receive(&mut self, frame: Frame, ctx: &mut Context<Self>) -> HandlerResult {
        let before = ctx.buffered_amount();
        ctx.send(frame)?;
        let after = ctx.buffered_amount();
        Ok(ctx.send(format!("{before} {after}"))?)
    }
}

#[actix_web::test]
async fn what_is_queued_is_counted_until_the_connection_takes_it() {
    let app = URLRouter::new().path("", |_: &Scope| Accountant);
    let mut client = WebsocketCommunicator::new(app.into_endpoint(), "/");
    client.connect().await.unwrap();
    for _ in 0..2 {
        client.send_to("x".repeat(1000)).unwrap();
        assert_eq!(client.receive_from().await.unwrap().len(), 1000);
        assert_eq!(client.receive_from().await.unwrap(), Frame::from("0 1064"));
    }
}
