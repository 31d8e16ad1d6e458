//! Read cursors, levels and pins: stores them and sends them to all sockets of the person in the
//! order of the commits, so that all tabs and devices agree in the end. Also notifies the members who
//! may see the read position.

use actix::prelude::*;
use channels::Layer;

use super::ChatServer;
use crate::{
    accounts::{UserId, UserRef},
    chat::{
        layer::{frame, send_later, tell_people},
        presence::may_see,
        reading::{Arrange, Arranged, MoveReading, Reading, SeenBy, ServerEvent},
        rooms::{RoomId, RoomMember},
    },
    db::{Connection, Database},
    error::{Error, Result},
};

/// A cursor that moved, and the members who may see it.
struct Moved {
    reading: Reading,
    audience: Vec<UserId>,
}

impl Handler<MoveReading> for ChatServer {
    type Result = ResponseFuture<Result<Vec<RoomId>>>;

    fn handle(&mut self, wanted: MoveReading, _: &mut Self::Context) -> Self::Result {
        let Some(line) = &self.readings else {
            return Box::pin(async { Err(Error::Busy("the server is shutting down")) });
        };
        let MoveReading { person, change } = wanted;
        let user = person.id;
        let stored = self.parts.database.enqueue(move |conn| {
            let rooms = change(conn)?;
            let reading = |room| Ok(Reading::of(conn, user, room)?);
            rooms.into_iter().map(reading).collect::<Result<Vec<_>>>()
        });
        let database = self.parts.database.clone();
        let moved = async move { with_audiences(&database, user, stored.await?).await };
        let layer = self.parts.layer.clone();
        line.enter(moved, move |moved, _| async move {
            announce(&layer, &person, moved).await
        })
    }
}

impl Handler<Arrange> for ChatServer {
    type Result = ResponseFuture<Result<String>>;

    fn handle(&mut self, Arrange { user, change }: Arrange, _: &mut Self::Context) -> Self::Result {
        let Some(line) = &self.readings else {
            return Box::pin(async { Err(Error::Busy("the server is shutting down")) });
        };
        let committed = self.parts.database.enqueue(change);
        let layer = self.parts.layer.clone();
        line.enter(committed, move |arranged: Arranged, _| async move {
            tell_people(&layer, [user], frame(&arranged.event)).await?;
            Ok(arranged.title)
        })
    }
}

impl ChatServer {
    /// Notifies members that read positions have to be requested again, because `user` changed
    /// whether theirs is visible.
    pub(super) fn tell_seen_changed(&self, ctx: &mut Context<Self>, user: UserId) {
        let (database, layer) = (self.parts.database.clone(), self.parts.layer.clone());
        send_later(self, ctx, async move {
            let near = database.read(move |conn| Ok(may_see(conn, user)?)).await?;
            tell_people(&layer, near, frame(&ServerEvent::SeenChanged {})).await
        });
    }

    /// Notifies these people that read positions have to be requested again, because they may see
    /// other ones now.
    pub(super) fn tell_ask_seen(&self, ctx: &mut Context<Self>, people: Vec<UserId>) {
        let layer = self.parts.layer.clone();
        send_later(self, ctx, async move {
            tell_people(&layer, people, frame(&ServerEvent::SeenChanged {})).await
        });
    }
}

async fn with_audiences(
    database: &Database,
    user: UserId,
    readings: Vec<Reading>,
) -> Result<Vec<Moved>> {
    if readings.is_empty() {
        return Ok(Vec::new());
    }
    let audience = move |conn: &mut Connection, room| match RoomMember::find(conn, room, user) {
        Ok(member) => {
            let seen_by = member.seen_by(conn)?;
            Ok(seen_by.into_iter().map(|seen| seen.user.id).collect())
        }
        // The person has left the room since.
        Err(Error::NotFound) => Ok(Vec::new()),
        Err(error) => Err(error),
    };
    let moved = move |conn: &mut Connection| {
        let moved = |reading: Reading| {
            let audience = audience(conn, reading.room)?;
            Ok(Moved { reading, audience })
        };
        readings.into_iter().map(moved).collect()
    };
    database.read(moved).await
}

async fn announce(layer: &Layer, person: &UserRef, moved: Vec<Moved>) -> Result<Vec<RoomId>> {
    let rooms = moved.iter().map(|moved| moved.reading.room).collect();
    for Moved { reading, audience } in moved {
        let event = ServerEvent::ReadMoved((&reading).into());
        tell_people(layer, [person.id], frame(&event)).await?;
        let seen = ServerEvent::Seen {
            room: reading.room,
            seen: SeenBy {
                user: person.clone(),
                seq: reading.read_seq,
            },
        };
        tell_people(layer, audience, frame(&seen)).await?;
    }
    Ok(rooms)
}
