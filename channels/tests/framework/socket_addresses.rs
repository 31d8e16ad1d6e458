//! Others write to a socket through its address: actors, tasks, threads and streams.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use actix::{Actor, Context as ActixContext, Handler, Message, Recipient};
use channels::actor::{Close, ConsumerAddress, Send};
use channels::{
    Accept, CloseCode, Closed, Context, Deny, Disconnect, Error, Frame, HandlerResult, Scope,
    SendError, SocketOptions, URLRouter, WebsocketConsumer,
};
use futures_util::{StreamExt as _, stream};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::time::timeout;

use super::DRIVER;
use crate::scripted::{Event, PATIENCE, Reader, group, message};
use crate::sockets::{Client, Site};

/// Hands its address out: at the handshake, which it leaves to others, and for each frame.
struct Addressed {
    addresses: UnboundedSender<ConsumerAddress>,
    taken: Arc<AtomicUsize>,
}

impl WebsocketConsumer for Addressed {
    type Event = Event;

    fn groups(&self, _: &Scope) -> Vec<channels::GroupName> {
        vec![group("tea")]
    }

    async fn connect(&mut self, ctx: &mut Context<Self>) -> Result<(), Deny> {
        if ctx.scope().path() == "/ws/open/" {
            return Ok(ctx.accept(Accept::new())?);
        }
        let _ = self.addresses.send(ctx.address());
        std::future::pending().await
    }

    async fn receive(&mut self, frame: Frame, ctx: &mut Context<Self>) -> HandlerResult {
        if frame.as_text() == Some("stream") {
            let taken = Arc::clone(&self.taken);
            ctx.send_each(stream::iter(0..1000).map(move |number| {
                taken.fetch_add(1, Ordering::Relaxed);
                format!("{number} {}", "x".repeat(10_000))
            }));
        } else {
            let _ = self.addresses.send(ctx.address());
        }
        Ok(())
    }

    async fn event(&mut self, _: Arc<Event>, ctx: &mut Context<Self>) -> HandlerResult {
        let _ = self.addresses.send(ctx.address());
        Ok(())
    }

    async fn disconnect(&mut self, _: Disconnect, ctx: &mut Context<Self>) {
        let _ = self.addresses.send(ctx.address());
    }
}

struct Addresses {
    site: Site,
    addresses: UnboundedReceiver<ConsumerAddress>,
    taken: Arc<AtomicUsize>,
}

impl Addresses {
    fn start() -> Self {
        let (sender, addresses) = unbounded_channel();
        let taken = Arc::new(AtomicUsize::new(0));
        let counted = Arc::clone(&taken);
        let app = URLRouter::new().path("<str:how>/", move |_: &Scope| Addressed {
            addresses: sender.clone(),
            taken: Arc::clone(&counted),
        });
        let options = SocketOptions::new();
        let site = Site::run(DRIVER, app, Reader::of_nothing(), options, |server| server);
        Self {
            site,
            addresses,
            taken,
        }
    }

    async fn next(&mut self) -> ConsumerAddress {
        let address = timeout(PATIENCE, self.addresses.recv()).await;
        address.expect("an address in time").expect("a consumer")
    }

    /// An open connection, and its address.
    async fn open(&mut self) -> (Client, ConsumerAddress) {
        let mut client = self.site.open("/ws/open/").await;
        client.text("address").await;
        (client, self.next().await)
    }
}

/// An actor that knows nothing of consumers.
struct Clock(Recipient<Send>);

#[derive(Message)]
#[rtype(result = "Result<(), SendError>")]
struct Tick(u32);

impl Actor for Clock {
    type Context = ActixContext<Self>;
}

impl Handler<Tick> for Clock {
    type Result = actix::ResponseFuture<Result<(), SendError>>;

    fn handle(&mut self, Tick(number): Tick, _: &mut Self::Context) -> Self::Result {
        let sent = self.0.send(Send(format!("tick {number}").into()));
        Box::pin(async move { sent.await.unwrap_or(Err(Closed.into())) })
    }
}

#[actix_web::test]
async fn another_actor_accepts_sends_and_closes() {
    let mut addresses = Addresses::start();
    let mut client = Client::dial(addresses.site.address).await;
    let others = async {
        let address = addresses.next().await;
        assert!(matches!(
            address.accept(Accept::new().subprotocol("unknown")).await,
            Err(Error::UnofferedSubprotocol { .. })
        ));
        let early = address.send("too early").await;
        assert_eq!(early, Err(Closed.into()));
        let accept: Recipient<Accept> = address.clone().into();
        let greeting = Accept::new().subprotocol("chat").header("x-by", "actor");
        accept.send(greeting).await.unwrap().unwrap();
        let again = address.accept(Accept::new()).await;
        assert!(matches!(again, Err(Error::AlreadyAnswered)));
        address
    };
    let offer = "Sec-WebSocket-Protocol: chat\r\n";
    let ((status, headers), address) = tokio::join!(client.handshake("/ws/shut/", offer), others);
    assert_eq!((status, &*headers["x-by"]), (101, "actor"));
    assert_eq!(headers["sec-websocket-protocol"], "chat");

    let clock = Clock(address.clone().into()).start();
    for number in 0..3 {
        clock.send(Tick(number)).await.unwrap().unwrap();
    }
    let close: Recipient<Close> = address.clone().into();
    let code = CloseCode::app(4100).unwrap();
    let reason = "time is up".to_owned();
    close.send(Close { code, reason }).await.unwrap();

    for number in 0..3 {
        assert_eq!(client.receive_text().await, format!("tick {number}"));
    }
    assert_eq!(client.expect_close().await, Some(4100));
    // Everything after it is refused, and says so.
    while address.connected() {
        assert_eq!(address.send("late").await, Err(Closed.into()));
    }
    assert_eq!(clock.send(Tick(4)).await.unwrap(), Err(Closed.into()));
    assert_eq!(address.try_send("late"), Err(Closed.into()));
}

#[actix_web::test]
async fn a_close_from_outside_denies_a_handshake() {
    let mut addresses = Addresses::start();
    let mut client = Client::dial(addresses.site.address).await;
    let denied = client.handshake("/ws/shut/", "");
    let close = async {
        let address = addresses.next().await;
        address.close(CloseCode::NORMAL, "").await
    };
    let ((status, _), closed) = tokio::join!(denied, close);
    assert_eq!((status, closed), (403, Ok(())));
}

#[actix_web::test]
async fn a_thread_that_cannot_wait_is_told_that_the_mailbox_is_full() {
    let mut addresses = Addresses::start();
    let mut client = Client::dial_narrow(addresses.site.address).await;
    assert_eq!(client.handshake("/ws/open/", "").await.0, 101);
    client.text("address").await;
    let address = addresses.next().await;
    let text = "x".repeat(60_000);
    let writer = std::thread::spawn(move || {
        let mut sent = 0;
        // The peer reads nothing yet, so all that is on the way is full at some time.
        while address.try_send(text.as_str()).is_ok() {
            sent += 1;
            assert!(sent < 1000, "the mailbox is bounded");
        }
        assert_eq!(address.try_send("more"), Err(SendError::Full));
        sent
    });
    let sent = actix_web::web::block(move || writer.join().unwrap())
        .await
        .unwrap();
    for _ in 0..sent {
        assert_eq!(client.receive_text().await.len(), 60_000);
    }
}

#[actix_web::test]
async fn a_stream_goes_no_faster_than_its_peer_reads() {
    let addresses = Addresses::start();
    let mut client = Client::dial_narrow(addresses.site.address).await;
    assert_eq!(client.handshake("/ws/open/", "").await.0, 101);
    client.text("stream").await;
    for number in 0..1000 {
        let text = client.receive_text().await;
        assert!(text.starts_with(&format!("{number} ")), "{}", &text[..20]);
        // More than buffers and kernels hold of frames of 10 kB.
        let ahead = addresses.taken.load(Ordering::Relaxed) - number;
        assert!(
            ahead < 300,
            "{ahead} frames were taken for a peer that reads slowly"
        );
    }
    assert_eq!(addresses.taken.load(Ordering::Relaxed), 1000);
}

#[actix_web::test]
async fn an_address_that_was_asked_for_late_is_as_good() {
    let mut addresses = Addresses::start();
    let (mut client, first) = addresses.open().await;
    // The router of the thread calls this handler, not the task of the connection.
    let report = addresses
        .site
        .layer
        .group_send(&group("tea"), message("?"))
        .await;
    assert_eq!(report.unwrap().delivered, 1);
    let second = addresses.next().await;
    second.send("by way of the router").await.unwrap();
    assert_eq!(client.receive_text().await, "by way of the router");

    drop(client);
    let last = addresses.next().await;
    assert_eq!(last.send("nobody is there").await, Err(Closed.into()));
    while first.connected() {
        assert_eq!(first.send("nobody is there").await, Err(Closed.into()));
    }
}

#[actix_web::test]
async fn the_first_address_may_be_asked_for_by_a_handler_of_the_router() {
    let mut addresses = Addresses::start();
    let mut client = addresses.site.open("/ws/open/").await;
    let tea = group("tea");
    let layer = addresses.site.layer.clone();
    assert_eq!(
        layer
            .group_send(&tea, message("?"))
            .await
            .unwrap()
            .delivered,
        1
    );
    let address = addresses.next().await;
    timeout(PATIENCE, address.send("hello"))
        .await
        .unwrap()
        .unwrap();
    assert_eq!(client.receive_text().await, "hello");
}

#[actix_web::test]
async fn a_frame_larger_than_the_outbox_is_refused_and_the_socket_stays() {
    let mut addresses = Addresses::start();
    let (mut client, address) = addresses.open().await;
    let large = "x".repeat(64 * 1024 * 1024);
    assert!(matches!(
        address.send(large).await,
        Err(SendError::TooLarge { .. })
    ));
    address.send("short").await.unwrap();
    assert_eq!(client.receive_text().await, "short");
}
