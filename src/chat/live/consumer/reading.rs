//! Reading commands from this socket: move a read cursor forward or back, mark everything as read,
//! and ask for read positions.

use channels::{Context, HandlerResult};
use diesel::QueryResult;

use super::{ChatConsumer, signed_in};
use crate::{
    accounts::UserId,
    chat::{
        layer::frame,
        live::{Chat, ErrorCode},
        reading::{
            AllRead, Arrange, ClientEvent, MoveReading, Reading, RoomState, SeenBy, ServerEvent,
        },
        rooms::{RoomId, RoomMember},
    },
    db::Connection,
    error::{Error, Result},
    friends::BlockedPeople,
};

impl ChatConsumer {
    pub(super) async fn on_reading(
        &mut self,
        event: ClientEvent,
        ctx: &mut Context<Self>,
    ) -> HandlerResult {
        match event {
            ClientEvent::Read { room, seq } => self.read_up_to(room, seq, ctx).await,
            ClientEvent::MarkUnread { room, seq } => self.unread_from(room, seq, ctx).await,
            ClientEvent::ReadAll {} => self.read_all(ctx).await,
            ClientEvent::UndoReadAll {} => self.undo_read_all(ctx).await,
            ClientEvent::SetLevel { room, level } => {
                let user = signed_in(ctx)?.user.id;
                self.arrange(Arrange::level(user, room, level), ctx).await
            }
            ClientEvent::Pin { room, to } => {
                let user = signed_in(ctx)?.user.id;
                let most = self.chat.limits.pinned_rooms;
                self.arrange(Arrange::pin(user, room, to, most), ctx).await
            }
            ClientEvent::AskUnread {} => self.tell_unread(ctx).await,
            ClientEvent::AskSeen { room } => self.tell_seen(room, ctx).await,
        }
    }

    /// Marks everything up to event `seq` as read.
    async fn read_up_to(
        &mut self,
        room: RoomId,
        seq: i64,
        ctx: &mut Context<Self>,
    ) -> HandlerResult {
        self.move_in(room, ctx, move |member, conn| member.read_up_to(conn, seq))
            .await
    }

    /// Marks the message of event `seq` and all later ones as unread.
    async fn unread_from(
        &mut self,
        room: RoomId,
        seq: i64,
        ctx: &mut Context<Self>,
    ) -> HandlerResult {
        self.move_in(room, ctx, move |member, conn| member.unread_from(conn, seq))
            .await
    }

    /// Moves the read cursor in one room, if `change` returns a new position.
    async fn move_in(
        &mut self,
        room: RoomId,
        ctx: &mut Context<Self>,
        change: impl FnOnce(RoomMember, &mut Connection) -> QueryResult<bool> + Send + 'static,
    ) -> HandlerResult {
        let person = self.user(ctx)?;
        let id = person.id;
        let moved = MoveReading::new(person, move |conn| {
            let member = RoomMember::find(conn, room, id)?;
            Ok(change(member, conn)?.then_some(room).into_iter().collect())
        });
        self.move_reading(moved, ctx).await
    }

    /// Marks all rooms as read.
    async fn read_all(&mut self, ctx: &mut Context<Self>) -> HandlerResult {
        let person = self.user(ctx)?;
        let id = person.id;
        let moved = MoveReading::new(person, move |conn| Ok(AllRead::mark(conn, id)?));
        self.move_reading(moved, ctx).await
    }

    /// Undoes marking all rooms as read.
    async fn undo_read_all(&mut self, ctx: &mut Context<Self>) -> HandlerResult {
        let person = self.user(ctx)?;
        let id = person.id;
        let moved = MoveReading::new(person, move |conn| Ok(AllRead::undo(conn, id)?));
        self.move_reading(moved, ctx).await
    }

    async fn move_reading(
        &mut self,
        wanted: MoveReading,
        ctx: &mut Context<Self>,
    ) -> HandlerResult {
        let moved = self.chat.server.send(wanted).await;
        match moved.unwrap_or(Err(Error::Busy("the chat server"))) {
            Ok(_) => Ok(()),
            // No answer is needed, because the browser sends its position again with the next
            // message or hello.
            Err(Error::Busy(_)) => Ok(()),
            Err(error) => self.report_failure(ctx, error),
        }
    }

    /// Changes a level or a pin. The event that all sockets of the person get is the answer.
    async fn arrange(&mut self, wanted: Arrange, ctx: &mut Context<Self>) -> HandlerResult {
        let arranged = self.chat.server.send(wanted).await;
        match arranged.unwrap_or(Err(Error::Busy("the chat server"))) {
            Ok(_title) => Ok(()),
            Err(Error::Invalid(_)) => self.report(ctx, ErrorCode::TooManyPins),
            Err(error) => self.report_failure(ctx, error),
        }
    }

    /// Sends fresh unread counts for all badges.
    async fn tell_unread(&mut self, ctx: &mut Context<Self>) -> HandlerResult {
        let user = signed_in(ctx)?.user.id;
        match room_states(&self.chat, user).await {
            Ok((rooms, blocked)) => Ok(ctx.send(frame(&ServerEvent::Unread { rooms, blocked }))?),
            Err(error) => self.report_failure(ctx, error),
        }
    }

    /// Sends the read positions of the other members, where this person may see them.
    async fn tell_seen(&mut self, room: RoomId, ctx: &mut Context<Self>) -> HandlerResult {
        let user = signed_in(ctx)?.user.id;
        let seen = self.chat.database.read(move |conn| {
            let member = RoomMember::find(conn, room, user)?;
            Ok(member.seen_by(conn)?)
        });
        match seen.await {
            Ok(seen) => {
                let seen = seen.into_iter().map(SeenBy::from).collect();
                Ok(ctx.send(frame(&ServerEvent::SeenTold { room, seen }))?)
            }
            Err(error) => self.report_failure(ctx, error),
        }
    }
}

/// Returns the rooms of a person with their unread counts, and the people whom the person blocks.
/// The number of queries does not depend on the number of rooms.
pub(super) async fn room_states(
    chat: &Chat,
    user: UserId,
) -> Result<(Vec<RoomState>, Vec<UserId>)> {
    let limit = i64::try_from(chat.limits.rooms_per_socket).unwrap_or(i64::MAX);
    let states = move |conn: &mut Connection| {
        let rooms = RoomMember::all_of(conn, user, limit)?;
        // Read after the rooms, so that each room has its counts. A room that was left in between
        // has none.
        let mut readings = Reading::all_of(conn, user)?;
        let state = |member: RoomMember| {
            let reading = readings.remove(&member.room.id)?;
            Some(RoomState::new(&member.room, member.title, &reading))
        };
        let rooms = rooms.into_iter().filter_map(state).collect();
        Ok((rooms, BlockedPeople::of(conn, user)?.into_ids()))
    };
    chat.database.read(states).await
}
