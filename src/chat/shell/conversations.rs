//! The list of conversations (the sidebar), which every page of the chat shows, and the redirect
//! from a person to the conversation with them.

use std::collections::HashMap;

use actix_web::{HttpResponse, http::header, web};
use serde::Serialize;

use super::{
    badges::{Badge, Badges, Waiting},
    face::{Face, Here},
    last_line::LastLine,
};
use crate::{
    accounts::{Page, Person, SignedIn, User, UserId},
    chat::{
        later::Reminder,
        live::Chat,
        messages::{LatestMessage, MessageData},
        presence::WhoIsHere,
        rooms::{Room, RoomId, RoomMember},
    },
    db::{Connection, Timestamp},
    error::{Error, Result},
    friends::{BlockedPeople, Friendship, SentRequest, asking, friends_of},
    preferences::Preferences,
};

/// The list of conversations and its data.
pub(crate) struct Conversations {
    pub(super) rows: Vec<RoomMember>,
    latest: HashMap<RoomId, LatestMessage>,
    blocked: BlockedPeople,
    /// Sorted by name.
    pub(super) friends: Vec<Person>,
    /// The preferences of the person.
    pub(crate) preferences: Preferences,
    /// The unread counts.
    pub(crate) badges: Badges,
    /// The people whose friend request waits for an answer.
    asking: Vec<Person>,
    /// The name of a sent request that lapsed and is not dismissed yet.
    lapsed: Option<String>,
    /// The number of reminders that are due.
    due_reminders: usize,
}

impl Conversations {
    pub(crate) fn read(conn: &mut Connection, me: UserId, most: usize) -> Result<Self> {
        let most = i64::try_from(most).unwrap_or(i64::MAX);
        let sent = SentRequest::by(conn, me)?;
        let lapsed = sent.into_iter().find(|request| request.lapsed);
        let rows = RoomMember::all_of(conn, me, most)?;
        let rooms: Vec<RoomId> = rows.iter().map(|member| member.room.id).collect();
        Ok(Self {
            latest: LatestMessage::of(conn, &rooms)?,
            blocked: BlockedPeople::of(conn, me)?,
            asking: asking(conn, me)?,
            lapsed: lapsed.map(|request| request.typed),
            due_reminders: Reminder::count_due(conn, me)?,
            rows,
            friends: friends_of(conn, me)?,
            preferences: Preferences::of(conn, me)?,
            badges: Badges::read(conn, me)?,
        })
    }

    /// Returns the presence of the friends.
    pub(crate) async fn here(&self, chat: &Chat) -> Result<Here> {
        self.here_with(chat, []).await
    }

    /// Returns the presence of the friends and of `others`, whom the person may see.
    pub(crate) async fn here_with(
        &self,
        chat: &Chat,
        others: impl IntoIterator<Item = UserId>,
    ) -> Result<Here> {
        let friends = self.friends.iter().map(|friend| friend.id);
        let users = friends.chain(others).collect();
        let here = chat.presence.send(WhoIsHere { users }).await;
        here.map_err(|_closed| Error::ActorGone("the chat server"))
    }

    /// Returns the sidebar of a page about the room `current`, or about no room.
    pub(crate) fn sidebar(&self, me: &User, current: Option<RoomId>, here: &Here) -> Sidebar {
        let row = |member: &RoomMember| Conversation {
            room_id: member.room.id,
            path: format!("/rooms/{}/", member.room.id),
            face: Face::new(member, here),
            current: current == Some(member.room.id),
            unread: self.badges.of(member.room.id, &member.title),
            muted: self.badges.is_muted(member.room.id),
            seq: member.room.last_seq,
            at: member.room.last_message_at,
            last: self.last_line(member),
        };
        let (listed, hidden): (Vec<_>, Vec<_>) = self
            .rows
            .iter()
            .partition(|member| self.badges.lists(member.room.id));
        let (mut pinned, others): (Vec<_>, Vec<_>) = listed
            .into_iter()
            .partition(|member| self.badges.pin(member.room.id).is_some());
        pinned.sort_by_key(|member| self.badges.pin(member.room.id));
        Sidebar {
            pinned_unread: self.badges.of_section(&pinned),
            others_unread: self.badges.of_section(&others),
            pinned_conversations: pinned.into_iter().map(row).collect(),
            conversations: others.into_iter().map(row).collect(),
            hidden_conversations: hidden.into_iter().map(row).collect(),
            waiting: self.badges.waiting(),
            pending: MessageData::pending(&Person::from(me)),
            asks: self.asking.first().map(|first| Asks {
                person: first.clone(),
                more: self.asking.len() - 1,
            }),
            lapsed: self.lapsed.clone(),
            due_reminders: self.due_reminders,
        }
    }

    /// Returns the last line of the room, if it has messages.
    pub(super) fn last_line(&self, member: &RoomMember) -> Option<LastLine> {
        let latest = self.latest.get(&member.room.id)?;
        Some(LastLine::new(latest, member, &self.blocked))
    }

    /// Sets the number in front of the title, and that of the friend requests.
    pub(crate) fn count_on(&self, page: Page) -> Page {
        let asking = self.asking.len();
        page.with_badge(self.badges.total(asking))
            .with_requests(asking)
    }
}

/// The data of `_sidebar.hbs`, and of `chat/pages/_opening.hbs`, with which scripts open one of the
/// conversations.
#[derive(Serialize)]
pub(crate) struct Sidebar {
    /// Those that the person has pinned, in their own order.
    pinned_conversations: Vec<Conversation>,
    /// The badge of their section, for when it is folded.
    pinned_unread: Badge,
    /// The badge of the section of the others.
    others_unread: Badge,
    /// The others, sorted by what was said last.
    conversations: Vec<Conversation>,
    /// The rooms with the level "hidden".
    hidden_conversations: Vec<Conversation>,
    waiting: Waiting,
    /// A message that is not yet sent.
    pending: MessageData<String>,
    /// The friend requests that wait for an answer.
    asks: Option<Asks>,
    /// The name of a sent request that lapsed.
    lapsed: Option<String>,
    /// The number of reminders that are due.
    due_reminders: usize,
}

/// The people who sent a friend request.
#[derive(Serialize)]
struct Asks {
    /// The first one.
    person: Person,
    /// The number of the others.
    more: usize,
}

/// The data of `_conversation.hbs`.
#[derive(Serialize)]
struct Conversation {
    room_id: RoomId,
    path: String,
    face: Face,
    /// Whether the page shows this room.
    current: bool,
    unread: Badge,
    /// Whether the person wants no notification about it.
    muted: bool,
    /// The number of the last event of the room.
    seq: i64,
    /// The time of the latest message, by which the list is sorted.
    at: Timestamp,
    /// The latest message, if there is one.
    last: Option<LastLine>,
}

/// Redirects from a person to the conversation with them. Creates the conversation if they are
/// friends and the chat server has not created it yet (a race just after a request was accepted).
pub(crate) async fn show_direct(
    me: SignedIn,
    other: web::Path<UserId>,
    chat: web::Data<Chat>,
) -> Result<HttpResponse> {
    let (me, other) = (me.user.id, *other);
    let known = chat.database.read(move |conn| {
        let room = Room::direct_between(conn, me, other)?;
        Ok((room, Friendship::exists(conn, me, other)?))
    });
    let room = match known.await? {
        (Some(room), _) => room,
        (None, true) => {
            let opened = move |conn: &mut _| Ok(Room::open_direct(conn, me, other)?);
            chat.database.write(opened).await?.0.id
        }
        (None, false) => return Err(Error::NotFound),
    };
    let place = format!("/rooms/{room}/");
    Ok(HttpResponse::SeeOther()
        .insert_header((header::LOCATION, place))
        .finish())
}
