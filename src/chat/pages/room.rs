//! The page of a room.

use actix_web::{HttpRequest, HttpResponse, web};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{
    pane::{RoomHead, ShownHead},
    unread_here::UnreadHere,
    visit::Visit,
};
use crate::{
    accounts::{Page, Person, SignedIn, User, Zone},
    chat::{
        live::Chat,
        log::MessageId,
        messages::{
            HistoryPage, MessageData, Place, QUOTE_CHARS, Refused, VisibleMessage,
            formatting::plain,
            views::{Log, PlaceQuery, ShownLog, outsiders},
        },
        reading::views::CatchUpLists,
        receipts::views::HealthLine,
        rooms::{RoomId, RoomMember},
        shell::{Conversations, PageData, Sidebar},
    },
    db::Connection,
    error::{Error, Result},
    words,
};

#[derive(Debug, Deserialize)]
pub(crate) struct NewMessageForm {
    pub(super) body: String,
    pub(super) client_id: Uuid,
    /// The message that it answers; empty for none.
    #[serde(default)]
    pub(super) reply_to: String,
}

/// What the box is about.
#[derive(Debug, Deserialize)]
pub(crate) struct BoxQuery {
    /// It answers this message.
    reply: Option<MessageId>,
    /// This message was just written, and names somebody who is not here.
    named: Option<MessageId>,
}

pub(crate) async fn show_room(
    me: SignedIn,
    page: Page,
    room: web::Path<RoomId>,
    query: web::Query<PlaceQuery>,
    answer: web::Query<BoxQuery>,
    request: HttpRequest,
    chat: web::Data<Chat>,
) -> Result<HttpResponse> {
    let shown = ShownRoom {
        room: *room,
        place: query.place(),
        reply: answer.reply,
        named: answer.named,
        zone: Zone::of(&request),
        visit: Visit::of(&request),
        refused: None,
    };
    shown.render(&me.user, page, &chat).await
}

/// A room page about to be shown.
pub(crate) struct ShownRoom {
    pub(crate) room: RoomId,
    pub(crate) place: Place,
    /// The message that the box answers.
    pub(crate) reply: Option<MessageId>,
    /// A message that names somebody who may be added.
    pub(crate) named: Option<MessageId>,
    pub(crate) zone: Zone,
    /// How it is looked at.
    pub(crate) visit: Visit,
    /// What was typed, under which name, and why it was refused.
    pub(crate) refused: Option<(NewMessageForm, Refused)>,
}

impl ShownRoom {
    /// The page. Where no script will tell what is read, everything that it shows is read by that.
    pub(crate) async fn render(self, me: &User, page: Page, chat: &Chat) -> Result<HttpResponse> {
        let (visit, room) = (self.visit, self.room);
        let loaded = self.load(me, chat).await?;
        let (reads, read) = (loaded.reads(), loaded.member.read_seq);
        let response = self.show(loaded, me, page, chat).await?;
        if let Some(seq) = reads {
            visit.reads(chat, me, room, seq, read).await?;
        }
        Ok(response)
    }

    async fn load(&self, me: &User, chat: &Chat) -> Result<Loaded> {
        let (room, user, place) = (self.room, me.id, self.place);
        let (reply, named) = (self.reply, self.named);
        let (budget, most) = (chat.messages.page_budget(), chat.limits.rooms_per_socket);
        let loaded = chat.database.read(move |conn| {
            let member = RoomMember::find(conn, room, user)?;
            let history = HistoryPage::read(conn, &member, place, budget)?;
            let conversations = Conversations::read(conn, user, most)?;
            let unread = UnreadHere::read(conn, &member, &conversations)?;
            Ok(Loaded {
                can_post: member.may_post(conn)?,
                history: unread.open(conn, &member, history, place, budget)?,
                reply: Answered::read(conn, &member, reply)?,
                outsiders: outsiders::of_message(conn, room, named, user)?,
                head: RoomHead::read(conn, &member)?,
                member,
                conversations,
                unread,
            })
        });
        loaded.await
    }

    async fn show(
        self,
        loaded: Loaded,
        me: &User,
        page: Page,
        chat: &Chat,
    ) -> Result<HttpResponse> {
        let reads = loaded.reads();
        let Loaded {
            member,
            history,
            can_post,
            mut conversations,
            unread,
            head,
            reply,
            outsiders,
        } = loaded;
        let room = self.room;
        let here = conversations.here(chat).await?;
        if self.visit == Visit::Plain && reads == Some(member.room.last_seq) {
            conversations.badges.forget(room);
        }
        let (form, refused) = self.refused.unzip();
        let page_data = PageData::new(me, &page, chat, &conversations.preferences);
        let page = page
            .with_title(member.title.clone())
            .with_badge(conversations.badges.total());
        let own = RoomPage {
            sidebar: conversations.sidebar(Some(room), &here),
            room: Header {
                head: head.shown(&member, &here),
                catch_up_path: unread.catch_up_path(&member),
                health: HealthLine::of(&chat.health, room),
            },
            catch_up: unread.catch_up(room, &self.zone),
            zone: self.zone.name().to_owned(),
            pending: MessageData::pending(&Person::new(me.id, me.username.clone())),
            can_post,
            closed: (!can_post).then(|| words::text(closed_key(&member))),
            client_id: form
                .as_ref()
                .map_or_else(Uuid::new_v4, |form| form.client_id),
            draft: form.map_or_else(String::new, |form| form.body),
            refusal: refused.map(|refused| refused.text),
            reply,
            outsiders,
            page_data: page_data.of_room(&member),
            log: Log::new(
                ShownLog {
                    member,
                    page: history,
                    zone: self.zone,
                    unread_from: unread.from,
                },
                &chat.messages,
            ),
        };
        page.render("chat/pages/room", own)
    }
}

/// What the database knows of a page.
struct Loaded {
    member: RoomMember,
    history: HistoryPage,
    can_post: bool,
    conversations: Conversations,
    unread: UnreadHere,
    head: RoomHead,
    reply: Option<Answered>,
    outsiders: Vec<Person>,
}

impl Loaded {
    /// The event up to which a look at the page reads.
    fn reads(&self) -> Option<i64> {
        self.unread
            .read_by(&self.history, self.member.room.last_seq)
    }
}

/// What `room.hbs` shows.
#[derive(Serialize)]
struct RoomPage {
    #[serde(flatten)]
    sidebar: Sidebar,
    room: Header,
    #[serde(flatten)]
    log: Log,
    catch_up: Option<CatchUpLists>,
    /// The time zone in which times are printed.
    zone: String,
    pending: MessageData<String>,
    can_post: bool,
    /// Why nobody can write here.
    closed: Option<String>,
    /// What stands in the box.
    draft: String,
    /// Why the message was refused.
    refusal: Option<String>,
    reply: Option<Answered>,
    /// Friends whom the message that was just posted names, and who are not in the room.
    outsiders: Vec<Person>,
    client_id: Uuid,
    page_data: PageData,
}

/// What `chat/rooms/_header.hbs` shows.
#[derive(Serialize)]
struct Header {
    #[serde(flatten)]
    head: ShownHead,
    catch_up_path: Option<String>,
    health: HealthLine,
}

/// The message that the box answers.
#[derive(Serialize)]
struct Answered {
    id: MessageId,
    /// The user name.
    author: String,
    text: String,
}

impl Answered {
    /// Nothing for a message that is gone.
    fn read(
        conn: &mut Connection,
        member: &RoomMember,
        reply: Option<MessageId>,
    ) -> Result<Option<Self>> {
        let Some(id) = reply else { return Ok(None) };
        let message = match VisibleMessage::find(conn, member.room.id, id, member.user) {
            Ok(seen) => seen.message,
            Err(Error::NotFound) => return Ok(None),
            Err(error) => return Err(error),
        };
        let is_there = message.deleted.is_none();
        Ok(is_there.then(|| Self {
            id: message.id,
            text: plain(&message.body, QUOTE_CHARS),
            author: message.author.username,
        }))
    }
}

/// Why nobody can write here.
fn closed_key(member: &RoomMember) -> &'static str {
    if member.is_archived() {
        "room-archived"
    } else {
        "room-closed"
    }
}
