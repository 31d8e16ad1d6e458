//! What pages about rooms share: the list of conversations beside them, the way back, and what the
//! head of a room tells.

use actix_web::http::StatusCode;
use serde_json::{Value, json};

use super::asker::Asker;
use crate::{
    accounts::Page,
    chat::{
        rooms::{Role, RoomId, RoomMember},
        shell::{Conversations, Here, face, page_data},
    },
    db::Connection,
    error::{Error, FieldErrors, Result},
    words,
};

/// The frame of a page about rooms.
pub(crate) struct Pane {
    title: String,
    room: Option<RoomId>,
    back: (String, String),
}

impl Pane {
    /// A page that is about no single room.
    pub(crate) fn new(title: String) -> Self {
        let back = ("/".to_owned(), words::text("nav-conversations"));
        Self {
            title,
            room: None,
            back,
        }
    }

    /// A page about the room of `member`, which leads back to the room.
    pub(crate) fn of(member: &RoomMember, title: String) -> Self {
        let path = format!("/rooms/{}/", member.room.id);
        Self {
            title,
            room: Some(member.room.id),
            back: (path, member.title.clone()),
        }
    }

    /// Leading back to the page `path` instead, called `text`.
    pub(crate) fn back_to(self, path: String, text: String) -> Self {
        Self {
            back: (path, text),
            ..self
        }
    }

    /// The fields of the frame.
    pub(crate) async fn data(self, asker: &Asker, page: &Page) -> Result<Value> {
        let most = asker.chat.limits.rooms_per_socket;
        let read = move |conn: &mut Connection, me| Conversations::read(conn, me, most);
        let conversations = asker.read(read).await?;
        let here = conversations.here(&asker.chat).await?;
        let shown = (&conversations.preferences, None);
        let mut page_data = page_data(&asker.user, page, &asker.chat, shown);
        page_data["about"] = json!(self.room);
        let (path, text) = self.back;
        let mut data = json!({
            "title": self.title,
            "about": self.room,
            "back": { "path": path, "text": text },
            "page_data": page_data,
        });
        conversations.add_to(&mut data, self.room, &here);
        Ok(data)
    }
}

/// `own` on top of `frame`.
pub(crate) fn merged(mut frame: Value, own: Value) -> Value {
    if let (Value::Object(frame), Value::Object(own)) = (&mut frame, own) {
        frame.extend(own);
    }
    frame
}

/// What the head of a room tells, beside its name.
pub(crate) struct RoomHead {
    /// People in it, where they come and go.
    members: Option<i64>,
}

impl RoomHead {
    pub(crate) fn read(conn: &mut Connection, member: &RoomMember) -> Result<Self> {
        let is_changing = member.room.kind.is_changing();
        let members = is_changing.then(|| member.count(conn)).transpose()?;
        Ok(Self { members })
    }

    /// `id`, `name`, `kind`, `topic`, `role`, `face`, `members`, `details` (the path of the page about
    /// the room, if it has one), `archived`, `delete_day`, `may_keep`.
    pub(crate) fn data(&self, member: &RoomMember, here: &Here) -> Value {
        let room = &member.room;
        let is_owner = room.kind.is_named() && member.role == Role::Owner;
        let details = room.kind.is_changing();
        json!({
            "id": room.id,
            "name": member.title,
            "kind": room.kind,
            "topic": room.topic,
            "role": member.role,
            "face": face(member, here),
            "members": self.members,
            "details": details.then(|| format!("/rooms/{}/details/", room.id)),
            "archived": room.archived_at.is_some(),
            "delete_day": room.delete_at.map(|moment| moment.utc("%-d %B %Y")),
            "may_keep": is_owner,
        })
    }
}

/// The sentence at the field `name`, or nothing.
pub(crate) fn sentence(errors: &FieldErrors, name: &str) -> Value {
    json!(errors.get(name))
}

/// The page of a form that is shown again, and what stands at its fields; any other error is
/// passed on.
pub(crate) fn refused(page: Page, error: Error) -> Result<(Page, FieldErrors)> {
    match error {
        Error::Invalid(errors) => Ok((page.with_status(StatusCode::UNPROCESSABLE_ENTITY), errors)),
        Error::TooMany { retry_after } => {
            let errors = [("form", words::text("rooms-error-limited"))].into();
            Ok((page.limited(retry_after), errors))
        }
        other => Err(other),
    }
}
