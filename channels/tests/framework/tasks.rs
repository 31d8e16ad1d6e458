//! Tasks of a consumer end with its connection.

use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use channels::testing::WebsocketCommunicator;
use channels::{
    Accept, Context, Deny, Disconnect, Frame, HandlerError, HandlerResult, Scope, StopConsumer,
    WebsocketConsumer,
};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::time::timeout;

use crate::scripted::{Event, PATIENCE};

struct Busy(UnboundedSender<String>);

/// Says when it goes.
struct Held(UnboundedSender<String>);

impl Drop for Held {
    fn drop(&mut self) {
        // A test that has seen enough has dropped its end.
        let _ = self.0.send("task dropped".to_owned());
    }
}

fn fired(name: &str) -> Event {
    Event::Fired {
        name: name.to_owned(),
    }
}

impl WebsocketConsumer for Busy {
    type Event = Event;

    async fn connect(&mut self, ctx: &mut Context<Self>) -> Result<(), Deny> {
        if ctx.scope().path() == "/stop/" {
            return Err(StopConsumer.into());
        }
        Ok(ctx.accept(Accept::new())?)
    }

    async fn receive(&mut self, frame: Frame, ctx: &mut Context<Self>) -> HandlerResult {
        let journal = self.0.clone();
        let note = move |line: &str| {
            let _ = journal.send(line.to_owned());
        };
        match frame.as_text().unwrap_or_default() {
            "spawn" => {
                let held = Rc::new(Held(self.0.clone()));
                ctx.spawn(async move {
                    note("task runs");
                    std::future::pending::<()>().await;
                    drop(held);
                });
            }
            "cancel" => {
                let held = Held(self.0.clone());
                let task = ctx.spawn(async move {
                    std::future::pending::<()>().await;
                    drop(held);
                });
                assert!(!task.is_finished());
                task.cancel();
            }
            "when" => {
                ctx.notify_when(async {
                    tokio::task::yield_now().await;
                    fired("found")
                });
            }
            "later" => {
                ctx.run_later(Duration::from_millis(5), async move { note("later") });
            }
            "interval" => {
                ctx.run_interval(Duration::from_millis(5), move || {
                    note("tick");
                    std::future::ready(())
                });
            }
            "panic" => {
                ctx.spawn(async { panic!("a task panics") });
            }
            "wait" => {
                // The handler waits for what only a task can do.
                let (done, waiting) = tokio::sync::oneshot::channel();
                ctx.spawn(async move {
                    let _ = done.send(());
                });
                waiting.await?;
                ctx.send("waited")?;
            }
            "stop" => ctx.stop(),
            "stop-deep" => return Err(StopConsumer.into()),
            _ => return Err(HandlerError::msg("unknown")),
        }
        Ok(())
    }

    async fn event(&mut self, event: Arc<Event>, ctx: &mut Context<Self>) -> HandlerResult {
        if let Event::Fired { name } = &*event {
            ctx.send(name.as_str())?;
        }
        Ok(())
    }

    async fn disconnect(&mut self, why: Disconnect, _: &mut Context<Self>) {
        let _ = self.0.send(format!("disconnect {:?}", why.code));
    }
}

async fn client() -> (WebsocketCommunicator, UnboundedReceiver<String>) {
    let (sender, journal) = unbounded_channel();
    let app = move |_: &Scope| Busy(sender.clone());
    let mut client = WebsocketCommunicator::new(app, "/").timeout(PATIENCE);
    client.connect().await.expect("a consumer that accepts");
    (client, journal)
}

async fn line(journal: &mut UnboundedReceiver<String>) -> String {
    let line = timeout(PATIENCE, journal.recv()).await;
    line.expect("a line in time").expect("an open journal")
}

#[actix_web::test]
async fn a_task_dies_with_its_connection() {
    let (mut client, mut journal) = client().await;
    client.send_to("spawn").unwrap();
    assert_eq!(line(&mut journal).await, "task runs");
    client.disconnect(1000).await.unwrap();
    let mut ends = [line(&mut journal).await, line(&mut journal).await];
    ends.sort();
    assert_eq!(ends, ["disconnect Some(1000)", "task dropped"]);
}

#[actix_web::test]
async fn a_cancelled_task_is_dropped_while_its_connection_lives() {
    let (mut client, mut journal) = client().await;
    client.send_to("cancel").unwrap();
    assert_eq!(line(&mut journal).await, "task dropped");
    client.send_to("when").unwrap();
    assert_eq!(client.receive_from().await.unwrap(), Frame::from("found"));
}

#[actix_web::test]
async fn tasks_run_later_and_again_and_again() {
    let (mut client, mut journal) = client().await;
    client.send_to("later").unwrap();
    assert_eq!(line(&mut journal).await, "later");
    client.send_to("interval").unwrap();
    for _ in 0..3 {
        assert_eq!(line(&mut journal).await, "tick");
    }
}

#[actix_web::test]
async fn a_task_goes_on_while_a_handler_waits() {
    let (mut client, _journal) = client().await;
    client.send_to("wait").unwrap();
    assert_eq!(client.receive_from().await.unwrap(), Frame::from("waited"));
}

#[actix_web::test]
async fn a_task_that_panics_closes_with_1011() {
    let (mut client, mut journal) = client().await;
    client.send_to("panic").unwrap();
    assert_eq!(client.expect_close().await.unwrap().0, 1011);
    assert_eq!(line(&mut journal).await, "disconnect Some(1011)");
}

#[actix_web::test]
async fn a_consumer_that_stops_closes_with_1000() {
    for how in ["stop", "stop-deep"] {
        let (mut client, mut journal) = client().await;
        client.send_to(how).unwrap();
        assert_eq!(client.expect_close().await.unwrap().0, 1000, "{how}");
        assert_eq!(line(&mut journal).await, "disconnect Some(1000)");
    }
}

#[actix_web::test]
async fn a_consumer_that_stops_before_its_answer_denies() {
    let (sender, _journal) = unbounded_channel();
    let app = move |_: &Scope| Busy(sender.clone());
    let denied = WebsocketCommunicator::new(app, "/stop/").connect().await;
    assert_eq!(denied.unwrap_err().status, 403);
}
