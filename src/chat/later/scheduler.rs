//! The scheduler: one actor per process, started by `parts.rs`. It sleeps until the next message or
//! reminder is due; [`Wake`] tells it that something was scheduled, changed or cancelled. It asks
//! the database when it starts, when it is woken, and when something is due, but not at intervals.

use std::{sync::Arc, time::Duration};

use actix::prelude::*;
use channels::Layer;

use super::{
    commands::{PostDue, Wake},
    models::{
        reminded::Reminded,
        reminder::Reminder,
        scheduled::{Scheduled, State},
    },
    protocol::ServerEvent,
};
use crate::{
    accounts::UserId,
    chat::{
        layer::{frame, tell_people},
        messages::{NewMessage, NotPosted},
    },
    config::Limits,
    db::{Connection, Database, Timestamp},
    error::{Error, Result},
    preferences::Preferences,
};

/// The clock of the wall. Tests have their own.
pub type Clock = Arc<dyn Fn() -> Timestamp + Send + Sync>;

/// The capacity of the mailbox. A [`Wake`] that finds it full is not needed: others wait there.
const MAILBOX: usize = 64;
/// The maximum number of messages, and of reminders, in one turn, so that many that are due at
/// once, for example after a day without the server, do not displace what people send at the
/// moment.
const IN_ONE_TURN: i64 = 20;
/// The longest sleep. Timers follow a clock that only runs forward while the machine is awake, but
/// messages are due by the clock of the wall, which can jump. So the two are compared at least this
/// often, without the database.
const COMPARED_EVERY: Duration = Duration::from_secs(30);
/// The wait after a failure, for example of the disk.
const RETRY_AFTER: Duration = Duration::from_secs(30);

/// Sends messages, and reminds people, at the time that they chose.
pub struct Scheduler {
    parts: SchedulerParts,
    /// When the next one is due. `None` if nothing is.
    next: Option<Timestamp>,
    timer: Option<SpawnHandle>,
    /// Whether a turn is running, and whether another one must follow it.
    is_running: bool,
    is_woken: bool,
}

/// What the scheduler uses. Cheap to clone.
#[derive(Clone)]
pub struct SchedulerParts {
    /// The database.
    pub database: Database,
    /// The bus to the sockets of people.
    pub layer: Layer,
    /// The actor that stores and announces messages.
    pub post: Recipient<PostDue>,
    /// The configured limits.
    pub limits: Arc<Limits>,
    /// The clock of the wall.
    pub clock: Clock,
}

/// What a turn left to do.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Turn {
    /// More are due already.
    Full,
    /// The next one is due then.
    Until(Option<Timestamp>),
}

impl Scheduler {
    /// Returns an actor that is not started yet.
    pub fn new(parts: SchedulerParts) -> Self {
        Self {
            parts,
            next: None,
            timer: None,
            is_running: false,
            is_woken: false,
        }
    }

    fn turn(&mut self, ctx: &mut Context<Self>) {
        if self.is_running {
            self.is_woken = true;
            return;
        }
        self.is_running = true;
        let parts = self.parts.clone();
        let turn = async move { parts.turn().await }.into_actor(self);
        ctx.spawn(turn.map(|turn, scheduler, ctx| {
            scheduler.is_running = false;
            scheduler.next = match turn {
                Ok(Turn::Full) => Some((scheduler.parts.clock)()),
                Ok(Turn::Until(next)) => next,
                Err(error) => {
                    log::warn!(target: "parlour::chat", "scheduled messages or reminders wait: {error}");
                    Some((scheduler.parts.clock)().plus(RETRY_AFTER))
                }
            };
            if std::mem::take(&mut scheduler.is_woken) {
                return scheduler.turn(ctx);
            }
            scheduler.sleep(ctx);
        }));
    }

    /// Sleeps until the next one is due, but compares the clocks in between.
    fn sleep(&mut self, ctx: &mut Context<Self>) {
        if let Some(timer) = self.timer.take() {
            ctx.cancel_future(timer);
        }
        let Some(next) = self.next else { return };
        self.timer = Some(
            ctx.run_later(nap(next, (self.parts.clock)()), |scheduler, ctx| {
                scheduler.timer = None;
                let is_due = scheduler
                    .next
                    .is_some_and(|next| next <= (scheduler.parts.clock)());
                match is_due {
                    true => scheduler.turn(ctx),
                    false => scheduler.sleep(ctx),
                }
            }),
        );
    }
}

impl Actor for Scheduler {
    type Context = Context<Self>;

    fn started(&mut self, ctx: &mut Self::Context) {
        ctx.set_mailbox_capacity(MAILBOX);
        self.turn(ctx);
    }
}

impl Handler<Wake> for Scheduler {
    type Result = ();

    fn handle(&mut self, _: Wake, ctx: &mut Self::Context) {
        self.turn(ctx);
    }
}

impl SchedulerParts {
    /// Sends what is due, reminds of what is due, and returns what is left.
    pub(super) async fn turn(&self) -> Result<Turn> {
        let now = (self.clock)();
        // A failure of one kind does not hold up the other.
        let (sent, reminded) = (self.send_due(now).await, self.remind(now).await);
        if sent? || reminded? {
            return Ok(Turn::Full);
        }
        let forget = move |conn: &mut _| Ok(Scheduled::forget_returned(conn, now)?);
        self.database.write(forget).await?;
        let next = self
            .database
            .read(|conn| Ok([Scheduled::next(conn)?, Reminder::next(conn)?]));
        Ok(Turn::Until(next.await?.into_iter().flatten().min()))
    }

    /// Sends the messages that are due. Returns whether there may be more.
    async fn send_due(&self, now: Timestamp) -> Result<bool> {
        let due = self
            .database
            .read(move |conn| Ok(Scheduled::due(conn, now, IN_ONE_TURN)?));
        let due = due.await?;
        let is_full = is_full(&due);
        let mut failed = None;
        for scheduled in due {
            // One that fails does not hold up those behind it, which may be of other people.
            if let Err(error) = self.send(scheduled).await {
                failed.get_or_insert(error);
            }
        }
        failed.map_or(Ok(is_full), Err)
    }

    /// Marks the reminders that are due, and then tells the sockets of their people. Returns
    /// whether there may be more. Without a socket, and after a crash in between, the next page
    /// shows them.
    async fn remind(&self, now: Timestamp) -> Result<bool> {
        let due = self
            .database
            .read(move |conn| Ok(Reminder::due(conn, now, IN_ONE_TURN)?));
        let due = due.await?;
        let is_full = is_full(&due);
        let mut failed = None;
        for reminder in due {
            if let Err(error) = self.remind_of(reminder).await {
                failed.get_or_insert(error);
            }
        }
        failed.map_or(Ok(is_full), Err)
    }

    async fn remind_of(&self, reminder: Reminder) -> Result<()> {
        let person = reminder.user_id;
        let marked = self.database.write(move |conn| {
            if !reminder.mark_due(conn)? {
                return Ok(None);
            }
            let has_previews = has_previews(conn, person)?;
            let reminded = Reminded::one(conn, &reminder)?;
            Ok(reminded.map(|reminded| ServerEvent::reminder_due(&reminded, has_previews)))
        });
        let Some(event) = marked.await? else {
            return Ok(());
        };
        tell_people(&self.layer, [person], frame(&event)).await?;
        tell_changed(&self.layer, person).await
    }

    /// Sends one message, or keeps it with the reason why it cannot be sent. Everything is checked
    /// again, as if its author sent it now.
    async fn send(&self, scheduled: Scheduled) -> Result<()> {
        let author = scheduled.author_id;
        let refused = match self.post(&scheduled).await {
            Ok(()) => None,
            Err(NotPosted::Body(_)) => Some(State::TooLong),
            Err(NotPosted::Refused(Error::NotFound)) => Some(State::Left),
            Err(NotPosted::Refused(Error::Forbidden)) => Some(State::Closed),
            // Or it was changed or cancelled in the meantime, and `refuse` does nothing.
            Err(NotPosted::Refused(Error::Conflict)) => Some(State::Replaced),
            Err(NotPosted::Refused(error)) => return Err(error),
            Err(NotPosted::Closing | NotPosted::TooManyCalls { .. }) => {
                return Err(Error::Busy("the chat server"));
            }
        };
        if let Some(reason) = refused {
            self.refuse(scheduled, reason).await?;
        }
        tell_changed(&self.layer, author).await
    }

    /// Keeps a message with the reason why it was not sent, and tells its author.
    async fn refuse(&self, scheduled: Scheduled, reason: State) -> Result<()> {
        let author = scheduled.author_id;
        let refused = self.database.write(move |conn| {
            if !scheduled.refuse(conn, reason)? {
                return Ok(None);
            }
            let has_previews = has_previews(conn, author)?;
            Ok(Some(ServerEvent::refused(&scheduled, reason, has_previews)))
        });
        match refused.await? {
            Some(event) => tell_people(&self.layer, [author], frame(&event)).await,
            None => Ok(()),
        }
    }

    async fn post(&self, scheduled: &Scheduled) -> std::result::Result<(), NotPosted> {
        let room = scheduled.room_id.ok_or(Error::NotFound)?;
        let most = self.limits.message_chars;
        let message = NewMessage::checked(
            (room, scheduled.author_id, scheduled.key()?),
            &scheduled.body,
            most,
        )?;
        let message = NewMessage {
            reply_to: scheduled.reply_to,
            ..message
        };
        let taken = scheduled.clone();
        let post = PostDue {
            message,
            take: Box::new(move |conn| taken.take(conn)),
        };
        let posted = self.post.send(post).await;
        posted.unwrap_or(Err(NotPosted::Closing)).map(|_created| ())
    }
}

/// Returns whether there may be more than were read for this turn.
fn is_full<T>(due: &[T]) -> bool {
    due.len() == usize::try_from(IN_ONE_TURN).unwrap_or(usize::MAX)
}

/// Returns whether notifications of this person may have the text of a message.
fn has_previews(conn: &mut Connection, person: UserId) -> Result<bool> {
    Ok(!Preferences::of(conn, person)?.hide_previews)
}

/// Returns how long to sleep before the next one is due, or before the clocks are compared.
pub(super) fn nap(next: Timestamp, now: Timestamp) -> Duration {
    let wait = u64::try_from(next.0.saturating_sub(now.0)).unwrap_or(0);
    Duration::from_millis(wait).min(COMPARED_EVERY)
}

/// Tells the sockets of the person to fetch what they show again.
pub(super) async fn tell_changed(layer: &Layer, person: UserId) -> Result<()> {
    tell_people(layer, [person], frame(&ServerEvent::Changed {})).await
}
