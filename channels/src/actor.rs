//! The actix actor of a connection: its address, and the messages that it takes.
//!
//! Every connection is an actor from its handshake on. Its mailbox is allocated by the first call of
//! [`Context::address`](crate::Context::address), so a connection without an address costs no memory
//! for one. The actor handles [`Accept`](crate::Accept), [`Send`] and [`Close`]; while the peer does
//! not read, these messages wait in the bounded mailbox (back-pressure).

use actix::{Actor, ActorFutureExt as _, AsyncContext, StreamHandler, WrapFuture as _};

pub use crate::connection::{Close, ConsumerAddress, Send, TaskHandle, TimerId};
use crate::error::WithSources;
use crate::layers::{ChannelReceiver, Layer, LayerError, LayerMessage};
use crate::names::GroupName;

/// Subscribes any other actix actor to groups of a layer. Call it in `started`. The messages of the
/// groups go to the actor's `StreamHandler<LayerMessage>`; until the subscription is complete, the
/// actor handles no other message.
///
/// The actor leaves the groups when it stops. If the layer fails, the actor works without the
/// groups, and the failure is logged.
///
/// ```
/// use actix::{Actor, Context, StreamHandler};
/// use channels::actor::subscribe;
/// use channels::layers::LayerMessage;
/// use channels::{GroupName, Layer};
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
    actor: &A,
    ctx: &mut A::Context,
    layer: &Layer,
    groups: impl IntoIterator<Item = GroupName> + 'static,
) where
    A: Actor + StreamHandler<LayerMessage>,
    A::Context: AsyncContext<A>,
{
    let layer = layer.clone();
    let subscribed = async move {
        let channel = layer.new_channel().await?;
        for group in groups {
            layer.group_add(&group, channel.name()).await?;
        }
        Ok(channel)
    };
    ctx.wait(subscribed.into_actor(actor).map(
        |channel: Result<ChannelReceiver, LayerError>, _, ctx| match channel {
            Ok(channel) => {
                ctx.add_stream(channel);
            }
            Err(failure) => {
                let (actor, failure) = (std::any::type_name::<A>(), WithSources(&failure));
                log::error!(target: "channels::layers", "{actor} could not subscribe to its \
                    groups: {failure}");
            }
        },
    ));
}
