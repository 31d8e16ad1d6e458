//! The frame of pages about rooms: the list of conversations, the link back, and the header of the
//! room.

use actix_web::{HttpResponse, http::StatusCode};
use serde::Serialize;

use super::asker::Asker;
use crate::{
    accounts::{Page, UserId, UserRef},
    chat::{
        messages::PinnedMessage,
        presence::{PresenceState, SMALL_ROOM},
        rooms::{Role, RoomId, RoomKind, RoomMember},
        shell::{Conversations, Face, Here, PageData, Sidebar},
    },
    db::Connection,
    error::{Error, FieldErrors, Result},
    friends::blocked_with,
    words,
};

/// The frame of a page about rooms.
pub(crate) struct Pane {
    title: String,
    room: Option<RoomId>,
    back: Back,
}

/// The link back.
#[derive(Serialize)]
struct Back {
    path: String,
    text: String,
}

/// The data of `_pane.hbs`, and the fields of the template inside it.
#[derive(Serialize)]
struct PaneData<T> {
    /// The room of the page, if it has one.
    about: Option<RoomId>,
    back: Back,
    #[serde(flatten)]
    sidebar: Sidebar,
    page_data: PageData,
    #[serde(flatten)]
    own: T,
}

impl Pane {
    /// Returns the frame of a page that has no room.
    pub(crate) fn new(title: String) -> Self {
        Self {
            title,
            room: None,
            back: Back {
                path: "/".to_owned(),
                text: words::text("nav-conversations"),
            },
        }
    }

    /// Returns the frame of a page about the room of `member`. The link leads back to the room.
    pub(crate) fn of(member: &RoomMember, title: String) -> Self {
        Self {
            title,
            room: Some(member.room.id),
            back: Back {
                path: format!("/rooms/{}/", member.room.id),
                text: member.title.clone(),
            },
        }
    }

    /// Returns the frame of a page about the room of `member`. The link leads back to the room's
    /// details.
    pub(crate) fn below_details(member: &RoomMember, title: String) -> Self {
        Self {
            back: Back {
                path: format!("/rooms/{}/details/", member.room.id),
                text: words::text("rooms-details"),
            },
            ..Self::of(member, title)
        }
    }

    /// Renders `template` in the frame, with the fields of `own`.
    ///
    /// # Errors
    /// [`Error::Template`] for a missing template or field, and any error of the database.
    pub(crate) async fn render(
        self,
        asker: &Asker,
        page: Page,
        template: &str,
        own: impl Serialize,
    ) -> Result<HttpResponse> {
        let (chat, most) = (&asker.chat, asker.chat.limits.rooms_per_socket);
        let read = move |conn: &mut Connection, me| Conversations::read(conn, me, most);
        let conversations = asker.read(read).await?;
        let here = conversations.here(chat).await?;
        let page_data = PageData::new(&asker.user, &page, chat, &conversations.preferences);
        let data = PaneData {
            about: self.room,
            back: self.back,
            sidebar: conversations.sidebar(&asker.user, self.room, &here),
            page_data: page_data.about(self.room),
            own,
        };
        conversations
            .count_on(page.with_title(self.title))
            .render(template, data)
    }
}

/// The part of a room's header that is read from the database.
pub(crate) struct RoomHead {
    /// The number of members, for kinds of room that people can join and leave.
    members: Option<i64>,
    /// The other members whose presence this member may see: those of a small room, without people
    /// who block or are blocked.
    others: Vec<UserRef>,
    /// The number of pinned messages.
    pins: i64,
}

impl RoomHead {
    pub(crate) fn read(conn: &mut Connection, member: &RoomMember) -> Result<Self> {
        let is_changing = member.room.kind.is_changing();
        let members = is_changing.then(|| member.count(conn)).transpose()?;
        let is_small = members.is_some_and(|count| count <= SMALL_ROOM);
        let mut others = match is_small {
            true => member.people(conn, SMALL_ROOM)?,
            false => Vec::new(),
        };
        let apart = match is_small {
            true => blocked_with(conn, member.user)?,
            false => Vec::new(),
        };
        others.retain(|person| person.id != member.user && !apart.contains(&person.id));
        Ok(Self {
            members,
            others,
            pins: PinnedMessage::count(conn, member)?,
        })
    }

    /// Returns the people whose presence the header shows.
    pub(crate) fn others(&self) -> impl Iterator<Item = UserId> {
        self.others.iter().map(|person| person.id)
    }

    /// Returns the number of pinned messages.
    pub(crate) fn pins(&self) -> i64 {
        self.pins
    }

    /// Returns the header of the room of `member`.
    pub(crate) fn shown(&self, member: &RoomMember, here: &Here) -> ShownHead {
        let room = &member.room;
        let details = room.kind != RoomKind::Notes;
        ShownHead {
            id: room.id,
            name: member.title.clone(),
            kind: room.kind,
            topic: room.topic.clone(),
            role: member.role,
            face: Face::new(member, here),
            members: self.members,
            others: self.names(),
            online: self.online(here),
            pins: (self.pins > 0).then_some(self.pins),
            details: details.then(|| format!("/rooms/{}/details/", room.id)),
            archived: room.archived_at.is_some(),
            delete_day: room
                .delete_at
                .map(|moment| moment.utc(&words::text("format-day"))),
            may_keep: room.kind.is_named() && member.role == Role::Owner,
        }
    }

    fn names(&self) -> String {
        let names = self.others.iter().map(|person| (person.id, &person.name));
        serde_json::to_string(&names.collect::<Vec<_>>()).unwrap_or_default()
    }

    /// Returns how many are online, this member included, and the names of the others. `None` if
    /// nobody else is. `presence/presence.js` has the same rule.
    fn online(&self, here: &Here) -> Option<Online> {
        let is_online = |person: &&UserRef| here.get(&person.id) == Some(&PresenceState::Online);
        let names: Vec<&str> = self
            .others
            .iter()
            .filter(is_online)
            .map(|person| person.name.as_str())
            .collect();
        (!names.is_empty()).then(|| Online {
            count: names.len() + 1,
            names: names.join(", "),
        })
    }
}

/// Who is online in a room.
#[derive(Serialize)]
struct Online {
    /// Includes the reader.
    count: usize,
    /// The names of the others, as text for people.
    names: String,
}

/// The data of a room's header, for pages about a room and for `_ending.hbs`.
#[derive(Serialize)]
pub(crate) struct ShownHead {
    id: RoomId,
    name: String,
    kind: RoomKind,
    topic: String,
    /// The role of the person.
    role: Role,
    face: Face,
    members: Option<i64>,
    /// The other members whose presence the header follows: a JSON array of `[id, name]`.
    others: String,
    online: Option<Online>,
    /// The number of pinned messages, if there are any.
    pins: Option<i64>,
    /// The path of the room's details, if it has such a page.
    details: Option<String>,
    archived: bool,
    /// The day on which the room will be deleted.
    delete_day: Option<String>,
    /// Whether the person can cancel the deletion.
    may_keep: bool,
}

/// The error messages of a form about a room, by field.
#[derive(Serialize)]
pub(crate) struct RoomFormErrors {
    /// An error message about the whole form.
    form: Option<String>,
    name: Option<String>,
    topic: Option<String>,
    people: Option<String>,
}

impl From<FieldErrors> for RoomFormErrors {
    fn from(mut errors: FieldErrors) -> Self {
        Self {
            form: errors.remove("form"),
            name: errors.remove("name"),
            topic: errors.remove("topic"),
            people: errors.remove("people"),
        }
    }
}

/// Returns the page that shows an invalid form again, with its error messages. Returns any other
/// error unchanged.
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
