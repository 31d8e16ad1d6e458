use std::sync::{
    Arc,
    atomic::{AtomicI64, Ordering},
};
use std::time::Duration;

use actix::prelude::*;
use channels::Layer;
use diesel::prelude::*;
use uuid::Uuid;

use super::{
    commands::PostDue,
    models::{
        reminder::{Reminder, ReminderState},
        scheduled::{Scheduled, State},
    },
    scheduler::{SchedulerParts, Turn, nap},
};
use crate::{
    chat::{
        log::MessageId,
        messages::{MessageCreated, NewMessage, NotPosted},
        rooms::RoomId,
        testing::{ANA, a_conversation, part},
    },
    config::Settings,
    db::{Database, Timestamp, testing::TestDatabase},
    error::Error,
    schema::{messages, reminders},
};

/// A text that cannot be stored.
const BROKEN: &str = "broken";

/// Stores messages as the chat server does, and announces nothing.
struct Post(Database);

impl Actor for Post {
    type Context = Context<Self>;
}

impl Handler<PostDue> for Post {
    type Result = ResponseFuture<std::result::Result<MessageCreated, NotPosted>>;

    fn handle(&mut self, due: PostDue, _: &mut Self::Context) -> Self::Result {
        if due.message.body == BROKEN {
            return Box::pin(async { Err(NotPosted::Refused(Error::Busy("a test"))) });
        }
        let stored = self.0.enqueue(move |conn| {
            (due.take)(conn)?;
            due.message.post(conn)
        });
        Box::pin(async move {
            stored
                .await
                .map_err(|error: Error| NotPosted::from(error))?;
            // As if it had been changed since: the scheduler looks only at the row.
            Err(NotPosted::Refused(Error::Conflict))
        })
    }
}

struct Stage {
    db: TestDatabase,
    clock: Arc<AtomicI64>,
    parts: SchedulerParts,
    room: RoomId,
}

impl Stage {
    async fn start() -> Self {
        let db = TestDatabase::new();
        let room = a_conversation(&db).await;
        let clock = Arc::new(AtomicI64::new(1_000));
        let hand = Arc::clone(&clock);
        let limits = Settings::for_data("/nowhere").limits;
        let parts = SchedulerParts {
            database: (*db).clone(),
            layer: Layer::in_memory(),
            post: Post((*db).clone()).start().recipient(),
            limits: Arc::new(limits),
            clock: Arc::new(move || Timestamp(hand.load(Ordering::Relaxed))),
        };
        Self {
            db,
            clock,
            parts,
            room,
        }
    }

    async fn schedule(&self, body: &str, due_at: i64) {
        self.schedule_with(Uuid::new_v4(), body, due_at).await;
    }

    async fn schedule_with(&self, key: Uuid, body: &str, due_at: i64) {
        let message = NewMessage::new(self.room, ANA, key, body.to_owned());
        let scheduled = self
            .db
            .write(move |conn| Scheduled::create(conn, &message, Timestamp(due_at), 1_000));
        scheduled.await.unwrap();
    }

    /// Posts a message of Ana.
    async fn post(&self, body: &str) -> MessageId {
        let message = NewMessage::new(self.room, ANA, Uuid::new_v4(), body.to_owned());
        let posted = self.db.write(move |conn| message.post(conn));
        posted.await.unwrap().message.id
    }

    async fn remind(&self, message: MessageId, due_at: i64) {
        self.try_remind(message, due_at, 100).await.unwrap();
    }

    async fn try_remind(&self, message: MessageId, due_at: i64, most: usize) -> Result<(), Error> {
        let set = move |conn: &mut _| Reminder::set(conn, (ANA, message), Timestamp(due_at), most);
        self.db.write(set).await
    }

    /// Returns the times of all reminders, with what became of them.
    async fn reminders(&self) -> Vec<(i64, ReminderState)> {
        let all = self.db.read(|conn| {
            Ok(reminders::table
                .select((reminders::due_at, reminders::state))
                .load(conn)?)
        });
        all.await.unwrap()
    }

    /// Returns the texts of the messages after a turn at this time.
    async fn at(&self, now: i64) -> (Vec<String>, Turn) {
        self.clock.store(now, Ordering::Relaxed);
        let turn = self.parts.turn().await.unwrap();
        (self.said().await, turn)
    }

    async fn said(&self) -> Vec<String> {
        let said = self.db.read(|conn| {
            Ok(messages::table
                .order(messages::id)
                .select(messages::body)
                .load(conn)?)
        });
        said.await.unwrap()
    }

    /// Returns the texts that are not sent, with what became of them.
    async fn kept(&self) -> Vec<(String, State)> {
        let kept = self.db.read(|conn| Ok(Scheduled::of(conn, ANA)?));
        let kept = kept.await.unwrap();
        kept.into_iter().map(|one| (one.body, one.state)).collect()
    }
}

#[actix_web::test]
async fn messages_are_sent_at_their_time_and_once() {
    let stage = Stage::start().await;
    stage.schedule("second", 3_000).await;
    stage.schedule("first", 2_000).await;
    let (said, turn) = stage.at(1_999).await;
    assert!(said.is_empty());
    assert_eq!(turn, Turn::Until(Some(Timestamp(2_000))));
    let (said, turn) = stage.at(2_000).await;
    assert_eq!(said, ["first"]);
    assert_eq!(turn, Turn::Until(Some(Timestamp(3_000))));
    // The clock jumps, back and forth.
    assert_eq!(stage.at(10).await.0, ["first"]);
    assert_eq!(stage.at(9_000).await.0, ["first", "second"]);
    let (said, turn) = stage.at(9_001).await;
    assert_eq!(said.len(), 2);
    assert_eq!(turn, Turn::Until(None));
}

#[actix_web::test]
async fn many_that_are_due_at_once_take_several_turns() {
    let stage = Stage::start().await;
    for number in 0..25 {
        stage.schedule(&number.to_string(), number).await;
    }
    let (said, turn) = stage.at(1_000).await;
    assert_eq!((said.len(), turn), (20, Turn::Full));
    let (said, turn) = stage.at(1_000).await;
    assert_eq!((said.len(), turn), (25, Turn::Until(None)));
}

#[actix_web::test]
async fn a_refused_message_keeps_its_text_and_is_not_tried_again() {
    let stage = Stage::start().await;
    stage.schedule("hello", 2_000).await;
    part(&stage.db).await;
    let (said, turn) = stage.at(2_000).await;
    assert_eq!((said.len(), turn), (0, Turn::Until(None)));
    assert_eq!(stage.kept().await, [("hello".to_owned(), State::Closed)]);
}

#[actix_web::test]
async fn another_text_with_its_key_replaces_a_scheduled_message() {
    let stage = Stage::start().await;
    let key = Uuid::new_v4();
    stage.schedule_with(key, "draft", 2_000).await;
    let sent = NewMessage::new(stage.room, ANA, key, "better".to_owned());
    stage.db.write(move |conn| sent.post(conn)).await.unwrap();
    let (said, turn) = stage.at(2_000).await;
    assert_eq!(said, ["better"]);
    assert_eq!(turn, Turn::Until(None), "it is not tried for ever");
    let kept = [("draft".to_owned(), State::Replaced)];
    assert_eq!(stage.kept().await, kept);
}

#[actix_web::test]
async fn a_message_that_fails_holds_up_no_other() {
    let stage = Stage::start().await;
    stage.schedule(BROKEN, 1_000).await;
    stage.schedule("hello", 2_000).await;
    stage.clock.store(3_000, Ordering::Relaxed);
    assert!(stage.parts.turn().await.is_err(), "it is tried again");
    assert_eq!(stage.said().await, ["hello"]);
    assert_eq!(stage.kept().await, [(BROKEN.to_owned(), State::Waiting)]);
}

#[actix_web::test]
async fn a_reminder_is_marked_at_its_time_and_a_new_moment_replaces_it() {
    let stage = Stage::start().await;
    let message = stage.post("soup at eight").await;
    stage.remind(message, 2_000).await;
    stage.remind(message, 3_000).await;
    assert_eq!(stage.at(2_000).await.1, Turn::Until(Some(Timestamp(3_000))));
    assert_eq!(stage.reminders().await, [(3_000, ReminderState::Waiting)]);
    stage.schedule("later than the reminder", 4_000).await;
    assert_eq!(stage.at(3_000).await.1, Turn::Until(Some(Timestamp(4_000))));
    assert_eq!(stage.reminders().await, [(3_000, ReminderState::Due)]);
    assert_eq!(stage.at(3_001).await.1, Turn::Until(Some(Timestamp(4_000))));
    // One that is due can be moved, and waits again.
    stage.remind(message, 5_000).await;
    assert_eq!(stage.reminders().await, [(5_000, ReminderState::Waiting)]);
}

#[actix_web::test]
async fn reminders_are_limited_but_their_moments_can_change() {
    let stage = Stage::start().await;
    let (one, other) = (stage.post("one").await, stage.post("other").await);
    stage.try_remind(one, 2_000, 1).await.unwrap();
    stage.try_remind(one, 3_000, 1).await.unwrap();
    match stage.try_remind(other, 2_000, 1).await {
        Err(Error::Invalid(errors)) => {
            let expected = "You can have 1 reminder. Delete it first.";
            assert_eq!(errors["when"], expected);
        }
        refused => panic!("{refused:?}"),
    }
}

#[actix_web::test]
async fn a_message_that_fails_holds_up_no_reminder() {
    let stage = Stage::start().await;
    let message = stage.post("hello").await;
    stage.schedule(BROKEN, 1_000).await;
    stage.remind(message, 2_000).await;
    stage.clock.store(3_000, Ordering::Relaxed);
    assert!(stage.parts.turn().await.is_err(), "it is tried again");
    assert_eq!(stage.reminders().await, [(2_000, ReminderState::Due)]);
}

#[actix_web::test]
async fn a_message_that_is_purged_takes_its_reminders_with_it() {
    let stage = Stage::start().await;
    let message = stage.post("hello").await;
    stage.remind(message, 2_000).await;
    let purged = stage.db.write(|conn| {
        diesel::delete(crate::schema::events::table).execute(conn)?;
        Ok(diesel::delete(messages::table).execute(conn)?)
    });
    assert_eq!(purged.await.unwrap(), 1);
    assert_eq!(stage.reminders().await, []);
}

#[actix_web::test]
async fn an_unreadable_key_is_an_error_and_not_another_key() {
    let stage = Stage::start().await;
    stage.schedule("hello", 2_000).await;
    let read = stage.db.read(|conn| Ok(Scheduled::of(conn, ANA)?));
    let mut scheduled = read.await.unwrap().remove(0);
    assert!(scheduled.key().is_ok());
    "no key".clone_into(&mut scheduled.client_id);
    assert!(matches!(scheduled.key(), Err(Error::Internal(_))));
}

#[test]
fn a_nap_ends_at_the_time_or_when_the_clocks_are_compared() {
    let nap = |next, now| nap(Timestamp(next), Timestamp(now));
    assert_eq!(nap(5_000, 1_000), Duration::from_secs(4));
    assert_eq!(nap(5_000, 5_000), Duration::ZERO);
    assert_eq!(
        nap(5_000, 9_000_000),
        Duration::ZERO,
        "the clock jumped forth"
    );
    assert_eq!(nap(9_000_000, 0), Duration::from_secs(30));
}
