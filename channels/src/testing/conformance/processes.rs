//! Rules of two processes on one layer. The backend defines how many members of the other process a
//! report counts.

use super::seen::{
    exactly, expect, group, nothing, numbered, open, queue, take, told, two_processes,
};
use super::{Backend, Checked};
use crate::layers::Layer;
use crate::names::GroupName;

async fn send(layer: &Layer, name: &GroupName, number: usize) -> Checked {
    let sent = layer.group_send(name, numbered(number)).await;
    sent.map(drop).map_err(told)
}

pub(super) async fn a_member_in_another_process_hears_in_order(backend: &dyn Backend) -> Checked {
    let (here, there) = two_processes(backend).await;
    let tea = group("tea");
    let (mut near, mut far) = (open(&here).await?, open(&there).await?);
    here.group_add(&tea, near.name()).await.map_err(told)?;
    there.group_add(&tea, far.name()).await.map_err(told)?;
    for number in [1, 2] {
        send(&here, &tea, number).await?;
    }
    exactly(&mut near, &[1, 2]).await?;
    exactly(&mut far, &[1, 2]).await?;
    send(&there, &tea, 3).await?;
    exactly(&mut near, &[3]).await?;
    exactly(&mut far, &[3]).await
}

pub(super) async fn the_excepted_in_another_process_hear_nothing(backend: &dyn Backend) -> Checked {
    let (here, there) = two_processes(backend).await;
    let tea = group("tea");
    let (mut left_out, mut other) = (open(&there).await?, open(&there).await?);
    for channel in [&left_out, &other] {
        there.group_add(&tea, channel.name()).await.map_err(told)?;
    }
    let sent = here.group(&tea).except(left_out.name()).send(numbered(1));
    sent.await.map_err(told)?;
    exactly(&mut other, &[1]).await?;
    nothing(&mut left_out).await
}

pub(super) async fn whoever_left_in_another_process_hears_nothing(
    backend: &dyn Backend,
) -> Checked {
    let (here, there) = two_processes(backend).await;
    let tea = group("tea");
    let mut gone = open(&there).await?;
    there.group_add(&tea, gone.name()).await.map_err(told)?;
    let left = there.group_discard(&tea, gone.name()).await;
    left.map_err(told)?;
    send(&here, &tea, 1).await?;
    nothing(&mut gone).await
}

pub(super) async fn a_group_is_heard_again_by_who_comes_back(backend: &dyn Backend) -> Checked {
    let (here, there) = two_processes(backend).await;
    let tea = group("tea");
    for number in 0..5 {
        let mut channel = open(&there).await?;
        there.group_add(&tea, channel.name()).await.map_err(told)?;
        send(&here, &tea, number).await?;
        exactly(&mut channel, &[number]).await?;
        // The last member leaves, and another one joins at once.
        drop(channel);
    }
    Ok(())
}

pub(super) async fn a_channel_of_another_process_takes_messages(backend: &dyn Backend) -> Checked {
    let (here, there) = two_processes(backend).await;
    let mut channel = open(&there).await?;
    for number in [1, 2] {
        let sent = here.send(channel.name(), numbered(number)).await;
        sent.map_err(told)?;
    }
    exactly(&mut channel, &[1, 2]).await
}

pub(super) async fn a_queue_is_read_in_any_process(backend: &dyn Backend) -> Checked {
    let (here, there) = two_processes(backend).await;
    let jobs = queue("conformance-anywhere")?;
    for (from, to) in [(&here, &there), (&there, &here)] {
        from.send(&jobs, numbered(1)).await.map_err(told)?;
        let came = take(to, &jobs).await?;
        expect(came == numbered(1), format!("{came} came"))?;
    }
    Ok(())
}
