//! A worker on a named channel, and the page that sends it jobs.

use std::sync::Arc;

use actix_web::web;
use channels::routing::ChannelNameRouter;
use channels::worker::{Work, Worker, WorkerConsumer, WorkerContext};
use channels::{ChannelName, HandlerResult, Layer, Scope};
use serde::{Deserialize, Serialize};

use crate::{Listed, RoomEvent, room_group};

pub(crate) const LIST: &[Listed] = &[(
    "/work/",
    "POST text",
    "a worker turns it round and says it in the room <code>work</code>: <code>WorkerConsumer</code>",
)];

const CHANNEL: &str = "turn-round";

#[derive(Serialize, Deserialize)]
#[serde(tag = "type")]
enum Task {
    #[serde(rename = "text.turn")]
    Turn { text: String },
}

struct Turner;

impl WorkerConsumer for Turner {
    type Event = Task;

    async fn event(&mut self, task: Arc<Task>, ctx: &mut WorkerContext<Self>) -> HandlerResult {
        let Task::Turn { text } = &*task;
        let text = text.chars().rev().collect();
        let said = RoomEvent::Said { text };
        ctx.layer().group_send(&room_group("work"), said).await?;
        Ok(())
    }
}

pub(crate) fn worker(layer: &Layer) -> Worker {
    let router = ChannelNameRouter::new().channel(CHANNEL, |_: &Scope| Work(Turner));
    Worker::new(router, layer).channels([CHANNEL])
}

pub(crate) async fn order(
    text: String,
    layer: web::Data<Layer>,
) -> actix_web::Result<&'static str> {
    let channel = ChannelName::new(CHANNEL).map_err(actix_web::error::ErrorInternalServerError)?;
    let sent = layer.send(&channel, Task::Turn { text }).await;
    sent.map_err(actix_web::error::ErrorServiceUnavailable)?;
    Ok("on its way\n")
}
