//! Reminders: the form that chooses the time for a message, the list, and its buttons. The dialog of
//! `static/js/later/choose.js` sends the same form.

use actix_web::{Either, HttpResponse, http::StatusCode, web};
use serde::{Deserialize, Serialize};

use super::{Moment, local_now, readable};
use crate::{
    accounts::{NextPath, Page, Redirect, SignedIn, UserId, Zone},
    chat::{
        later::{
            Later, Reminder, ReminderId, ReminderState,
            models::reminded::Reminded,
            moment::{Choices, When, WhenForm},
        },
        log::MessageId,
        messages::{VisibleMessage, views::message::AboutMessage},
        rooms::RoomId,
    },
    db::Connection,
    error::{Error, Result, sentences},
    words,
};

type Place = (RoomId, MessageId);

/// The data of `remind.hbs`.
#[derive(Serialize)]
struct RemindPage {
    #[serde(flatten)]
    about: AboutMessage,
    /// The path to which the form is sent.
    action: String,
    /// The present reminder for this message.
    present: Option<Present>,
    choices: Choices,
}

#[derive(Serialize)]
struct Present {
    id: ReminderId,
    when: Moment,
}

/// `GET /rooms/{room}/messages/{message}/reminder/`
pub(crate) async fn choose_time(
    me: SignedIn,
    page: Page,
    place: web::Path<Place>,
    zone: Zone,
    later: web::Data<Later>,
) -> Result<HttpResponse> {
    show(page, &later, (me.user.id, *place, zone), None).await
}

async fn show(
    page: Page,
    later: &Later,
    (me, (room, message), zone): (UserId, Place, Zone),
    refused: Option<(WhenForm, String)>,
) -> Result<HttpResponse> {
    let own = later.database.read(move |conn| {
        let seen = seen(conn, (room, message), me)?;
        let now = local_now(conn, me, &zone)?;
        let present = Reminder::about(conn, (me, message))?;
        let choices = Choices::at(&now);
        Ok(RemindPage {
            about: AboutMessage::new(&seen, &zone),
            action: format!("/rooms/{room}/messages/{message}/reminder/"),
            present: present.map(|reminder| Present {
                id: reminder.id,
                when: moment(&reminder, &now),
            }),
            choices: match refused {
                Some((form, error)) => choices.refused(&form, error),
                None => choices,
            },
        })
    });
    let own = own.await?;
    page.framed_in(Some(room.0))
        .await?
        .titled("reminder-form")
        .render("chat/later/remind", own)
}

/// Finds a message of which this person can be reminded: one that they may see.
///
/// # Errors
/// [`Error::NotFound`].
fn seen(conn: &mut Connection, (room, id): Place, me: UserId) -> Result<VisibleMessage> {
    let seen = VisibleMessage::find(conn, room, id, me)?;
    match seen.message.deleted {
        Some(_) => Err(Error::NotFound),
        None => Ok(seen),
    }
}

/// `POST /rooms/{room}/messages/{message}/reminder/`
pub(crate) async fn remind(
    me: SignedIn,
    page: Page,
    place: web::Path<Place>,
    form: web::Form<WhenForm>,
    zone: Zone,
    later: web::Data<Later>,
) -> Result<Either<Redirect, HttpResponse>> {
    let (me, (room, message), form) = (me.user.id, *place, form.into_inner());
    let limits = (later.limits.reminders, later.limits.later_ahead.0);
    let (when, local) = (form.clone(), zone.clone());
    let set = later.change(me, move |conn| {
        let (most, ahead) = limits;
        seen(conn, (room, message), me)?;
        let now = local_now(conn, me, &local)?;
        let at = when.moment(&now, ahead)?;
        Reminder::set(conn, (me, message), at, most)?;
        Ok(readable(at, &now))
    });
    match set.await {
        Ok(time) => {
            let back = Redirect::to(format!("/rooms/{room}/messages/{message}/"));
            Ok(Either::Left(back.done(set_words(time))))
        }
        Err(Error::Invalid(errors)) => {
            let page = page.with_status(StatusCode::UNPROCESSABLE_ENTITY);
            let refused = Some((form, sentences(errors)));
            let shown = show(page, &later, (me, (room, message), zone), refused).await?;
            Ok(Either::Right(shown))
        }
        Err(error) => Err(error),
    }
}

fn set_words(time: String) -> String {
    words::text_with("reminder-set", &[("time", time.into())])
}

/// The data of `reminders.hbs`.
#[derive(Serialize)]
struct RemindersPage {
    reminders_due: Vec<ShownReminder>,
    reminders_waiting: Vec<ShownReminder>,
}

/// The data of `_reminder.hbs`.
#[derive(Debug, Serialize)]
pub(crate) struct ShownReminder {
    id: ReminderId,
    is_due: bool,
    /// The message, unless the person is not in its room any more.
    message: Option<ShownMessage>,
    when: Moment,
}

#[derive(Debug, Serialize)]
struct ShownMessage {
    path: String,
    room_name: String,
    author: Option<String>,
    /// The key of the words that name the room behind the author.
    place: Option<&'static str>,
    text: String,
    /// Whether the reminder can be changed, which needs a message that is there.
    can_change: bool,
}

impl ShownReminder {
    fn new(reminded: Reminded, now: &jiff::Zoned) -> Self {
        Self {
            id: reminded.reminder.id,
            is_due: reminded.reminder.state == ReminderState::Due,
            when: moment(&reminded.reminder, now),
            message: reminded.message.map(|message| ShownMessage {
                place: message.place_key(),
                path: message.path,
                room_name: message.room_name,
                author: message.author,
                text: message.text,
                can_change: message.is_shown,
            }),
        }
    }

    /// Returns those of a person that are due.
    pub(crate) fn due_of(conn: &mut Connection, user: UserId, zone: &Zone) -> Result<Vec<Self>> {
        let due = Reminded::due_of(conn, user)?;
        if due.is_empty() {
            return Ok(Vec::new());
        }
        let now = local_now(conn, user, zone)?;
        Ok(due.into_iter().map(|one| Self::new(one, &now)).collect())
    }
}

fn moment(reminder: &Reminder, now: &jiff::Zoned) -> Moment {
    let key = match reminder.state {
        ReminderState::Waiting => "reminder-at",
        ReminderState::Due => "later-was-at",
    };
    Moment::new(key, reminder.due_at, now)
}

/// `GET /reminders/`: all reminders of this person.
pub(crate) async fn list_reminders(
    me: SignedIn,
    page: Page,
    zone: Zone,
    later: web::Data<Later>,
) -> Result<HttpResponse> {
    let me = me.user.id;
    let own = later.database.read(move |conn| {
        let now = local_now(conn, me, &zone)?;
        let all = Reminded::all_of(conn, me)?.into_iter();
        let (reminders_due, reminders_waiting) = all
            .map(|one| ShownReminder::new(one, &now))
            .partition(|one| one.is_due);
        Ok(RemindersPage {
            reminders_due,
            reminders_waiting,
        })
    });
    let own = own.await?;
    page.framed()
        .await?
        .titled("reminders-title")
        .render("chat/later/reminders", own)
}

/// The fields of the buttons of a reminder.
#[derive(Debug, Deserialize)]
pub(crate) struct ReminderForm {
    /// The page with the button.
    next: Option<NextPath>,
    #[serde(default)]
    when: When,
}

impl ReminderForm {
    fn back(&self) -> Redirect {
        let page = self.next.as_ref().map_or("/reminders/", NextPath::as_str);
        Redirect::to(page)
    }
}

/// `POST /reminders/{id}/done/`: deletes a reminder, which may be due or wait. Idempotent.
pub(crate) async fn finish(
    me: SignedIn,
    id: web::Path<ReminderId>,
    form: web::Form<ReminderForm>,
    later: web::Data<Later>,
) -> Result<Redirect> {
    let (me, id) = (me.user.id, *id);
    later
        .change(me, move |conn| Ok(Reminder::delete(conn, (id, me))?))
        .await?;
    Ok(form.back().done(words::text("reminder-finished")))
}

/// `POST /reminders/{id}/again/`: postpones the reminder to a preset, for example `tomorrow`.
pub(crate) async fn remind_again(
    me: SignedIn,
    id: web::Path<ReminderId>,
    form: web::Form<ReminderForm>,
    zone: Zone,
    later: web::Data<Later>,
) -> Result<Redirect> {
    let (me, id, form) = (me.user.id, *id, form.into_inner());
    let (ahead, when) = (later.limits.later_ahead.0, form.when);
    let moved = later.change(me, move |conn| {
        let now = local_now(conn, me, &zone)?;
        let chosen = WhenForm {
            when,
            ..WhenForm::default()
        };
        let at = chosen.moment(&now, ahead)?;
        Reminder::postpone(conn, (id, me), at)?;
        Ok(readable(at, &now))
    });
    let time = moved.await?;
    Ok(form.back().done(set_words(time)))
}
