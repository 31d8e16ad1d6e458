//! One clock for all that waits on a thread: the heartbeats of its sockets, the timers of its
//! consumers.
//!
//! Each connection has an alarm or two that are seldom due. A timer of tokio's takes a hundred
//! bytes, an alarm half as much: a single task of the thread sleeps until the earliest of them is
//! due, and wakes whoever waits for it.

use std::cell::{Cell, RefCell};
use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::future::poll_fn;
use std::ops::Add;
use std::pin::{Pin, pin};
use std::rc::{Rc, Weak};
use std::task::{Context, Poll, Waker, ready};
use std::time::Duration;

use tokio::time::{Instant, Sleep, sleep_until};

/// Alarms given up that stay in line until there are more of them than of the others; below this
/// number they are never worth a look.
const FEW: usize = 64;

thread_local! {
    static CURRENT: RefCell<Weak<Clock>> = const { RefCell::new(Weak::new()) };
}

/// A point in time, in nanoseconds from the start of its clock: half of what an [`Instant`] takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Moment(u64);

impl Moment {
    /// Farther away than anything.
    pub(crate) const NEVER: Self = Self(u64::MAX);
}

impl Add<Duration> for Moment {
    type Output = Self;

    /// What is too far away to be counted is [`NEVER`](Self::NEVER).
    fn add(self, time: Duration) -> Self {
        Self(self.0.saturating_add(nanoseconds(time)))
    }
}

fn nanoseconds(time: Duration) -> u64 {
    u64::try_from(time.as_nanos()).unwrap_or(u64::MAX)
}

/// The clock of one thread; there from the first alarm to the end of the runtime.
pub(crate) struct Clock {
    start: Instant,
    /// Whatever was due until then has rung.
    reached: Cell<Moment>,
    is_driven: Cell<bool>,
    line: RefCell<Line>,
}

/// Who waits. An alarm that is later than what is reached has a place here, or nobody waits for it.
#[derive(Default)]
struct Line {
    due: BinaryHeap<Reverse<(Moment, u32)>>,
    /// Whom to wake, by place; nobody where an alarm was given up.
    tasks: Vec<Option<Waker>>,
    /// Places in `tasks` that are not in line.
    free: Vec<u32>,
    given_up: usize,
    driver: Option<Waker>,
}

impl Clock {
    pub(crate) fn current() -> Rc<Self> {
        let known = CURRENT.with_borrow(Weak::upgrade);
        // One that a former runtime of this thread has left behind rings no more.
        let known = known.filter(|clock| clock.is_driven.get());
        known.unwrap_or_else(Self::start)
    }

    fn start() -> Rc<Self> {
        let clock = Rc::new(Self {
            start: Instant::now(),
            reached: Cell::new(Moment(0)),
            is_driven: Cell::new(true),
            line: RefCell::default(),
        });
        CURRENT.set(Rc::downgrade(&clock));
        let driver = Driver(Rc::clone(&clock));
        actix_web::rt::spawn(async move { driver.run().await });
        clock
    }

    pub(crate) fn now(&self) -> Moment {
        Moment(nanoseconds(self.start.elapsed()))
    }

    /// Gets in line; gives the place.
    fn wait(&self, due: Moment, task: &Waker) -> u32 {
        let mut line = self.line.borrow_mut();
        let place = line.take_in(due, task.clone());
        let is_first = line.earliest() == Some((due, place));
        let driver = line.driver.take_if(|_| is_first);
        drop(line);
        if let Some(driver) = driver {
            driver.wake();
        }
        place
    }

    /// Lets another task be woken for the alarm at a place.
    fn wait_as(&self, place: u32, task: &Waker) {
        let mut line = self.line.borrow_mut();
        let known = &mut line.tasks[place as usize];
        if known.as_ref().is_some_and(|known| known.will_wake(task)) {
            return;
        }
        let known = known.replace(task.clone());
        // Dropping it may drop alarms.
        drop(line);
        drop(known);
    }

    fn give_up(&self, place: u32) {
        let mut line = self.line.borrow_mut();
        let task = line.tasks[place as usize].take();
        line.given_up += 1;
        line.tidy();
        drop(line);
        drop(task);
    }

    /// Wakes those whose time has come.
    fn ring(&self) {
        let now = self.now();
        let mut line = self.line.borrow_mut();
        let mut tasks = Vec::new();
        while let Some((due, place)) = line.earliest()
            && due <= now
        {
            line.due.pop();
            line.free.push(place);
            match line.tasks[place as usize].take() {
                Some(task) => tasks.push(task),
                None => line.given_up -= 1,
            }
        }
        self.reached.set(now);
        drop(line);
        tasks.into_iter().for_each(Waker::wake);
    }
}

impl Line {
    fn earliest(&self) -> Option<(Moment, u32)> {
        self.due.peek().map(|Reverse(first)| *first)
    }

    fn take_in(&mut self, due: Moment, task: Waker) -> u32 {
        let place = self.free.pop().unwrap_or_else(|| {
            self.tasks.push(None);
            self.tasks.len() as u32 - 1
        });
        self.tasks[place as usize] = Some(task);
        self.due.push(Reverse((due, place)));
        place
    }

    /// Those who come and go must not leave more behind than there are.
    fn tidy(&mut self) {
        if self.given_up < FEW || self.given_up * 2 < self.due.len() {
            return;
        }
        let (tasks, free) = (&self.tasks, &mut self.free);
        self.due.retain(|Reverse((_, place))| {
            let is_wanted = tasks[*place as usize].is_some();
            if !is_wanted {
                free.push(*place);
            }
            is_wanted
        });
        self.given_up = 0;
    }
}

/// Lets the clock go while its runtime runs.
struct Driver(Rc<Clock>);

impl Driver {
    async fn run(&self) {
        let mut sleep = pin!(sleep_until(self.0.start));
        poll_fn(|cx| self.poll(sleep.as_mut(), cx)).await;
    }

    fn poll(&self, mut sleep: Pin<&mut Sleep>, cx: &mut Context<'_>) -> Poll<()> {
        let Self(clock) = self;
        loop {
            let mut line = clock.line.borrow_mut();
            line.driver.get_or_insert_with(|| cx.waker().clone());
            let Some((Moment(due), _)) = line.earliest() else {
                return Poll::Pending;
            };
            drop(line);
            let due = clock.start + Duration::from_nanos(due);
            if sleep.deadline() != due {
                sleep.as_mut().reset(due);
            }
            ready!(sleep.as_mut().poll(cx));
            clock.ring();
        }
    }
}

impl Drop for Driver {
    fn drop(&mut self) {
        self.0.is_driven.set(false);
    }
}

/// A time for which a task can wait, on its thread's clock.
pub(crate) struct Alarm {
    clock: Rc<Clock>,
    due: Moment,
    /// Its place in line; means nothing once it has rung.
    place: Option<u32>,
}

impl Alarm {
    pub(crate) fn after(time: Duration) -> Self {
        let clock = Clock::current();
        let due = clock.now() + time;
        Self {
            clock,
            due,
            place: None,
        }
    }

    pub(crate) fn clock(&self) -> &Clock {
        &self.clock
    }

    pub(crate) fn due(&self) -> Moment {
        self.due
    }

    /// Sets it for another time; whoever waited has to wait anew.
    pub(crate) fn set(&mut self, due: Moment) {
        self.give_up();
        self.due = due;
    }

    /// Whether a task will be woken by it. Costs less to know than waiting once more does.
    pub(crate) fn is_awaited(&self) -> bool {
        self.place.is_some() && !self.has_rung()
    }

    fn has_rung(&self) -> bool {
        self.due <= self.clock.reached.get()
    }

    fn give_up(&mut self) {
        let rung = self.has_rung();
        if let Some(place) = self.place.take().filter(|_| !rung) {
            self.clock.give_up(place);
        }
    }

    pub(crate) fn poll(&mut self, cx: &Context<'_>) -> Poll<()> {
        if self.has_rung() {
            return Poll::Ready(());
        }
        match self.place {
            Some(place) => self.clock.wait_as(place, cx.waker()),
            None if self.due <= self.clock.now() => return Poll::Ready(()),
            // Nobody comes that late.
            None if self.due == Moment::NEVER => {}
            None => self.place = Some(self.clock.wait(self.due, cx.waker())),
        }
        Poll::Pending
    }
}

impl Drop for Alarm {
    fn drop(&mut self) {
        self.give_up();
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::task::Wake;

    use tokio::task::yield_now;
    use tokio::time::{advance, pause};

    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    #[derive(Default)]
    struct Woken(AtomicUsize);

    impl Wake for Woken {
        fn wake(self: Arc<Self>) {
            self.0.fetch_add(1, Ordering::Relaxed);
        }
    }

    impl Woken {
        fn times(&self) -> usize {
            self.0.load(Ordering::Relaxed)
        }
    }

    fn poll(alarm: &mut Alarm, task: &Arc<Woken>) -> Poll<()> {
        alarm.poll(&Context::from_waker(&Waker::from(Arc::clone(task))))
    }

    /// Lets time pass, and the clock notice.
    async fn pass(time: Duration) {
        // It must have begun to sleep before, and sleeps up to a millisecond longer than asked.
        yield_now().await;
        advance(time + Duration::from_millis(1)).await;
        yield_now().await;
    }

    #[actix_web::test]
    async fn alarms_ring_in_the_order_of_their_times() {
        pause();
        let tasks: [Arc<Woken>; 3] = Default::default();
        let mut alarms = [3, 1, 2].map(|seconds| Alarm::after(seconds * SECOND));
        for (alarm, task) in alarms.iter_mut().zip(&tasks) {
            assert!(poll(alarm, task).is_pending() && alarm.is_awaited());
        }
        for expected in [[0, 1, 0], [0, 1, 1], [1, 1, 1]] {
            pass(SECOND).await;
            assert_eq!(tasks.each_ref().map(|task| task.times()), expected);
        }
        for (alarm, task) in alarms.iter_mut().zip(&tasks) {
            assert!(poll(alarm, task).is_ready() && !alarm.is_awaited());
        }
    }

    #[actix_web::test]
    async fn an_alarm_that_is_set_anew_rings_at_its_new_time_only() {
        pause();
        let task = Arc::default();
        let mut alarm = Alarm::after(5 * SECOND);
        assert!(poll(&mut alarm, &task).is_pending());
        for seconds in [2, 9] {
            alarm.set(alarm.clock().now() + seconds * SECOND);
            assert!(!alarm.is_awaited());
            assert!(poll(&mut alarm, &task).is_pending());
            pass((seconds - 1) * SECOND).await;
            let before = task.times();
            assert!(poll(&mut alarm, &task).is_pending());
            pass(SECOND).await;
            assert_eq!(task.times(), before + 1);
            assert!(poll(&mut alarm, &task).is_ready());
        }
        assert_eq!(task.times(), 2);
    }

    #[actix_web::test]
    async fn the_task_that_asked_last_is_woken() {
        pause();
        let [first, second] = <[Arc<Woken>; 2]>::default();
        let mut alarm = Alarm::after(SECOND);
        assert!(poll(&mut alarm, &first).is_pending());
        assert!(poll(&mut alarm, &second).is_pending());
        assert_eq!(Arc::strong_count(&first), 1);
        pass(SECOND).await;
        assert_eq!((first.times(), second.times()), (0, 1));
    }

    #[actix_web::test]
    async fn what_is_over_is_not_waited_for_and_never_does_not_come() {
        pause();
        let task = Arc::default();
        let mut alarm = Alarm::after(Duration::ZERO);
        assert!(poll(&mut alarm, &task).is_ready());
        alarm.set(alarm.clock().now() + Duration::MAX);
        assert_eq!(alarm.due(), Moment::NEVER);
        assert!(poll(&mut alarm, &task).is_pending());
        assert_eq!(alarm.clock().line.borrow().tasks.len(), 0);
    }

    #[actix_web::test]
    async fn alarms_that_are_given_up_leave_nothing_behind() {
        pause();
        let task = Arc::default();
        let mut kept = Alarm::after(SECOND);
        assert!(poll(&mut kept, &task).is_pending());
        for _ in 0..10 * FEW {
            let mut alarm = Alarm::after(60 * SECOND);
            assert!(poll(&mut alarm, &task).is_pending());
        }
        let clock = Clock::current();
        assert!(clock.line.borrow().due.len() <= 2 * FEW);
        assert_eq!(Arc::strong_count(&task), 2);
        pass(SECOND).await;
        assert_eq!(task.times(), 1);
        pass(60 * SECOND).await;
        assert_eq!(task.times(), 1);
        let line = clock.line.borrow();
        assert!(line.due.is_empty() && line.free.len() == line.tasks.len());
    }

    #[test]
    fn another_runtime_of_the_thread_has_another_clock() {
        let started = || {
            let system = actix_web::rt::System::new();
            system.block_on(async {
                let mut alarm = Alarm::after(Duration::from_millis(1));
                poll_fn(|cx| alarm.poll(cx)).await;
                Clock::current()
            })
        };
        let first = started();
        assert!(!first.is_driven.get());
        assert!(!Rc::ptr_eq(&first, &started()));
    }
}
