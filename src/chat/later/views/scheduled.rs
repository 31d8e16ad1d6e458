//! Scheduled messages: the form that chooses the time, the list, and its buttons. The dialog of
//! `static/js/later/choose.js` sends the same form.

use std::{collections::HashMap, collections::HashSet, time::Duration};

use actix_web::{Either, HttpRequest, HttpResponse, http::StatusCode, web};
use jiff::Zoned;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{local_now, readable};
use crate::{
    accounts::{Page, Redirect, SignedIn, UserId, Zone},
    chat::{
        later::{
            Later, Scheduled, ScheduledId, State,
            moment::{Choices, When, WhenForm},
        },
        messages::{ASKS_ABOVE, BodyError, Call, NewMessage},
        rooms::{RoomId, RoomMember},
    },
    db::{Connection, Timestamp},
    error::{Error, Result},
    security::{Account, Action, RateLimiter, client_addr},
    words,
};

/// How long a text that was taken back into the box is kept: the answer with it may be lost.
const KEPT_RETURNED: Duration = Duration::from_secs(24 * 60 * 60);

/// The fields of the box of a room, and of the form that chooses the time.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct ScheduleForm {
    #[serde(default)]
    body: String,
    #[serde(default = "Uuid::new_v4")]
    client_id: Uuid,
    #[serde(default)]
    reply_to: String,
    /// Not empty if the author was told how many people the message notifies.
    #[serde(default)]
    calls: String,
    when: Option<When>,
    #[serde(default)]
    date: String,
    #[serde(default)]
    time: String,
}

impl ScheduleForm {
    fn when(&self) -> WhenForm {
        WhenForm {
            when: self.when.unwrap_or(When::Own),
            date: self.date.clone(),
            time: self.time.clone(),
        }
    }
}

/// The data of `new.hbs`.
#[derive(Serialize)]
struct NewPage {
    room_name: String,
    /// The path of the room.
    back: String,
    /// The path to which the form is sent.
    action: String,
    client_id: Uuid,
    reply_to: String,
    /// Whether the author was told how many people the message notifies.
    calls: bool,
    body: String,
    choices: Choices,
}

/// `GET /rooms/{room}/scheduled/new/`: the form with an empty text.
pub(crate) async fn new_scheduled(
    me: SignedIn,
    page: Page,
    room: web::Path<RoomId>,
    zone: Zone,
    later: web::Data<Later>,
) -> Result<HttpResponse> {
    let form = ScheduleForm {
        body: String::new(),
        client_id: Uuid::new_v4(),
        reply_to: String::new(),
        calls: String::new(),
        when: None,
        date: String::new(),
        time: String::new(),
    };
    show(page, &later, (me.user.id, *room, zone), form, None).await
}

/// `POST /rooms/{room}/scheduled/new/`: the form with the text of the box.
pub(crate) async fn choose_time(
    (me, page): (SignedIn, Page),
    room: web::Path<RoomId>,
    form: web::Form<ScheduleForm>,
    zone: Zone,
    later: web::Data<Later>,
) -> Result<HttpResponse> {
    let place = (me.user.id, *room, zone);
    show(page, &later, place, form.into_inner(), None).await
}

async fn show(
    page: Page,
    later: &Later,
    (me, room, zone): (UserId, RoomId, Zone),
    form: ScheduleForm,
    error: Option<String>,
) -> Result<HttpResponse> {
    let read = move |conn: &mut Connection| {
        let member = RoomMember::find(conn, room, me)?;
        Ok((member.title, local_now(conn, me, &zone)?))
    };
    let (room_name, now) = later.database.read(read).await?;
    let choices = Choices::at(&now);
    let own = NewPage {
        room_name,
        back: format!("/rooms/{room}/"),
        action: format!("/rooms/{room}/scheduled/"),
        client_id: form.client_id,
        calls: !form.calls.is_empty(),
        choices: match error {
            Some(error) => choices.refused(&form.when(), error),
            None => choices,
        },
        reply_to: form.reply_to,
        body: form.body,
    };
    page.framed_in(Some(room.0))
        .await?
        .titled("later-heading")
        .render("chat/later/new", own)
}

/// `POST /rooms/{room}/scheduled/`
pub(crate) async fn schedule(
    (me, page): (SignedIn, Page),
    room: web::Path<RoomId>,
    form: web::Form<ScheduleForm>,
    (request, zone): (HttpRequest, Zone),
    (later, rates): (web::Data<Later>, web::Data<RateLimiter>),
) -> Result<Either<Redirect, HttpResponse>> {
    let (me, room, mut form) = (me.user.id, *room, form.into_inner());
    let account = Some(Account::from(me));
    let ip = client_addr(&request);
    let limited = rates.check(Action::Message, account, ip);
    let wanted = match limited {
        Ok(()) => prepare(&later, (me, room, &zone), &form).await,
        Err(error) => Err(error),
    };
    let scheduled = match wanted {
        Ok(Prepared::Asks(count)) => {
            "1".clone_into(&mut form.calls);
            let text = words::text_with("later-error-calls", &[("count", count.into())]);
            Err(Error::invalid("calls", text))
        }
        Ok(Prepared::Ready {
            message,
            at,
            now,
            calls,
        }) => {
            let allowed = if calls {
                rates.check(Action::Call, account, ip)
            } else {
                Ok(())
            };
            match allowed {
                Ok(()) => store(&later, *message, at)
                    .await
                    .map(|()| readable(at, &now)),
                Err(error) => Err(error),
            }
        }
        Err(error) => Err(error),
    };
    let (status, text) = match scheduled.map(Ok).or_else(refusal)? {
        Ok(time) => {
            let done = words::text_with("later-done", &[("time", time.into())]);
            let room = Redirect::to(format!("/rooms/{room}/"));
            return Ok(Either::Left(room.done(done)));
        }
        Err(refused) => refused,
    };
    let page = page.with_status(status);
    let shown = show(page, &later, (me, room, zone), form, Some(text)).await?;
    Ok(Either::Right(shown))
}

/// What is shown of a refusal: the status, and a sentence for the form.
type Refused = (StatusCode, String);

/// Returns the refusals that the form explains.
fn refusal(error: Error) -> Result<std::result::Result<String, Refused>> {
    let refused = match error {
        Error::Invalid(errors) => {
            let text = errors.into_values().collect::<Vec<_>>().join(" ");
            (StatusCode::UNPROCESSABLE_ENTITY, text)
        }
        Error::Forbidden => (StatusCode::FORBIDDEN, words::text("later-error-closed")),
        Error::TooMany { .. } => {
            let text = words::text("later-error-limited");
            (StatusCode::TOO_MANY_REQUESTS, text)
        }
        error => return Err(error),
    };
    Ok(Err(refused))
}

/// A validated form.
enum Prepared {
    /// The author must be asked first, because the message notifies so many people.
    Asks(usize),
    /// It can be scheduled.
    Ready {
        message: Box<NewMessage>,
        at: Timestamp,
        now: Zoned,
        calls: bool,
    },
}

async fn prepare(
    later: &Later,
    (me, room, zone): (UserId, RoomId, &Zone),
    form: &ScheduleForm,
) -> Result<Prepared> {
    let most = later.limits.message_chars;
    let message = NewMessage::checked((room, me, form.client_id), &form.body, most);
    let message = NewMessage {
        reply_to: form.reply_to.parse().ok(),
        ..message.map_err(|reason| Error::invalid("body", body_error(reason)))?
    };
    let (when, ahead) = (form.when(), later.limits.later_ahead.0);
    let (asked, zone) = (!form.calls.is_empty(), zone.clone());
    let prepared = later.database.read(move |conn| {
        let member = RoomMember::find(conn, room, me)?.writable(conn)?;
        let now = local_now(conn, me, &zone)?;
        let at = when.moment(&now, ahead)?;
        let calls = message.is_new_call(conn)?;
        if calls && !asked && message.call_word() == Some(Call::Everyone) {
            let count = member.count_called(conn, Call::Everyone, &HashSet::new())?;
            if let Some(count) = count.filter(|count| *count > ASKS_ABOVE) {
                return Ok(Prepared::Asks(count));
            }
        }
        Ok(Prepared::Ready {
            message: Box::new(message),
            at,
            now,
            calls,
        })
    });
    prepared.await
}

fn body_error(reason: BodyError) -> String {
    match reason {
        BodyError::Empty => words::text("room-refused-empty"),
        BodyError::TooLong { excess } => {
            words::text_with("room-refused-too-long", &[("excess", excess.into())])
        }
    }
}

async fn store(later: &Later, message: NewMessage, at: Timestamp) -> Result<()> {
    let most = later.limits.scheduled_messages;
    let author = message.author;
    later
        .change(author, move |conn| {
            RoomMember::find(conn, message.room, author)?.writable(conn)?;
            Scheduled::create(conn, &message, at, most)
        })
        .await
}

/// The data of `list.hbs`.
#[derive(Serialize)]
struct ListPage {
    scheduled: Vec<Row>,
}

#[derive(Serialize)]
struct Row {
    id: ScheduledId,
    /// The path of the room, if the author is still in it.
    path: Option<String>,
    room_name: String,
    body: String,
    /// The reason why it is not going to be sent.
    problem: Option<String>,
    when: String,
}

/// `GET /later/`: everything of this person.
pub(crate) async fn list_later(
    me: SignedIn,
    page: Page,
    zone: Zone,
    later: web::Data<Later>,
) -> Result<HttpResponse> {
    let me = me.user.id;
    let own = later.database.read(move |conn| {
        let now = local_now(conn, me, &zone)?;
        let all = Scheduled::of(conn, me)?;
        let mut titles: HashMap<RoomId, String> = HashMap::new();
        for room in all.iter().filter_map(|one| one.room_id) {
            match RoomMember::find(conn, room, me) {
                Ok(member) => titles.insert(room, member.title),
                Err(Error::NotFound) => None,
                Err(error) => return Err(error),
            };
        }
        let rows = all.into_iter().map(|one| row(one, &titles, &now));
        Ok(ListPage {
            scheduled: rows.collect(),
        })
    });
    let own = own.await?;
    page.framed()
        .await?
        .titled("later-title")
        .render("chat/later/list", own)
}

fn row(one: Scheduled, titles: &HashMap<RoomId, String>, now: &Zoned) -> Row {
    let title = one.room_id.and_then(|room| titles.get(&room));
    let time = readable(one.due_at, now);
    let when = match one.state {
        State::Waiting => words::text_with("later-at", &[("time", time.into())]),
        State::Returned => String::new(),
        _ => words::text_with("later-was-at", &[("time", time.into())]),
    };
    let problem = match one.state {
        State::Waiting => None,
        State::Returned => Some("later-returned"),
        State::Left => Some("later-left"),
        State::Closed => Some("later-closed"),
        State::TooLong => Some("later-too-long"),
        State::Replaced => Some("later-replaced"),
    };
    Row {
        id: one.id,
        path: title.and(one.room_id).map(|room| format!("/rooms/{room}/")),
        room_name: title.cloned().unwrap_or_default(),
        body: one.body,
        problem: problem.map(words::text),
        when,
    }
}

/// `POST /scheduled/{id}/cancel/`
pub(crate) async fn cancel(
    me: SignedIn,
    id: web::Path<ScheduledId>,
    later: web::Data<Later>,
) -> Result<Redirect> {
    let (me, id) = (me.user.id, *id);
    later
        .change(me, move |conn| Scheduled::cancel(conn, id, me))
        .await?;
    Ok(Redirect::to("/later/").done(words::text("later-cancelled")))
}

/// `POST /scheduled/{id}/edit/`: takes a message back into the box of its room.
pub(crate) async fn edit(
    me: SignedIn,
    id: web::Path<ScheduledId>,
    later: web::Data<Later>,
) -> Result<Redirect> {
    let (me, id) = (me.user.id, *id);
    let until = Timestamp::now().plus(KEPT_RETURNED);
    let returned = later.change(me, move |conn| {
        let found = Scheduled::find(conn, id, me)?;
        let room = found.room_id.ok_or(Error::NotFound)?;
        RoomMember::find(conn, room, me)?;
        Scheduled::give_back(conn, (id, me), until)?;
        Ok(room)
    });
    let room = returned.await?;
    Ok(Redirect::to(format!("/rooms/{room}/?scheduled={id}")))
}
