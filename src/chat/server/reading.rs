//! Read positions move: stored, and told to all sockets of the person in the order of the commits,
//! so that every tab and device ends with the same. Those who may see how far somebody has read
//! hear of it, too.

use actix::prelude::*;
use channels::Layer;
use futures_util::{StreamExt, future::BoxFuture, stream};
use tokio::sync::{mpsc, oneshot};

use super::ChatServer;
use crate::{
    accounts::{UserId, UserRef, user_group},
    chat::{
        events::{ChatEvent, ConsumerEvent},
        models::{Reading, RoomId, RoomMember, may_see},
        protocol::{SeenBy, ServerEvent},
    },
    db::{Connection, Database},
    error::{Error, Result},
};

/// Moves whose commits are awaited at the same time.
const IN_FLIGHT: usize = 256;

type Move = dyn FnOnce(&mut Connection) -> Result<Vec<RoomId>> + Send;

/// Move positions of `person`; the change checks what may be moved and gives the rooms where
/// something moved. Answers with them.
#[derive(Message)]
#[rtype(result = "Result<Vec<RoomId>>")]
pub struct MoveReading {
    person: UserRef,
    change: Box<Move>,
}

impl MoveReading {
    /// A change that runs on the writer's connection.
    pub fn new(
        person: UserRef,
        change: impl FnOnce(&mut Connection) -> Result<Vec<RoomId>> + Send + 'static,
    ) -> Self {
        Self {
            person,
            change: Box::new(change),
        }
    }
}

/// What is committed.
struct Moved {
    person: UserRef,
    readings: Vec<Reading>,
}

/// A move on its way.
pub(super) struct PendingMove {
    moved: BoxFuture<'static, Result<Told>>,
    answer: oneshot::Sender<Result<Vec<RoomId>>>,
}

/// What is to be told, and to whom.
struct Told {
    moved: Moved,
    /// For each of the rooms, those who may see it.
    audiences: Vec<Vec<UserId>>,
}

/// The entrance of the line; the other end is driven by the actor.
pub(super) type Entrance = mpsc::UnboundedSender<PendingMove>;

/// Starts the line on the actor's context. Its queue needs no bound of its own: each entry holds a
/// place in the writer's bounded queue.
pub(super) fn start(
    server: &ChatServer,
    ctx: &mut Context<ChatServer>,
    mut moves: mpsc::UnboundedReceiver<PendingMove>,
) {
    let layer = server.layer.clone();
    let finished = stream::poll_fn(move |cx| moves.poll_recv(cx))
        .map(|pending| async move { (pending.moved.await, pending.answer) })
        .buffered(IN_FLIGHT)
        .for_each(move |(told, answer)| {
            let layer = layer.clone();
            async move {
                let answered = match told {
                    Ok(told) => announce(&layer, told).await,
                    Err(error) => Err(error),
                };
                // Whoever asked may have gone.
                drop(answer.send(answered));
            }
        });
    ctx.spawn(finished.into_actor(server));
}

impl Handler<MoveReading> for ChatServer {
    type Result = ResponseFuture<Result<Vec<RoomId>>>;

    fn handle(&mut self, wanted: MoveReading, _: &mut Self::Context) -> Self::Result {
        let Some(entrance) = self.readings.as_ref().filter(|_| !self.stopping) else {
            return Box::pin(async { Err(Error::Busy("the server is about to stop")) });
        };
        let MoveReading { person, change } = wanted;
        let user = person.id;
        // It takes its place in the writer's queue here.
        let stored = self.database.enqueue(move |conn| {
            let rooms = change(conn)?;
            let reading = |room| Ok(Reading::of(conn, user, room)?);
            rooms.into_iter().map(reading).collect::<Result<Vec<_>>>()
        });
        let database = self.database.clone();
        let moved = Box::pin(async move {
            let readings = stored.await?;
            let moved = Moved { person, readings };
            let audiences = audiences(&database, &moved).await?;
            Ok(Told { moved, audiences })
        });
        let (answer, answered) = oneshot::channel();
        drop(entrance.send(PendingMove { moved, answer }));
        Box::pin(async move {
            answered
                .await
                .unwrap_or(Err(Error::ActorGone("the reading line")))
        })
    }
}

impl ChatServer {
    /// Somebody shows how far they have read from now on, or does not any more: whoever of those who
    /// may see it is here looks again.
    pub(super) fn tell_seen_changed(&mut self, ctx: &mut Context<Self>, user: UserId) {
        let database = self.database.clone();
        let near = async move { database.read(move |conn| Ok(may_see(conn, user)?)).await };
        let near = near.into_actor(self);
        ctx.spawn(near.map(|near, server, ctx| {
            let here = near.unwrap_or_default().into_iter();
            let here = here.filter(|other| server.here.contains_key(other));
            server.tell_ask_seen(ctx, here.collect());
        }));
    }

    /// What these people may see of each other's reading has perhaps changed.
    pub(super) fn tell_ask_seen(&self, ctx: &mut Context<Self>, people: Vec<UserId>) {
        let layer = self.layer.clone();
        self.tell_later(ctx, async move {
            let frame = ServerEvent::SeenChanged {}.frame();
            for user in people {
                let frame = frame.clone();
                let told = ConsumerEvent::Chat(ChatEvent::Told { frame });
                layer.group_send(&user_group(user), told).await?;
            }
            Ok(())
        });
    }
}

async fn audiences(database: &Database, moved: &Moved) -> Result<Vec<Vec<UserId>>> {
    let user = moved.person.id;
    let rooms: Vec<RoomId> = moved.readings.iter().map(|reading| reading.room).collect();
    if rooms.is_empty() {
        return Ok(Vec::new());
    }
    let audience = move |conn: &mut Connection, room| {
        let member = RoomMember::find(conn, room, user)?;
        let seen_by = member.seen_by(conn)?;
        Ok(seen_by.into_iter().map(|seen| seen.user.id).collect())
    };
    let all = move |conn: &mut Connection| {
        let of_room = |room| match audience(conn, room) {
            // Left meanwhile.
            Err(Error::NotFound) => Ok(Vec::new()),
            other => other,
        };
        rooms.into_iter().map(of_room).collect()
    };
    database.read(all).await
}

async fn announce(layer: &Layer, told: Told) -> Result<Vec<RoomId>> {
    let Told { moved, audiences } = told;
    let own = user_group(moved.person.id);
    for (reading, audience) in moved.readings.iter().zip(audiences) {
        let frame = ServerEvent::ReadMoved(reading.into()).frame();
        let event = ConsumerEvent::Chat(ChatEvent::Told { frame });
        layer.group_send(&own, event).await?;
        let seen = ServerEvent::Seen {
            room: reading.room,
            seen: SeenBy {
                user: moved.person.clone(),
                seq: reading.read_seq,
            },
        };
        let frame = seen.frame();
        for user in audience {
            let frame = frame.clone();
            let event = ConsumerEvent::Chat(ChatEvent::Told { frame });
            layer.group_send(&user_group(user), event).await?;
        }
    }
    Ok(moved.readings.iter().map(|reading| reading.room).collect())
}
