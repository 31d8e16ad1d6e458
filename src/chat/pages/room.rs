//! The page of a room.

use actix_web::{HttpRequest, HttpResponse, Responder as _, web};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{
    pane::{RoomHead, ShownHead},
    unread_here::UnreadHere,
    visit::Visit,
};
use crate::{
    accounts::{KeptForms, Page, Person, Redirect, RefusedForm, SignedIn, User, Zone},
    chat::{
        later::{LaterCounts, Scheduled, ScheduledId},
        live::Chat,
        log::MessageId,
        messages::{
            HistoryPage, Place, QUOTE_CHARS, Refused, VisibleMessage,
            formatting::plain,
            views::{Log, PlaceQuery, ShownLog, outsiders},
        },
        reading::views::CatchUpLists,
        rooms::{RoomId, RoomMember},
        shell::{Conversations, PageData, Sidebar},
    },
    db::Connection,
    error::{Error, Result, found},
    friends::BlockedPeople,
    preferences::Tips,
    words,
};

#[derive(Debug, Deserialize)]
pub(crate) struct NewMessageForm {
    pub(super) body: String,
    pub(super) client_id: Uuid,
    /// The message that it answers. Empty if it answers none.
    #[serde(default)]
    pub(super) reply_to: String,
    /// Not empty if the person was told that they have just sent the same text.
    #[serde(default)]
    pub(super) again: String,
    /// Not empty if the person was told how many people the message notifies.
    #[serde(default)]
    pub(super) calls: String,
}

/// The query of the page that concerns the message box.
#[derive(Debug, Deserialize)]
pub(crate) struct BoxQuery {
    /// The message to answer.
    reply: Option<MessageId>,
    /// The message that was just posted and mentions outsiders.
    named: Option<MessageId>,
    /// The scheduled message that was just taken back into the box.
    scheduled: Option<ScheduledId>,
    /// The id of a message form that was kept until its author had logged in.
    kept: Option<String>,
}

/// Returns the path of the page that shows a kept message in its box.
pub(crate) fn page_with_box(form: &RefusedForm) -> Option<String> {
    let room = form.path().strip_prefix("/rooms/")?;
    let room: RoomId = room.strip_suffix("/messages/")?.parse().ok()?;
    form.has_text().then(|| format!("/rooms/{room}/"))
}

impl NewMessageForm {
    /// Takes a scheduled message back.
    ///
    /// # Errors
    /// [`Error::Internal`] for an unreadable key.
    fn returned(message: &Scheduled) -> Result<Self> {
        Ok(Self {
            body: message.body.clone(),
            client_id: message.key()?,
            reply_to: message
                .reply_to
                .map_or_else(String::new, |id| id.to_string()),
            again: String::new(),
            calls: String::new(),
        })
    }

    /// Takes the fields of a kept form. With the same `client_id`, sending it twice posts one
    /// message.
    fn of(form: &RefusedForm) -> Self {
        let value = |name| form.value(name).unwrap_or_default();
        Self {
            body: value("body").to_owned(),
            client_id: value("client_id")
                .parse()
                .unwrap_or_else(|_| Uuid::new_v4()),
            reply_to: value("reply_to").to_owned(),
            again: value("again").to_owned(),
            calls: value("calls").to_owned(),
        }
    }
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
    let answer = answer.into_inner();
    let forms = request.app_data::<web::Data<KeptForms>>();
    let kept = answer
        .kept
        .and_then(|id| Some((forms?.find(me.user.id, &id)?, id)));
    let mut draft = kept.as_ref().map(|(form, _)| NewMessageForm::of(form));
    if let Some(id) = answer.scheduled {
        let (user, room) = (me.user.id, *room);
        let find = move |conn: &mut Connection| Scheduled::returned(conn, (id, user), room);
        let returned = chat.database.read(find).await?;
        let returned = returned
            .as_ref()
            .map(NewMessageForm::returned)
            .transpose()?;
        draft = draft.or(returned);
    }
    let reply = draft.as_ref().and_then(|form| form.reply_to.parse().ok());
    let shown = ShownRoom {
        room: *room,
        place: query.place(),
        reply: answer.reply.or(reply),
        named: answer.named,
        zone: Zone::of(&request),
        visit: Visit::of(&request),
        draft,
        refused: None,
    };
    match (shown.render(&me.user, page, &chat).await, kept) {
        // Somebody else has logged in, or they were removed: the text is shown without the room.
        (Err(Error::NotFound), Some((_, id))) => {
            Ok(Redirect::to(KeptForms::page(&id)).respond_to(&request))
        }
        (shown, _) => shown,
    }
}

/// The page of a room, ready to be rendered.
pub(crate) struct ShownRoom {
    pub(crate) room: RoomId,
    pub(crate) place: Place,
    /// The message to answer.
    pub(crate) reply: Option<MessageId>,
    /// The message that mentions outsiders, whom the person may add.
    pub(crate) named: Option<MessageId>,
    pub(crate) zone: Zone,
    /// Whether the browser runs scripts.
    pub(crate) visit: Visit,
    /// The message in the box: its text and its `client_id`.
    pub(crate) draft: Option<NewMessageForm>,
    /// The reason why it was refused.
    pub(crate) refused: Option<Refused>,
}

impl ShownRoom {
    /// Renders the page. Without JavaScript, the page marks the messages that it shows as read.
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
                folded: member.folded(conn)?,
                tips: Tips::are_shown(conn, user)?,
                later: LaterCounts::of(conn, user, Some(room))?,
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
            folded,
            tips,
            later,
        } = loaded;
        let room = self.room;
        let here = conversations.here_with(chat, head.others()).await?;
        if self.visit == Visit::Plain && reads == Some(member.room.last_seq) {
            conversations.badges.forget(room);
        }
        let (form, refused) = (self.draft, self.refused);
        let text =
            |of: fn(&NewMessageForm) -> &String| form.as_ref().map(of).cloned().unwrap_or_default();
        let page_data = PageData::new(me, &page, chat, &conversations.preferences);
        let page = conversations.count_on(page.with_title(member.title.clone()));
        let own = RoomPage {
            sidebar: conversations.sidebar(me, Some(room), &here),
            room: Header {
                head: head.shown(&member, &here),
                catch_up_path: unread.catch_up_path(&member),
            },
            catch_up: unread.catch_up(room, &self.zone),
            tips,
            scheduled: later.shown(),
            zone: self.zone.name().to_owned(),
            can_post,
            closed: (!can_post).then(|| words::text(closed_key(&member))),
            client_id: form
                .as_ref()
                .map_or_else(Uuid::new_v4, |form| form.client_id),
            again: text(|form| &form.again),
            calls: text(|form| &form.calls),
            draft: text(|form| &form.body),
            refusal: refused.map(|refused| refused.text),
            reply,
            outsiders,
            page_data: page_data.of_room(&member, &folded),
            log: Log::new(
                ShownLog {
                    member,
                    page: history,
                    zone: self.zone,
                    unread_from: unread.from,
                    folded,
                },
                &chat.messages,
            ),
        };
        page.render("chat/pages/room", own)
    }
}

/// The data that the page reads from the database.
struct Loaded {
    member: RoomMember,
    history: HistoryPage,
    can_post: bool,
    conversations: Conversations,
    unread: UnreadHere,
    head: RoomHead,
    reply: Option<Answered>,
    outsiders: Vec<Person>,
    /// The people whose messages are folded.
    folded: BlockedPeople,
    /// Whether the tips for newcomers are shown.
    tips: bool,
    later: LaterCounts,
}

impl Loaded {
    /// Returns the event up to which this page marks the room as read.
    fn reads(&self) -> Option<i64> {
        self.unread
            .read_by(&self.history, self.member.room.last_seq)
    }
}

/// The data of `room.hbs`.
#[derive(Serialize)]
struct RoomPage {
    #[serde(flatten)]
    sidebar: Sidebar,
    room: Header,
    #[serde(flatten)]
    log: Log,
    catch_up: Option<CatchUpLists>,
    /// The numbers of scheduled messages here, if there are any.
    scheduled: Option<LaterCounts>,
    /// Whether the tips for newcomers are shown where the log begins.
    tips: bool,
    /// The time zone of the times on the page.
    zone: String,
    can_post: bool,
    /// The reason why nobody can write in this room.
    closed: Option<String>,
    /// Not empty if the person was told that they have just sent the same text.
    again: String,
    /// Not empty if the person was told how many people the message notifies.
    calls: String,
    /// The text in the message box.
    draft: String,
    /// The reason why the message was refused.
    refusal: Option<String>,
    reply: Option<Answered>,
    /// The outsiders whom the posted message mentions.
    outsiders: Vec<Person>,
    client_id: Uuid,
    page_data: PageData,
}

/// The data of `chat/rooms/_header.hbs`.
#[derive(Serialize)]
struct Header {
    #[serde(flatten)]
    head: ShownHead,
    catch_up_path: Option<String>,
}

/// The message to answer.
#[derive(Serialize)]
struct Answered {
    id: MessageId,
    /// The user name of its author.
    author: String,
    text: String,
}

impl Answered {
    /// Returns `None` if the message is deleted.
    fn read(
        conn: &mut Connection,
        member: &RoomMember,
        reply: Option<MessageId>,
    ) -> Result<Option<Self>> {
        let Some(id) = reply else { return Ok(None) };
        let seen = found(VisibleMessage::find(conn, member.room.id, id, member.user))?;
        let message = seen.map(|seen| seen.message);
        let present = message.filter(|message| message.deleted.is_none());
        Ok(present.map(|message| Self {
            id: message.id,
            text: plain(&message.body, QUOTE_CHARS),
            author: message.author.name,
        }))
    }
}

/// Returns the key of the reason why nobody can write in this room.
fn closed_key(member: &RoomMember) -> &'static str {
    if member.is_archived() {
        "room-archived"
    } else {
        "room-closed"
    }
}
