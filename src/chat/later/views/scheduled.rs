//! Scheduled messages: the form that chooses the time, the list, and its buttons. The dialog of
//! `static/js/later/choose.js` sends the same form.

use std::{collections::HashMap, collections::HashSet, time::Duration};

use actix_web::{Either, HttpRequest, HttpResponse, ResponseError, web};
use jiff::Zoned;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{Moment, local_now, readable};
use crate::{
    accounts::{Page, Redirect, SignedIn, UserId, Zone},
    chat::{
        later::{
            Later, Scheduled, ScheduledId, State,
            moment::{Choices, WhenForm},
        },
        messages::{ASKS_ABOVE, Call, NewMessage},
        rooms::{RoomId, RoomMember},
    },
    db::{Connection, Timestamp},
    error::{Error, Result, found, sentences},
    security::{Account, Action, RateLimiter, client_addr},
    words,
};

/// How long a text that was taken back into the box is kept: the answer with it may be lost.
const KEPT_RETURNED: Duration = Duration::from_secs(24 * 60 * 60);
/// The field of the form that says that the author was asked.
const CALLS: &str = "calls";

/// The fields of the box of a room, and of the form that chooses the time.
#[derive(Debug, Clone, Default, Deserialize)]
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
    #[serde(flatten)]
    when: WhenForm,
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
        client_id: Uuid::new_v4(),
        ..ScheduleForm::default()
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
            Some(error) => choices.refused(&form.when, error),
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
    let may = |action: Action| rates.check(action, Some(Account::from(me)), client_addr(&request));
    let scheduled = match wanted(&later, (me, room, &zone), &form, may).await {
        Ok(wanted) => store(&later, wanted).await,
        Err(error) => Err(error),
    };
    let error = match scheduled {
        Ok(time) => {
            let done = words::text_with("later-done", &[("time", time.into())]);
            let room = Redirect::to(format!("/rooms/{room}/"));
            return Ok(Either::Left(room.done(done)));
        }
        Err(error) => error,
    };
    let wait = match error {
        Error::TooMany { retry_after } => Some(retry_after),
        _ => None,
    };
    let page = page.with_status(error.status_code());
    let page = page.with_retry_after(wait);
    let text = match error {
        Error::Invalid(errors) => {
            if errors.contains_key(CALLS) {
                "1".clone_into(&mut form.calls);
            }
            sentences(errors)
        }
        Error::Forbidden => words::text("later-error-closed"),
        Error::TooMany { .. } => words::text("later-error-limited"),
        error => return Err(error),
    };
    let shown = show(page, &later, (me, room, zone), form, Some(text)).await?;
    Ok(Either::Right(shown))
}

/// A validated form.
struct Wanted {
    message: NewMessage,
    at: Timestamp,
    /// The present time in the time zone of the author.
    now: Zoned,
}

/// Validates the form. `may` counts an action against its rate limit.
///
/// # Errors
/// [`Error::Invalid`] for the fields `body`, `when` and [`CALLS`], [`Error::TooMany`],
/// [`Error::Forbidden`] where the author may not write, [`Error::NotFound`] for other rooms.
async fn wanted(
    later: &Later,
    (me, room, zone): (UserId, RoomId, &Zone),
    form: &ScheduleForm,
    may: impl Fn(Action) -> Result<()>,
) -> Result<Wanted> {
    may(Action::Message)?;
    let most = later.limits.message_chars;
    let message = NewMessage::checked((room, me, form.client_id), &form.body, most);
    let message = NewMessage {
        reply_to: form.reply_to.parse().ok(),
        ..message.map_err(|reason| Error::invalid("body", reason.text()))?
    };
    let (when, ahead, zone) = (form.when.clone(), later.limits.later_ahead.0, zone.clone());
    let asked = !form.calls.is_empty();
    let read = later.database.read(move |conn| {
        let member = RoomMember::find(conn, room, me)?.writable(conn)?;
        let now = local_now(conn, me, &zone)?;
        let at = when.moment(&now, ahead)?;
        let is_call = message.is_new_call(conn)?;
        if is_call && !asked && message.call_word() == Some(Call::Everyone) {
            ask_about_everyone(conn, &member)?;
        }
        Ok((Wanted { message, at, now }, is_call))
    });
    let (wanted, is_call) = read.await?;
    if is_call {
        may(Action::Call)?;
    }
    Ok(wanted)
}

/// # Errors
/// [`Error::Invalid`] for the field [`CALLS`]: the question before many people are notified.
fn ask_about_everyone(conn: &mut Connection, member: &RoomMember) -> Result<()> {
    let count = member.count_called(conn, Call::Everyone, &HashSet::new())?;
    let Some(count) = count.filter(|count| *count > ASKS_ABOVE) else {
        return Ok(());
    };
    let text = words::text_with("later-error-calls", &[("count", count.into())]);
    Err(Error::invalid(CALLS, text))
}

/// Stores the message. Returns its time as people read it.
async fn store(later: &Later, Wanted { message, at, now }: Wanted) -> Result<String> {
    let most = later.limits.scheduled_messages;
    let author = message.author;
    later
        .change(author, move |conn| {
            RoomMember::find(conn, message.room, author)?.writable(conn)?;
            Scheduled::create(conn, &message, at, most)
        })
        .await?;
    Ok(readable(at, &now))
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
    is_refused: bool,
    /// The reason why it is not going to be sent.
    problem: Option<String>,
    when: Option<Moment>,
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
            if let Some(member) = found(RoomMember::find(conn, room, me))? {
                titles.insert(room, member.title);
            }
        }
        let rows = all.into_iter().map(|one| row(one, &titles, &now));
        Ok(ListPage {
            scheduled: rows.collect(),
        })
    });
    let own = own.await?;
    page.framed()
        .await?
        .titled("later-scheduled")
        .render("chat/later/list", own)
}

fn row(one: Scheduled, titles: &HashMap<RoomId, String>, now: &Zoned) -> Row {
    let title = one.room_id.and_then(|room| titles.get(&room));
    let when = match one.state {
        State::Returned => None,
        State::Waiting => Some(Moment::new("later-at", one.due_at, now)),
        _ => Some(Moment::new("later-was-at", one.due_at, now)),
    };
    Row {
        id: one.id,
        path: title.and(one.room_id).map(|room| format!("/rooms/{room}/")),
        room_name: title.cloned().unwrap_or_default(),
        body: one.body,
        is_refused: one.state.is_refusal(),
        problem: one.state.problem(),
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
