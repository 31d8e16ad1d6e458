//! The page that the site begins with: the list of conversations, and beside it what waits and who
//! is here.

use std::{cmp::Reverse, time::Duration};

use actix_web::{HttpMessage, HttpRequest, HttpResponse, http::header::LOCATION, web};
use serde::Serialize;

use super::{
    conversations::{Conversations, Sidebar},
    face::{Face, Here, presence_word},
    last_line::LastLine,
    page_data::PageData,
};
use crate::{
    accounts::{Page, Person, SignedIn, UserId, Zone},
    chat::{
        later::{LaterCounts, views::reminders::ShownReminder},
        live::Chat,
        presence::PresenceState,
        reading::Reading,
        rooms::RoomMember,
    },
    db::{Connection, Timestamp},
    error::Result,
    head_requests::AskedForHead,
    preferences::Preferences,
};

/// How many conversations with unread messages are shown: more are a list, and that is beside it.
const WAITING: usize = 5;
/// How many friends are shown, those who are online first: three lines of four.
const FRIENDS: usize = 12;
/// After which absence the page "What you missed" comes first.
const LONG: Duration = Duration::from_secs(24 * 60 * 60);
const CATCH_UP: &str = "/catch-up/";

/// The data of `home.hbs`.
#[derive(Serialize)]
struct HomePage {
    #[serde(flatten)]
    sidebar: Sidebar,
    /// The reminders that are due.
    home_reminders: Vec<ShownReminder>,
    /// The conversations with unread messages, newest first.
    unread_conversations: Vec<UnreadConversation>,
    friends: Vec<Friend>,
    /// The numbers of scheduled messages, if there are any.
    scheduled: Option<LaterCounts>,
    page_data: PageData,
}

#[derive(Serialize)]
struct UnreadConversation {
    path: String,
    face: Face,
    /// The number of unread messages.
    unread: i64,
    last: Option<LastLine>,
}

#[derive(Serialize)]
struct Friend {
    #[serde(flatten)]
    person: Person,
    person_id: UserId,
    path: String,
    presence: PresenceState,
    presence_word: String,
}

pub(crate) async fn show_home(
    me: SignedIn,
    page: Page,
    chat: web::Data<Chat>,
    (request, zone): (HttpRequest, Zone),
) -> Result<HttpResponse> {
    let (user, most) = (me.user.id, chat.limits.rooms_per_socket);
    if is_visit(&request) && comes_back(&me, &chat).await? {
        return Ok(HttpResponse::SeeOther()
            .insert_header((LOCATION, CATCH_UP))
            .finish());
    }
    let (conversations, later, home_reminders) = chat
        .database
        .read(move |conn| {
            let later = LaterCounts::of(conn, user, None)?;
            let reminders = ShownReminder::due_of(conn, user, &zone)?;
            Ok((Conversations::read(conn, user, most)?, later, reminders))
        })
        .await?;
    let here = conversations.here(&chat).await?;
    let own = HomePage {
        sidebar: conversations.sidebar(&me.user, None, &here),
        home_reminders,
        unread_conversations: unread(&conversations, &here),
        friends: friends(&conversations, &here),
        scheduled: later.shown(),
        page_data: PageData::new(&me.user, &page, &chat, &conversations.preferences),
    };
    conversations
        .count_on(page.titled("chat-title"))
        .render("chat/shell/home", own)
}

/// Returns whether a person opens the page. Scripts ask for it, too: for its head, to find out
/// whether the session is open, and for its list.
fn is_visit(request: &HttpRequest) -> bool {
    let mode = request.headers().get("sec-fetch-mode");
    let is_script = mode.is_some_and(|mode| mode != "navigate");
    !is_script && request.extensions().get::<AskedForHead>().is_none()
}

/// Returns whether the person was away for long, missed something, and wants to see that first. The
/// session is used by this request, so that it happens once.
async fn comes_back(me: &SignedIn, chat: &Chat) -> Result<bool> {
    let gone = Timestamp::now().minus(LONG);
    if me.session.used_at > gone {
        return Ok(false);
    }
    let me = me.clone();
    let comes_back = move |conn: &mut Connection| {
        let user = me.user.id;
        Ok(me.last_here(conn)? <= gone
            && Preferences::of(conn, user)?.catch_up
            && Reading::all_of(conn, user)?.values().any(Reading::waits))
    };
    chat.database.read(comes_back).await
}

fn unread(conversations: &Conversations, here: &Here) -> Vec<UnreadConversation> {
    let waits = |member: &&RoomMember| {
        let room = member.room.id;
        conversations.badges.unread(room) > 0 && conversations.badges.lists(room)
    };
    let shown = |member: &RoomMember| UnreadConversation {
        path: format!("/rooms/{}/", member.room.id),
        face: Face::new(member, here),
        unread: conversations.badges.unread(member.room.id),
        last: conversations.last_line(member),
    };
    let rows = conversations.rows.iter().filter(waits);
    rows.take(WAITING).map(shown).collect()
}

fn friends(conversations: &Conversations, here: &Here) -> Vec<Friend> {
    let mut friends: Vec<Friend> = conversations
        .friends
        .iter()
        .map(|person| {
            let presence = here.get(&person.id).copied().unwrap_or_default();
            Friend {
                person_id: person.id,
                path: format!("/rooms/with/{}/", person.id),
                presence,
                presence_word: presence_word(presence),
                person: person.clone(),
            }
        })
        .collect();
    friends.sort_by_key(|friend| Reverse(friend.presence));
    friends.truncate(FRIENDS);
    friends
}
