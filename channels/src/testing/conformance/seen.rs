//! Helpers of the checks: new layers, numbered messages, received messages.

use std::time::Duration;

use futures_util::StreamExt as _;
use serde_json::{Value, json};
use tokio::time::timeout;

use super::{Backend, Setup};
use crate::layers::{ChannelReceiver, Layer, LayerEvent, LayerMessage};
use crate::names::{ChannelName, GroupName};

/// The capacity of a channel of a checked layer.
pub(super) const CAPACITY: usize = 3;

/// The expiry of messages of a checked layer.
pub(super) const EXPIRY: Duration = Duration::from_secs(2);

/// Longer than the delivery of a message takes, also over a network.
const PATIENCE: Duration = Duration::from_secs(10);

/// How long to wait to conclude that nothing arrives.
const QUIET: Duration = Duration::from_millis(50);

const SETUP: Setup = Setup {
    capacity: CAPACITY,
    expiry: EXPIRY,
};

pub(super) async fn fresh(backend: &dyn Backend) -> Layer {
    backend.layer(SETUP).await
}

pub(super) async fn two_processes(backend: &dyn Backend) -> (Layer, Layer) {
    backend.processes(SETUP).await
}

pub(super) async fn open(layer: &Layer) -> Result<ChannelReceiver, String> {
    layer.new_channel().await.map_err(told)
}

pub(super) fn queue(name: &str) -> Result<ChannelName, String> {
    ChannelName::new(name).map_err(told)
}

pub(super) fn group(name: &str) -> GroupName {
    GroupName::encode(name)
}

pub(super) fn numbered(number: usize) -> Value {
    json!({"type": "test.message", "number": number})
}

pub(super) fn told(failure: impl std::fmt::Display) -> String {
    failure.to_string()
}

pub(super) fn expect(holds: bool, otherwise: impl Into<String>) -> Result<(), String> {
    if holds { Ok(()) } else { Err(otherwise.into()) }
}

pub(super) fn read<T: LayerEvent + Clone>(message: &LayerMessage) -> Result<T, String> {
    let value = message.decode::<T>().map_err(told)?;
    Ok((*value).clone())
}

/// The next message.
pub(super) async fn next(receiver: &mut ChannelReceiver) -> Result<Value, String> {
    next_as(receiver).await
}

pub(super) async fn next_as<T: LayerEvent + Clone>(
    receiver: &mut ChannelReceiver,
) -> Result<T, String> {
    match timeout(PATIENCE, receiver.next()).await {
        Ok(Some(message)) => read(&message),
        Ok(None) => Err("the channel ended".to_owned()),
        Err(_) => Err("no message came".to_owned()),
    }
}

/// The next message of a queue.
pub(super) async fn take(layer: &Layer, channel: &ChannelName) -> Result<Value, String> {
    match timeout(PATIENCE, layer.receive(channel)).await {
        Ok(received) => read(&received.map_err(told)?),
        Err(_) => Err("no message came".to_owned()),
    }
}

pub(super) async fn nothing(receiver: &mut ChannelReceiver) -> Result<(), String> {
    match timeout(QUIET, receiver.next()).await {
        Ok(Some(message)) => Err(format!("{} came", read::<Value>(&message)?)),
        Ok(None) | Err(_) => Ok(()),
    }
}

/// Checks that exactly these messages arrive next, and then none.
pub(super) async fn exactly(
    receiver: &mut ChannelReceiver,
    numbers: &[usize],
) -> Result<(), String> {
    for number in numbers {
        let came = next(receiver).await?;
        expect(
            came == numbered(*number),
            format!("{came} came, not {number}"),
        )?;
    }
    nothing(receiver).await
}
