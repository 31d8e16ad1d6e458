//! Message commands from this socket. Each one is queued for the writer, and its answer returns to
//! this consumer as an event with the same `client_id`.

use std::net::IpAddr;

use channels::{Context, HandlerResult};
use uuid::Uuid;

use super::{ChatConsumer, missed, signed_in};
use crate::{
    accounts::UserId,
    chat::{
        layer::{ChatEvent, ConsumerEvent, frame},
        log::MessageId,
        messages::{
            Budget, ChangeMessage, ClientEvent, MessageChange, NotChanged, NotPosted, PostMessage,
            Refused, RefusedAt, ServerEvent,
        },
        rooms::{RoomId, RoomMember},
    },
    db::Database,
    error::Error,
    security::security_log::SecurityEvent,
};

impl ChatConsumer {
    pub(super) async fn on_message(
        &mut self,
        event: ClientEvent,
        ctx: &mut Context<Self>,
    ) -> HandlerResult {
        match event {
            ClientEvent::Post {
                room,
                client_id,
                body,
                reply_to,
            } => self.post((room, client_id), body, reply_to, ctx),
            ClientEvent::Edit {
                room,
                id,
                client_id,
                body,
            } => self.change((room, client_id), id, MessageChange::Edit(body), ctx),
            ClientEvent::Delete {
                room,
                id,
                client_id,
            } => self.change((room, client_id), id, MessageChange::Delete, ctx),
            ClientEvent::React {
                room,
                id,
                client_id,
                emoji,
                on,
            } => {
                let on = Some(on);
                let change = MessageChange::React { emoji, on };
                self.change((room, client_id), id, change, ctx)
            }
            ClientEvent::Pin {
                room,
                id,
                client_id,
                on,
            } => self.change((room, client_id), id, MessageChange::Pin(on), ctx),
            ClientEvent::Resume { room, after } => self.resume(room, after, ctx).await,
        }
    }

    /// Sends the events in `room` after event `after` (catching up from a cursor).
    pub(super) async fn resume(
        &mut self,
        room: RoomId,
        after: i64,
        ctx: &mut Context<Self>,
    ) -> HandlerResult {
        let user = signed_in(ctx)?.user.id;
        let limits = &self.chat.limits;
        let budget = Budget {
            messages: limits.resume_len,
            bytes: limits.resume_bytes,
        };
        let markup = self.chat.messages.markup.clone();
        let missed = self.chat.database.read(move |conn| {
            let member = RoomMember::find(conn, room, user)?;
            missed::frame_after(conn, &markup, (&member, after), budget)
        });
        match missed.await {
            Ok(frame) => Ok(ctx.send(frame)?),
            Err(error) => self.report_failure(ctx, error),
        }
    }

    fn post(
        &mut self,
        (room, client_id): (RoomId, Uuid),
        body: String,
        reply_to: Option<MessageId>,
        ctx: &mut Context<Self>,
    ) -> HandlerResult {
        let (author, ip) = (signed_in(ctx)?.user.id, self.ip);
        let post = PostMessage {
            room,
            author,
            ip,
            client_id,
            body,
            reply_to,
        };
        if !self.takes_another((room, client_id), ctx)? {
            return Ok(());
        }
        // Send before the first await, so that posts keep the order in which they arrived.
        let answer = self.chat.server.send(post);
        let asker = Asker::new(&self.chat.database, author, ip);
        ctx.notify_when(async move {
            let event = match answer.await.unwrap_or(Err(NotPosted::Closing)) {
                Ok(accepted) => ServerEvent::Accepted {
                    room,
                    client_id,
                    id: accepted.id,
                    seq: accepted.seq,
                    created_at: accepted.created_at,
                    html: accepted.html,
                },
                Err(reason) => {
                    let refused = |at: RefusedAt<'_>| at.post(&reason);
                    let denied = reason.is_denied();
                    asker.refused((room, client_id), denied, refused).await
                }
            };
            answered(&event)
        });
        Ok(())
    }

    fn change(
        &mut self,
        (room, client_id): (RoomId, Uuid),
        message: MessageId,
        change: MessageChange,
        ctx: &mut Context<Self>,
    ) -> HandlerResult {
        let (user, ip) = (signed_in(ctx)?.user.id, self.ip);
        let change = ChangeMessage {
            room,
            message,
            user,
            ip,
            client_id,
            change,
        };
        if !self.takes_another((room, client_id), ctx)? {
            return Ok(());
        }
        let answer = self.chat.server.send(change);
        let asker = Asker::new(&self.chat.database, user, ip);
        ctx.notify_when(async move {
            let event = match answer.await.unwrap_or(Err(NotChanged::Closing)) {
                Ok(seq) => ServerEvent::ChangeAccepted {
                    room,
                    client_id,
                    seq,
                },
                Err(reason) => {
                    let refused = |at: RefusedAt<'_>| at.change(&reason);
                    let denied = reason.is_denied();
                    asker.refused((room, client_id), denied, refused).await
                }
            };
            answered(&event)
        });
        Ok(())
    }

    /// Returns whether one more post may wait for the disk. Otherwise refuses it with a time to
    /// retry (back-pressure).
    fn takes_another(
        &mut self,
        (room, client_id): (RoomId, Uuid),
        ctx: &mut Context<Self>,
    ) -> Result<bool, channels::Error> {
        if self.waiting_posts < self.chat.limits.socket_posts {
            self.waiting_posts += 1;
            return Ok(true);
        }
        let at = RefusedAt {
            room,
            client_id,
            name: None,
        };
        let busy = at.error(&Error::Busy("the posts of a socket"));
        ctx.send(frame(&ServerEvent::Refused(busy)))?;
        Ok(false)
    }
}

fn answered(event: &ServerEvent) -> ConsumerEvent {
    ConsumerEvent::Chat(ChatEvent::Answered {
        frame: frame(event),
    })
}

/// The sender of a command, kept to answer a refusal.
struct Asker {
    database: Database,
    user: UserId,
    ip: IpAddr,
}

impl Asker {
    fn new(database: &Database, user: UserId, ip: IpAddr) -> Self {
        Self {
            database: database.clone(),
            user,
            ip,
        }
    }

    /// Builds the refusal, with the name of the room if its text needs it. A denied permission is
    /// also written to the security log.
    async fn refused(
        &self,
        (room, client_id): (RoomId, Uuid),
        is_denied: bool,
        refused: impl FnOnce(RefusedAt<'_>) -> Refused,
    ) -> ServerEvent {
        let mut name = None;
        if is_denied {
            SecurityEvent::PermissionDenied.record_of("socket", Some(self.user.0), self.ip);
            name = self.name_of(room).await;
        }
        let at = RefusedAt {
            room,
            client_id,
            name: name.as_deref(),
        };
        ServerEvent::Refused(refused(at))
    }

    async fn name_of(&self, room: RoomId) -> Option<String> {
        let user = self.user;
        let member = self
            .database
            .read(move |conn| RoomMember::find(conn, room, user));
        Some(member.await.ok()?.title)
    }
}
