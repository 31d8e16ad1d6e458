//! Rules of single channels: those of consumers, and queues that workers share.

use std::collections::HashSet;
use std::time::Duration;

use futures_util::FutureExt as _;
use serde_json::json;

use super::seen::{
    CAPACITY, EXPIRY, exactly, expect, fresh, next, next_as, nothing, numbered, open, queue, take,
    told,
};
use super::{Backend, Checked};
use crate::layers::{Extension, LayerError, Value};
use crate::names::ChannelName;

pub(super) async fn names_are_valid_and_nobody_elses(backend: &dyn Backend) -> Checked {
    let layer = fresh(backend).await;
    let mut known = HashSet::new();
    let mut held = Vec::new();
    for _ in 0..50 {
        let channel = open(&layer).await?;
        ChannelName::new(channel.name().as_str()).map_err(told)?;
        let name = channel.name().clone();
        expect(name.is_specific(), format!("{name} has no '!'"))?;
        expect(known.insert(name.clone()), format!("{name} came twice"))?;
        held.push(channel);
    }
    Ok(())
}

pub(super) async fn a_prefix_begins_the_name(backend: &dyn Backend) -> Checked {
    let layer = fresh(backend).await;
    let channel = layer.open_channel("probe").await.map_err(told)?;
    let name = channel.name().as_str();
    expect(name.starts_with("probe."), name)?;
    let refused = layer.open_channel("no good").await.is_err();
    expect(refused, "a prefix with a space was taken")
}

pub(super) async fn messages_come_in_the_order_they_were_sent(backend: &dyn Backend) -> Checked {
    let layer = fresh(backend).await;
    let mut channel = open(&layer).await?;
    for number in 0..CAPACITY {
        let sent = layer.send(channel.name(), numbered(number)).await;
        sent.map_err(told)?;
    }
    let expected: Vec<usize> = (0..CAPACITY).collect();
    exactly(&mut channel, &expected).await
}

pub(super) async fn whatever_a_message_holds_arrives_as_it_was(backend: &dyn Backend) -> Checked {
    let layer = fresh(backend).await;
    let mut channel = open(&layer).await?;
    let message = json!({
        "type": "test.message",
        "text": "żółć 🍵 \u{0}",
        "least": i64::MIN,
        "most": i64::MAX,
        "half": 0.5,
        "flags": [true, false, null],
        "deep": {"": {"list": [[], {}]}},
    });
    let sent = layer.send(channel.name(), message.clone()).await;
    sent.map_err(told)?;
    let came = next(&mut channel).await?;
    expect(came == message, format!("{came} came"))
}

pub(super) async fn text_bytes_and_numbers_stay_apart(backend: &dyn Backend) -> Checked {
    let layer = fresh(backend).await;
    let mut channel = open(&layer).await?;
    let message = Value::Map(vec![
        ("type".into(), "test.message".into()),
        ("text".into(), "1".into()),
        ("bytes".into(), Value::Binary(vec![b'1', 0, 0xff])),
        ("number".into(), 1.into()),
        ("most".into(), u64::MAX.into()),
        ("whole".into(), 1.0.into()),
    ]);
    let sent = layer.send(channel.name(), message.clone()).await;
    sent.map_err(told)?;
    let came = next_as::<Value>(&mut channel).await?;
    expect(came == message, format!("{came} came"))
}

pub(super) async fn a_megabyte_is_carried(backend: &dyn Backend) -> Checked {
    let layer = fresh(backend).await;
    let mut channel = open(&layer).await?;
    let message = json!({"type": "test.message", "text": "x".repeat(1_000_000)});
    let sent = layer.send(channel.name(), message.clone()).await;
    sent.map_err(told)?;
    let came = next(&mut channel).await?;
    expect(came == message, "another message came")
}

pub(super) async fn a_full_channel_refuses_and_keeps_what_it_has(backend: &dyn Backend) -> Checked {
    let layer = fresh(backend).await;
    let mut channel = open(&layer).await?;
    let name = channel.name().clone();
    for number in 0..CAPACITY {
        layer.send(&name, numbered(number)).await.map_err(told)?;
    }
    match layer.send(&name, numbered(CAPACITY)).await {
        Err(LayerError::ChannelFull { channel, capacity }) => {
            let right = channel == name && capacity == CAPACITY;
            expect(right, format!("{channel} is said to hold {capacity}"))?;
        }
        other => return Err(format!("{other:?} instead of ChannelFull")),
    }
    let kept: Vec<usize> = (0..CAPACITY).collect();
    exactly(&mut channel, &kept).await?;
    layer.send(&name, numbered(9)).await.map_err(told)?;
    exactly(&mut channel, &[9]).await
}

pub(super) async fn capacity_is_each_channels_own(backend: &dyn Backend) -> Checked {
    let layer = fresh(backend).await;
    let (full, free) = (open(&layer).await?, open(&layer).await?);
    while layer.send(full.name(), numbered(0)).await.is_ok() {}
    layer.send(free.name(), numbered(0)).await.map_err(told)
}

pub(super) async fn a_message_that_waited_too_long_is_dropped(backend: &dyn Backend) -> Checked {
    let layer = fresh(backend).await;
    let mut channel = open(&layer).await?;
    let jobs = queue("conformance-expiry")?;
    for name in [channel.name(), &jobs] {
        layer.send(name, numbered(1)).await.map_err(told)?;
    }
    backend.pass(EXPIRY + Duration::from_millis(100)).await;
    nothing(&mut channel).await?;
    for name in [channel.name(), &jobs] {
        layer.send(name, numbered(2)).await.map_err(told)?;
    }
    exactly(&mut channel, &[2]).await?;
    let came = take(&layer, &jobs).await?;
    expect(came == numbered(2), format!("{came} came from the queue"))
}

pub(super) async fn nobody_else_may_read_a_consumers_channel(backend: &dyn Backend) -> Checked {
    let layer = fresh(backend).await;
    let channel = open(&layer).await?;
    match layer.receive(channel.name()).await {
        Err(LayerError::NotShared(_)) => Ok(()),
        other => Err(format!("{other:?} instead of NotShared")),
    }
}

pub(super) async fn a_queue_keeps_messages_until_a_reader_comes(backend: &dyn Backend) -> Checked {
    let layer = fresh(backend).await;
    let jobs = queue("conformance-jobs")?;
    for number in 0..CAPACITY {
        layer.send(&jobs, numbered(number)).await.map_err(told)?;
    }
    let refused = layer.send(&jobs, numbered(9)).await;
    let full = matches!(refused, Err(LayerError::ChannelFull { .. }));
    expect(full, format!("{refused:?} instead of ChannelFull"))?;
    for number in 0..CAPACITY {
        let came = take(&layer, &jobs).await?;
        expect(came == numbered(number), format!("{came} came"))?;
    }
    Ok(())
}

pub(super) async fn each_message_of_a_queue_has_one_reader(backend: &dyn Backend) -> Checked {
    let layer = fresh(backend).await;
    let jobs = queue("conformance-shared")?;
    let readers = async { futures_util::join!(take(&layer, &jobs), take(&layer, &jobs)) };
    let sender = async {
        for number in [1, 2] {
            layer.send(&jobs, numbered(number)).await.map_err(told)?;
        }
        Ok::<(), String>(())
    };
    let ((first, second), sent) = futures_util::join!(readers, sender);
    sent?;
    let mut came = [first?, second?];
    came.sort_by_key(|message| message["number"].as_u64());
    expect(came == [numbered(1), numbered(2)], format!("{came:?} came"))
}

pub(super) async fn a_reader_that_gives_up_loses_nothing(backend: &dyn Backend) -> Checked {
    let layer = fresh(backend).await;
    let jobs = queue("conformance-given-up")?;
    let early = layer.receive(&jobs).now_or_never();
    expect(early.is_none(), "a message came before it was sent")?;
    layer.send(&jobs, numbered(1)).await.map_err(told)?;
    let came = take(&layer, &jobs).await?;
    expect(came == numbered(1), format!("{came} came"))
}

pub(super) async fn flush_forgets_messages(backend: &dyn Backend) -> Checked {
    let layer = fresh(backend).await;
    if !layer.supports(Extension::Flush) {
        return Ok(());
    }
    let mut channel = open(&layer).await?;
    let jobs = queue("conformance-flush")?;
    for name in [channel.name(), &jobs] {
        layer.send(name, numbered(1)).await.map_err(told)?;
    }
    layer.flush().await.map_err(told)?;
    nothing(&mut channel).await?;
    layer.send(&jobs, numbered(2)).await.map_err(told)?;
    let came = take(&layer, &jobs).await?;
    expect(came == numbered(2), format!("{came} came from the queue"))
}
