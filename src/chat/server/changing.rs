//! A room or one of its messages changes: stored, and announced in the order of the commits, in
//! one line with the posts.

use actix::prelude::*;
use tokio::sync::oneshot;

use super::{
    ChatServer, NotPosted,
    pipeline::{Entrance, Pending, Stored},
};
use crate::{
    chat::{
        models::{RoomEvent, called_by},
        protocol::RoomChange,
    },
    db::{Connection, Database},
    error::{Error, Result as AppResult},
};

type Change = dyn FnOnce(&mut Connection) -> AppResult<Vec<RoomEvent>> + Send;

/// Do this to a room; it checks who asks, and gives what happened, in order.
#[derive(Message)]
#[rtype(result = "Result<Vec<RoomChange>, NotPosted>")]
pub struct ChangeRoom(Box<Change>);

impl ChangeRoom {
    /// A change that runs on the writer's connection.
    pub fn new(
        change: impl FnOnce(&mut Connection) -> AppResult<Vec<RoomEvent>> + Send + 'static,
    ) -> Self {
        Self(Box::new(change))
    }
}

impl Handler<ChangeRoom> for ChatServer {
    type Result = ResponseFuture<Result<Vec<RoomChange>, NotPosted>>;

    fn handle(&mut self, ChangeRoom(change): ChangeRoom, _: &mut Self::Context) -> Self::Result {
        let entered = self.put_in_line(|conn| {
            Ok(Stored {
                events: change(conn)?,
                ..Stored::default()
            })
        });
        Box::pin(async move {
            let announced = entered?.await;
            Ok(announced.unwrap_or(Err(Error::ActorGone("the message pipeline")))?)
        })
    }
}

/// The way to the disk, in which posts and other changes stand in one line.
#[derive(Clone)]
pub(super) struct Line {
    entrance: Entrance,
    database: Database,
}

impl Line {
    /// A place for `change` in the line, taken now.
    pub(super) fn enter(
        &self,
        change: impl FnOnce(&mut Connection) -> AppResult<Stored> + Send + 'static,
    ) -> oneshot::Receiver<AppResult<Vec<RoomChange>>> {
        let stored = Box::pin(self.database.enqueue(|conn| {
            let stored = change(conn)?;
            let called = called_by(conn, &stored.events)?;
            Ok((stored, called))
        }));
        let (answer, answered) = oneshot::channel();
        // Without its other end the answer is dropped with the change, which the asker sees.
        drop(self.entrance.send(Pending { stored, answer }));
        answered
    }
}

impl ChatServer {
    /// The line, unless the server is about to stop.
    pub(super) fn line(&self) -> Result<Line, NotPosted> {
        let open = self.pipeline.as_ref().filter(|_| !self.stopping);
        Ok(Line {
            entrance: open.ok_or(NotPosted::Closing)?.clone(),
            database: self.database.clone(),
        })
    }

    /// A place for `change` in the line, taken now.
    pub(super) fn put_in_line(
        &self,
        change: impl FnOnce(&mut Connection) -> AppResult<Stored> + Send + 'static,
    ) -> Result<oneshot::Receiver<AppResult<Vec<RoomChange>>>, NotPosted> {
        Ok(self.line()?.enter(change))
    }
}
