//! Changes of rooms, and the purge of rooms that are due for deletion.

use actix::prelude::*;

use super::ChatServer;
use crate::{
    accounts::UserId,
    chat::{
        live::{ChangeRoom, PurgeRooms},
        membership::DueRoom,
        messages::RoomChange,
        rooms::RoomId,
    },
    db::{Connection, Timestamp},
    error::{Error, Result},
};

impl Handler<ChangeRoom> for ChatServer {
    type Result = ResponseFuture<Result<Vec<RoomChange>>>;

    fn handle(&mut self, ChangeRoom(change): ChangeRoom, _: &mut Self::Context) -> Self::Result {
        let Some(line) = &self.line else {
            return Box::pin(async { Err(Error::Busy("about to stop")) });
        };
        let announcer = self.announcer.clone();
        let committed = self.parts.database.enqueue(change);
        line.enter(committed, move |events, _| async move {
            announcer.events(events).await
        })
    }
}

impl Handler<PurgeRooms> for ChatServer {
    type Result = ResponseFuture<Result<Vec<RoomId>>>;

    fn handle(&mut self, purge: PurgeRooms, _: &mut Self::Context) -> Self::Result {
        Box::pin(self.purge(purge.now))
    }
}

impl ChatServer {
    /// Deletes the rooms that were due before `now`. Removes all members first, in line with the
    /// posts, so that no event follows the removal. Then deletes the messages in small
    /// transactions, so that other writes do not wait for long.
    pub(super) fn purge(
        &self,
        now: Timestamp,
    ) -> impl Future<Output = Result<Vec<RoomId>>> + 'static + use<> {
        let (database, line) = (self.parts.database.clone(), self.line.clone());
        let subscriptions = self.subscriptions.clone();
        async move {
            let due = database
                .read(move |conn| Ok(DueRoom::all(conn, now)?))
                .await?;
            let mut gone = Vec::with_capacity(due.len());
            for room in due {
                let Some(line) = &line else { break };
                let empty = move |conn: &mut Connection| Ok(room.empty(conn, now)?);
                let subscriptions = subscriptions.clone();
                let unsubscribe = move |members: Option<Vec<UserId>>, _| async move {
                    let was_kept = members.is_none();
                    for user in members.unwrap_or_default() {
                        subscriptions.leave(room.id(), user).await?;
                    }
                    Ok(was_kept)
                };
                let was_kept: Result<bool> = line.enter(database.enqueue(empty), unsubscribe).await;
                if was_kept? {
                    continue;
                }
                while database.write(move |conn| Ok(room.shrink(conn)?)).await? {}
                gone.push(room.id());
            }
            Ok(gone)
        }
    }
}
