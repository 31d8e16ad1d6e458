//! Consumers that may block: order, parallel connections, panics, and slow handlers.

use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, SyncSender, channel, sync_channel};
use std::sync::{Arc, Barrier, Mutex};
use std::time::Duration;

use channels::blocking::{Blocking, BlockingConsumer, BlockingContext, BlockingPool};
use channels::routing::Endpoint;
use channels::testing::WebsocketCommunicator;
use channels::{
    Accept, Deny, Disconnect, Frame, GroupName, HandlerError, HandlerResult, IntoEndpoint, Layer,
    Scope, SocketOptions,
};

use crate::scripted::{Event, PATIENCE, group, message};

struct Slow {
    barrier: Arc<Barrier>,
    gate: Arc<Mutex<Receiver<()>>>,
    journal: Sender<String>,
}

struct Site {
    app: Endpoint,
    /// Lets a waiting handler continue.
    gate: SyncSender<()>,
    journal: Receiver<String>,
}

fn site() -> Site {
    let (gate, waiting) = sync_channel(16);
    let (sender, journal) = channel();
    let (barrier, waiting) = (Arc::new(Barrier::new(2)), Arc::new(Mutex::new(waiting)));
    let pool = BlockingPool::new(3);
    let sender = Mutex::new(sender);
    let app = move |_: &Scope| {
        let consumer = Slow {
            barrier: Arc::clone(&barrier),
            gate: Arc::clone(&waiting),
            journal: sender.lock().expect("no holder panics").clone(),
        };
        Blocking::on(&pool, consumer)
    };
    let app = app.into_endpoint();
    Site { app, gate, journal }
}

impl Site {
    async fn connect(&self, layer: &Layer) -> WebsocketCommunicator {
        let client = WebsocketCommunicator::new(self.app.clone(), "/").layer(layer);
        let options = SocketOptions::new().handler_grace(Duration::from_millis(20));
        let mut client = client.timeout(PATIENCE).options(options);
        client.connect().await.expect("a consumer that accepts");
        client
    }
}

impl Slow {
    fn note(&self, line: impl Into<String>) {
        // A test that reads no journal has dropped its end.
        let _ = self.journal.send(line.into());
    }
}

impl BlockingConsumer for Slow {
    type Event = Event;

    fn groups(&self, _: &Scope) -> Vec<GroupName> {
        vec![group("all")]
    }

    fn connect(&mut self, ctx: &mut BlockingContext<Self>) -> Result<(), Deny> {
        if ctx.scope().path() == "/deny/" {
            return Err(Deny::status(401));
        }
        ctx.accept(Accept::new().header("x-thread", "blocking"))?;
        Ok(ctx.send("welcome")?)
    }

    fn receive(&mut self, frame: Frame, ctx: &mut BlockingContext<Self>) -> HandlerResult {
        match frame.as_text().unwrap_or_default() {
            "meet" => {
                self.barrier.wait();
                ctx.send("met")?;
            }
            "wait" => {
                ctx.send("waiting")?;
                match self
                    .gate
                    .lock()
                    .expect("no holder panics")
                    .recv_timeout(PATIENCE)
                {
                    Ok(()) | Err(RecvTimeoutError::Disconnected) => {}
                    Err(late) => return Err(late.into()),
                }
                self.note(format!("late send: {}", ctx.send("late").is_ok()));
            }
            "join" => ctx.group_add(&group("tea"))?,
            "leave" => ctx.group_discard(&group("tea"))?,
            "say" => {
                let report = ctx.group_send(&group("tea"), message("hello"))?;
                ctx.send(format!("said to {}", report.delivered))?;
            }
            "later" => {
                let name = "timer".to_owned();
                ctx.notify_later(Duration::from_millis(5), Event::Fired { name })?;
            }
            "panic" => panic!("a blocking handler panics"),
            "fail" => return Err(HandlerError::msg("a blocking handler fails")),
            "stop" => ctx.stop(),
            text => ctx.send(text.to_owned())?,
        }
        Ok(())
    }

    fn event(&mut self, event: Arc<Event>, ctx: &mut BlockingContext<Self>) -> HandlerResult {
        match &*event {
            Event::Message { text } => ctx.send(format!("heard {text}"))?,
            Event::Fired { name } => ctx.send(format!("fired {name}"))?,
        }
        Ok(())
    }

    fn disconnect(&mut self, why: Disconnect, ctx: &mut BlockingContext<Self>) {
        let sent = ctx.send("goodbye").is_ok();
        self.note(format!("disconnect {:?}, sent {sent}", why.code));
    }
}

async fn expect(client: &mut WebsocketCommunicator, text: &str) {
    assert_eq!(
        client.receive_from().await.expect("a frame in time"),
        Frame::from(text)
    );
}

#[actix_web::test]
async fn blocking_handlers_keep_the_order_of_their_connection() {
    let site = site();
    let mut client = site.connect(&Layer::in_memory()).await;
    expect(&mut client, "welcome").await;
    let texts: Vec<String> = (0..50).map(|number| number.to_string()).collect();
    for text in &texts {
        client.send_to(text.as_str()).unwrap();
    }
    for text in &texts {
        expect(&mut client, text).await;
    }
    client.disconnect(1000).await.unwrap();
    let line = site.journal.recv().unwrap();
    assert_eq!(line, "disconnect Some(1000), sent false");
}

#[actix_web::test]
async fn connections_block_at_the_same_time() {
    let site = site();
    let layer = Layer::in_memory();
    let mut clients = [site.connect(&layer).await, site.connect(&layer).await];
    for client in &mut clients {
        expect(client, "welcome").await;
        client.send_to("meet").unwrap();
    }
    // Neither gets through unless both handlers run at once.
    for client in &mut clients {
        expect(client, "met").await;
    }
}

#[actix_web::test]
async fn groups_timers_and_denials_work_from_a_blocking_thread() {
    let site = site();
    let mut client = site.connect(&Layer::in_memory()).await;
    expect(&mut client, "welcome").await;
    for command in ["join", "say"] {
        client.send_to(command).unwrap();
    }
    // Both are ready at once, and frames go before events.
    expect(&mut client, "said to 1").await;
    expect(&mut client, "heard hello").await;
    for command in ["leave", "say"] {
        client.send_to(command).unwrap();
    }
    expect(&mut client, "said to 0").await;
    client.send_to("later").unwrap();
    expect(&mut client, "fired timer").await;
    client.send_to("stop").unwrap();
    assert_eq!(client.expect_close().await.unwrap().0, 1000);

    let mut denied = WebsocketCommunicator::new(site.app.clone(), "/deny/");
    assert_eq!(denied.connect().await.unwrap_err().status, 401);
}

#[actix_web::test]
async fn a_blocking_handler_that_fails_closes_with_1011() {
    for command in ["panic", "fail"] {
        let site = site();
        let mut client = site.connect(&Layer::in_memory()).await;
        expect(&mut client, "welcome").await;
        client.send_to(command).unwrap();
        assert_eq!(client.expect_close().await.unwrap().0, 1011, "{command}");
        client.wait().await.unwrap();
        let line = site.journal.recv().unwrap();
        assert_eq!(line, "disconnect Some(1011), sent false", "{command}");
    }
}

#[actix_web::test]
async fn a_blocking_handler_that_is_given_up_is_followed_by_disconnect() {
    let site = site();
    let mut client = site.connect(&Layer::in_memory()).await;
    expect(&mut client, "welcome").await;
    client.send_to("wait").unwrap();
    expect(&mut client, "waiting").await;
    // The connection ends although the handler still blocks its thread.
    client.disconnect(1000).await.unwrap();
    assert!(site.journal.try_recv().is_err());
    site.gate.send(()).unwrap();
    assert_eq!(site.journal.recv().unwrap(), "late send: false");
    let line = site.journal.recv().unwrap();
    assert_eq!(line, "disconnect Some(1000), sent false");
}

#[actix_web::test]
async fn blocking_work_gives_its_result_or_its_panic() {
    assert_eq!(channels::blocking::block(|| "done").await, "done");
    let pool = BlockingPool::new(1);
    let task = actix_web::rt::spawn({
        let pool = pool.clone();
        async move { pool.block(|| panic!("in the pool")).await }
    });
    assert!(task.await.unwrap_err().is_panic());
    assert_eq!(pool.block(|| 7).await, 7, "the thread lives on");
}
