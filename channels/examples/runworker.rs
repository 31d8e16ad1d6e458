//! A worker and the code that sends it jobs, in one process: `runworker greetings`.
//!
//! `cargo run -p parlour-channels --example runworker -- greetings`; Ctrl-C stops it. With a layer
//! between processes, sender and worker are two programs.

use std::sync::Arc;
use std::time::Duration;

use channels::layers::{DynEvent, Layers};
use channels::routing::ChannelNameRouter;
use channels::worker::{RunWorker, Work, WorkerConsumer, WorkerContext};
use channels::{ChannelName, HandlerResult, Layer, Scope};

struct Greetings;

impl WorkerConsumer for Greetings {
    type Event = DynEvent;

    async fn event(&mut self, event: Arc<DynEvent>, _: &mut WorkerContext<Self>) -> HandlerResult {
        match &*event.handler() {
            "greeting_send" => log::info!("hello, {:?}", event.get("to")),
            other => log::warn!("{other} is not for this worker"),
        }
        Ok(())
    }
}

async fn give_work(layer: Layer) {
    let Ok(greetings) = ChannelName::new("greetings") else {
        return;
    };
    for number in 1_u64.. {
        if let Ok(event) = DynEvent::new("greeting.send") {
            let sent = layer.send(&greetings, event.with("to", number)).await;
            if let Err(failure) = sent {
                log::warn!("{failure}");
            }
        }
        actix_web::rt::time::sleep(Duration::from_millis(500)).await;
    }
}

#[actix_web::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    env_logger::Builder::from_env(env_logger::Env::new().default_filter_or("info")).init();
    let layers = Layers::new(Layer::in_memory());
    let router = ChannelNameRouter::new().channel("greetings", |_: &Scope| Work(Greetings));
    let worker = RunWorker::parse(std::env::args().skip(1))?.worker(router, &layers)?;
    if let Some(layer) = layers.get(Layers::DEFAULT) {
        actix_web::rt::spawn(give_work(layer));
    }
    let report = worker.run().await?;
    log::info!("{report:?}");
    Ok(())
}
