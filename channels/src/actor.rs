//! The actix actor of a connection: its address, and the messages that it takes.
//!
//! Every connection is an actor from its handshake on. Its address is made when
//! [`Context::address`](crate::Context::address) asks for it, so a connection that nobody writes to
//! from outside pays nothing for it. [`Accept`], [`Send`] and [`Close`] are what it takes; while the
//! peer does not read, they wait in its bounded mailbox.

use actix::fut::wrap_future;
use actix::{Actor, ActorFutureExt as _, AsyncContext, StreamHandler};

pub use crate::answer::Accept;
pub use crate::connection::{Close, ConsumerAddress, Send};
use crate::error::WithSources;
use crate::layers::{ChannelReceiver, Layer, LayerError, LayerMessage};
use crate::names::GroupName;

/// Adds any other actix actor to groups of a layer: their messages reach it as a stream, from
/// before it handles anything else.
///
/// The actor leaves the groups when it stops. If the layer refuses, the actor works without them,
/// and the failure is logged.
///
/// ```
/// use actix::{Actor, Context, StreamHandler};
/// use channels::actor::subscribe;
/// use channels::{GroupName, Layer, LayerMessage};
///
/// struct Audit(Layer);
///
/// impl Actor for Audit {
///     type Context = Context<Self>;
///
///     fn started(&mut self, ctx: &mut Self::Context) {
///         subscribe(self, ctx, &self.0, [GroupName::encode("payments")]);
///     }
/// }
///
/// impl StreamHandler<LayerMessage> for Audit {
///     fn handle(&mut self, message: LayerMessage, _: &mut Self::Context) {
///         println!("{:?}", message.decode::<String>());
///     }
/// }
/// ```
pub fn subscribe<A>(
    _: &A,
    ctx: &mut A::Context,
    layer: &Layer,
    groups: impl IntoIterator<Item = GroupName> + 'static,
) where
    A: Actor + StreamHandler<LayerMessage>,
    A::Context: AsyncContext<A>,
{
    enter::<A>(ctx, layer, groups);
}

/// As [`subscribe`], for an actor whose type is known.
pub(crate) fn enter<A>(
    ctx: &mut A::Context,
    layer: &Layer,
    groups: impl IntoIterator<Item = GroupName> + 'static,
) where
    A: Actor + StreamHandler<LayerMessage>,
    A::Context: AsyncContext<A>,
{
    let layer = layer.clone();
    let subscribed = wrap_future::<_, A>(async move {
        let channel = layer.new_channel().await?;
        for group in groups {
            layer.group_add(&group, channel.name()).await?;
        }
        Ok(channel)
    });
    ctx.wait(subscribed.map(
        |channel: Result<ChannelReceiver, LayerError>, _, ctx| match channel {
            Ok(channel) => {
                ctx.add_stream(channel);
            }
            Err(failure) => {
                let (actor, failure) = (std::any::type_name::<A>(), WithSources(&failure));
                log::error!(target: "channels::layers", "{actor} is in no groups: {failure}");
            }
        },
    ));
}
