//! Rules of groups: who receives messages, and who is a member.

use super::seen::{
    CAPACITY, exactly, expect, fresh, group, nothing, numbered, open, queue, take, told,
};
use super::{Backend, Checked};
use crate::layers::{Extension, Layer, SendReport};
use crate::names::{ChannelName, GroupName};

async fn join(layer: &Layer, name: &GroupName, channels: &[&ChannelName]) -> Checked {
    for channel in channels {
        layer.group_add(name, channel).await.map_err(told)?;
    }
    Ok(())
}

async fn send(layer: &Layer, name: &GroupName, number: usize) -> Result<SendReport, String> {
    let sent = layer.group_send(name, numbered(number)).await;
    sent.map_err(told)
}

fn reached(report: SendReport, delivered: usize, dropped: usize) -> Checked {
    let expected = SendReport { delivered, dropped };
    expect(
        report == expected,
        format!("{report:?} instead of {expected:?}"),
    )
}

pub(super) async fn every_member_hears_and_nobody_else(backend: &dyn Backend) -> Checked {
    let layer = fresh(backend).await;
    let (mut first, mut second) = (open(&layer).await?, open(&layer).await?);
    let mut outsider = open(&layer).await?;
    join(&layer, &group("tea"), &[first.name(), second.name()]).await?;
    join(&layer, &group("coffee"), &[outsider.name()]).await?;
    for number in [1, 2] {
        reached(send(&layer, &group("tea"), number).await?, 2, 0)?;
    }
    exactly(&mut first, &[1, 2]).await?;
    exactly(&mut second, &[1, 2]).await?;
    nothing(&mut outsider).await
}

pub(super) async fn joining_twice_is_joining_once(backend: &dyn Backend) -> Checked {
    let layer = fresh(backend).await;
    let mut channel = open(&layer).await?;
    join(&layer, &group("tea"), &[channel.name(), channel.name()]).await?;
    reached(send(&layer, &group("tea"), 1).await?, 1, 0)?;
    exactly(&mut channel, &[1]).await
}

pub(super) async fn a_member_who_left_hears_nothing(backend: &dyn Backend) -> Checked {
    let layer = fresh(backend).await;
    let (mut gone, mut here) = (open(&layer).await?, open(&layer).await?);
    join(&layer, &group("tea"), &[gone.name(), here.name()]).await?;
    let left = layer.group_discard(&group("tea"), gone.name()).await;
    left.map_err(told)?;
    reached(send(&layer, &group("tea"), 1).await?, 1, 0)?;
    nothing(&mut gone).await?;
    exactly(&mut here, &[1]).await
}

pub(super) async fn leaving_what_one_is_not_in_is_silent(backend: &dyn Backend) -> Checked {
    let layer = fresh(backend).await;
    let channel = open(&layer).await?;
    for name in [group("tea"), group("tea")] {
        let left = layer.group_discard(&name, channel.name()).await;
        left.map_err(told)?;
    }
    Ok(())
}

pub(super) async fn a_group_without_members_takes_anything(backend: &dyn Backend) -> Checked {
    let layer = fresh(backend).await;
    reached(send(&layer, &group("nobody"), 1).await?, 0, 0)
}

pub(super) async fn a_full_member_is_skipped_and_counted(backend: &dyn Backend) -> Checked {
    let layer = fresh(backend).await;
    let (mut full, mut free) = (open(&layer).await?, open(&layer).await?);
    join(&layer, &group("tea"), &[full.name(), free.name()]).await?;
    for number in 0..CAPACITY {
        let sent = layer.send(full.name(), numbered(number)).await;
        sent.map_err(told)?;
    }
    reached(send(&layer, &group("tea"), 9).await?, 1, 1)?;
    let kept: Vec<usize> = (0..CAPACITY).collect();
    exactly(&mut full, &kept).await?;
    exactly(&mut free, &[9]).await
}

pub(super) async fn the_excepted_hear_nothing(backend: &dyn Backend) -> Checked {
    let layer = fresh(backend).await;
    let (mut sender, mut other) = (open(&layer).await?, open(&layer).await?);
    let tea = group("tea");
    join(&layer, &tea, &[sender.name(), other.name()]).await?;
    let sent = layer.group(&tea).except(sender.name()).send(numbered(1));
    reached(sent.await.map_err(told)?, 1, 0)?;
    nothing(&mut sender).await?;
    exactly(&mut other, &[1]).await
}

pub(super) async fn a_channel_that_is_gone_is_no_member(backend: &dyn Backend) -> Checked {
    let layer = fresh(backend).await;
    let (gone, mut here) = (open(&layer).await?, open(&layer).await?);
    join(&layer, &group("tea"), &[gone.name(), here.name()]).await?;
    drop(gone);
    reached(send(&layer, &group("tea"), 1).await?, 1, 0)?;
    exactly(&mut here, &[1]).await
}

pub(super) async fn a_queue_may_be_a_member(backend: &dyn Backend) -> Checked {
    let layer = fresh(backend).await;
    if !layer.supports(Extension::QueueMembers) {
        return Ok(());
    }
    let jobs = queue("conformance-member")?;
    join(&layer, &group("tea"), &[&jobs]).await?;
    reached(send(&layer, &group("tea"), 1).await?, 1, 0)?;
    let came = take(&layer, &jobs).await?;
    expect(came == numbered(1), format!("{came} came"))
}

pub(super) async fn members_are_those_who_joined(backend: &dyn Backend) -> Checked {
    let layer = fresh(backend).await;
    if !layer.supports(Extension::Presence) {
        return Ok(());
    }
    let tea = group("tea");
    let (first, second) = (open(&layer).await?, open(&layer).await?);
    join(&layer, &tea, &[first.name(), second.name(), first.name()]).await?;
    let mut expected = vec![first.name().clone(), second.name().clone()];
    expected.sort_unstable();
    let members = layer.group(&tea).members().await.map_err(told)?;
    expect(members == expected, format!("{members:?}"))?;
    drop(first);
    let count = layer.group(&tea).count().await.map_err(told)?;
    expect(count == 1, format!("{count} members are left"))?;
    let count = layer.group(&group("nobody")).count().await;
    expect(count.map_err(told)? == 0, "an unknown group has members")
}

pub(super) async fn flush_forgets_groups(backend: &dyn Backend) -> Checked {
    let layer = fresh(backend).await;
    if !layer.supports(Extension::Flush) {
        return Ok(());
    }
    let mut channel = open(&layer).await?;
    join(&layer, &group("tea"), &[channel.name()]).await?;
    layer.flush().await.map_err(told)?;
    reached(send(&layer, &group("tea"), 1).await?, 0, 0)?;
    join(&layer, &group("tea"), &[channel.name()]).await?;
    reached(send(&layer, &group("tea"), 2).await?, 1, 0)?;
    exactly(&mut channel, &[2]).await
}
