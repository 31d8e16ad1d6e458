//! How an actor of the chat hears what other apps say to a group on the channel layer.

use actix::prelude::*;
use channels::{GroupName, Layer, LayerMessage};

use crate::error::Result;

/// Lets `actor` hear these groups; it takes nothing else before it does. Where the layer refuses,
/// it works on, deaf to them, and the log says so.
pub(super) fn listen<A>(
    actor: &A,
    ctx: &mut Context<A>,
    layer: &Layer,
    groups: impl IntoIterator<Item = GroupName> + 'static,
) where
    A: Actor<Context = Context<A>> + StreamHandler<LayerMessage>,
{
    let layer = layer.clone();
    let listen = async move {
        let channel = layer.new_channel().await?;
        for group in groups {
            layer.group_add(&group, channel.name()).await?;
        }
        Ok(channel)
    };
    let listen = listen.into_actor(actor);
    ctx.wait(listen.map(|channel: Result<_>, _, ctx| match channel {
        Ok(channel) => {
            ctx.add_stream(channel);
        }
        Err(error) => {
            let actor = std::any::type_name::<A>();
            log::error!(target: "parlour::chat", "{actor} hears nothing of other apps: {error}");
        }
    }));
}
