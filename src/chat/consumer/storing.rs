//! What is to be stored: posts, and changes of messages. Each is put in line for the disk and
//! answered under its `client_id`, as an event of this socket's own.

use std::net::IpAddr;

use channels::{Context, HandlerResult};
use uuid::Uuid;

use super::{ChatConsumer, signed_in};
use crate::{
    accounts::UserId,
    chat::{
        events::{ChatEvent, ConsumerEvent},
        models::{MessageId, NotChanged, RoomId, RoomMember},
        protocol::{ClientEvent, Refused, ServerEvent},
        server::{ChangeMessage, MessageChange, NotPosted, PostMessage},
    },
    db::Database,
    error::Error,
    security::security_log::SecurityEvent,
};

impl ChatConsumer {
    /// Puts it in line and listens on: what the rooms say meanwhile would otherwise pile up.
    pub(super) fn store(&mut self, event: ClientEvent, ctx: &mut Context<Self>) -> HandlerResult {
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
                self.change(
                    (room, client_id),
                    id,
                    MessageChange::React { emoji, on },
                    ctx,
                )
            }
            // What nobody has to store is handled where it came in.
            _ => Ok(()),
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
        // It takes its place here, so that posts stay in the order in which they came.
        let answer = self.parts.server.send(post);
        let database = self.parts.database.clone();
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
                    trace_denial(&reason, author, ip);
                    refused(&database, (room, client_id), author, &reason).await
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
        let answer = self.parts.server.send(change);
        let database = self.parts.database.clone();
        ctx.notify_when(async move {
            let event = match answer.await.unwrap_or(Err(NotPosted::Closing)) {
                Ok(seq) => ServerEvent::ChangeAccepted {
                    room,
                    client_id,
                    seq,
                },
                Err(reason) => {
                    trace_denial(&reason, user, ip);
                    refused(&database, (room, client_id), user, &reason).await
                }
            };
            answered(&event)
        });
        Ok(())
    }

    /// Whether one more may wait for the disk; otherwise it is refused for a while.
    fn takes_another(
        &mut self,
        (room, client_id): (RoomId, Uuid),
        ctx: &mut Context<Self>,
    ) -> Result<bool, channels::Error> {
        if self.waiting_posts < self.parts.limits.socket_posts {
            self.waiting_posts += 1;
            return Ok(true);
        }
        let reason = NotPosted::Refused(Error::Busy("the posts of a socket"));
        let refused = Refused::new(room, client_id, &reason, None);
        ctx.send(ServerEvent::Refused(refused).frame())?;
        Ok(false)
    }
}

fn answered(event: &ServerEvent) -> ConsumerEvent {
    let frame = event.frame();
    ConsumerEvent::Chat(ChatEvent::Answered { frame })
}

/// Records what was refused because the person may not do it.
fn trace_denial(reason: &NotPosted, user: UserId, ip: IpAddr) {
    let is_denied = matches!(
        reason,
        NotPosted::Refused(Error::Forbidden | Error::NotFound)
            | NotPosted::Unchanged(NotChanged::NotYours)
    );
    if is_denied {
        SecurityEvent::PermissionDenied.record_of("socket", Some(user.0), ip);
    }
}

async fn refused(
    database: &Database,
    (room, client_id): (RoomId, Uuid),
    user: UserId,
    reason: &NotPosted,
) -> ServerEvent {
    let name = name_of(database, room, user, reason).await;
    ServerEvent::Refused(Refused::new(room, client_id, reason, name.as_deref()))
}

/// The room's name, if its member asks and the words of the refusal need it.
async fn name_of(
    database: &Database,
    room: RoomId,
    user: UserId,
    reason: &NotPosted,
) -> Option<String> {
    if !matches!(reason, NotPosted::Refused(Error::Forbidden)) {
        return None;
    }
    let member = database.read(move |conn| RoomMember::find(conn, room, user));
    Some(member.await.ok()?.title)
}
