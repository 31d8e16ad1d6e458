//! Rooms whose time is over go: at the start and every hour.

use std::time::Duration;

use actix::prelude::*;

use super::{ChatServer, pipeline::Stored};
use crate::{
    chat::models::{DueRoom, RoomId},
    db::{Connection, Timestamp},
    error::{Error, Result},
};

/// A room may stay this much longer than was promised.
const PURGED_EVERY: Duration = Duration::from_secs(60 * 60);

/// Remove what was to go before `now`; answers with what went.
#[derive(Debug, Message)]
#[rtype(result = "Result<Vec<RoomId>>")]
pub struct PurgeRooms {
    /// The time, as whoever asks has it.
    pub now: Timestamp,
}

pub(super) fn start(ctx: &mut Context<ChatServer>) {
    let purge = |server: &mut ChatServer, ctx: &mut Context<ChatServer>| {
        let purged = server.purge(Timestamp::now());
        server.tell_later(ctx, async move {
            let gone = purged.await?.len();
            if gone > 0 {
                log::info!(target: "parlour::chat", "{gone} deleted rooms are gone");
            }
            Ok(())
        });
    };
    ctx.run_later(Duration::ZERO, purge);
    ctx.run_interval(PURGED_EVERY, purge);
}

impl Handler<PurgeRooms> for ChatServer {
    type Result = ResponseFuture<Result<Vec<RoomId>>>;

    fn handle(&mut self, purge: PurgeRooms, _: &mut Self::Context) -> Self::Result {
        Box::pin(self.purge(purge.now))
    }
}

impl ChatServer {
    fn purge(&self, now: Timestamp) -> impl Future<Output = Result<Vec<RoomId>>> + 'static {
        let (database, line) = (self.database.clone(), self.line().ok());
        async move {
            let due = database
                .read(move |conn| Ok(DueRoom::all(conn, now)?))
                .await?;
            let mut gone = Vec::with_capacity(due.len());
            for room in due {
                let Some(line) = &line else { break };
                let empty = move |conn: &mut Connection| {
                    let members = room.empty(conn, now)?.ok_or(Error::Conflict)?;
                    Ok(Stored {
                        emptied: Some((room.id(), members)),
                        ..Stored::default()
                    })
                };
                // In line with the posts, so that nothing follows the news.
                let emptied = line.enter(empty).await;
                match emptied.unwrap_or(Err(Error::ActorGone("the message pipeline"))) {
                    Ok(_) => {}
                    // Its owner kept it in the meantime.
                    Err(Error::Conflict) => continue,
                    Err(error) => return Err(error),
                }
                while database.write(move |conn| Ok(room.shrink(conn)?)).await? {}
                gone.push(room.id());
            }
            Ok(gone)
        }
    }
}
