//! When to ping a silent peer, and when to give it up.

use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll};
use std::time::Duration;

use rand::RngExt as _;
use tokio::time::{Instant, Sleep, sleep};

use super::options::SocketOptions;

pub(super) enum Beat {
    Ping,
    /// For the whole time that it has, nothing came or nothing could be sent.
    Lost,
    /// The connection has lived as long as it may; told once.
    Expired,
}

pub(super) struct Heartbeat {
    options: Rc<SocketOptions>,
    last_heard: Instant,
    /// When silence last was no fault of the peer.
    excused: Instant,
    expires: Option<Instant>,
    next: Pin<Box<Sleep>>,
}

impl Heartbeat {
    pub(super) fn new(options: &Rc<SocketOptions>) -> Self {
        let idle_timeout = options.idle_timeout;
        let first = jittered(options.ping_interval).min(idle_timeout);
        let first = options
            .websocket_timeout
            .map_or(first, |life| first.min(life));
        let now = Instant::now();
        Self {
            options: Rc::clone(options),
            last_heard: now,
            excused: now,
            // A life too long to be counted is no limit.
            expires: options
                .websocket_timeout
                .and_then(|life| now.checked_add(life)),
            next: Box::pin(sleep(first)),
        }
    }

    pub(super) fn heard(&mut self) {
        self.last_heard = Instant::now();
    }

    /// Says that nobody listens to the peer now: it is not lost, but pings go on, and fail when
    /// it is gone.
    pub(super) fn excuse(&mut self) {
        self.excused = Instant::now();
    }

    /// `unsent_since` says since when the peer has taken nothing of what waits for it.
    pub(super) fn poll(
        &mut self,
        unsent_since: Option<Instant>,
        cx: &mut Context<'_>,
    ) -> Poll<Beat> {
        if let Some(stuck_at) = unsent_since.map(|since| since + self.options.send_timeout)
            && stuck_at < self.next.deadline()
        {
            self.next.as_mut().reset(stuck_at);
        }
        while self.next.as_mut().poll(cx).is_ready() {
            let now = Instant::now();
            let (beat, next) = self.beat(now, unsent_since);
            let next = self.expires.map_or(next, |expires| next.min(expires));
            self.next.as_mut().reset(next);
            if let Some(beat) = beat {
                // Nobody else asks to be woken for the beat after this one.
                if self.next.as_mut().poll(cx).is_ready() {
                    cx.waker().wake_by_ref();
                }
                return Poll::Ready(beat);
            }
        }
        Poll::Pending
    }

    /// What is due, and when to look again. One timer serves pings, silence and the end of life.
    fn beat(&mut self, now: Instant, unsent_since: Option<Instant>) -> (Option<Beat>, Instant) {
        let silent_since = self.last_heard.max(self.excused);
        let silent_at = silent_since + self.options.idle_timeout;
        let stuck_at = unsent_since.map(|unsent| unsent + self.options.send_timeout);
        let lost_at = stuck_at.map_or(silent_at, |stuck_at| stuck_at.min(silent_at));
        if now >= lost_at {
            return (Some(Beat::Lost), lost_at);
        }
        if self.expires.take_if(|expires| now >= *expires).is_some() {
            return (Some(Beat::Expired), lost_at);
        }
        let interval = jittered(self.options.ping_interval);
        let ping_at = self.last_heard + interval;
        if now < ping_at {
            return (None, ping_at.min(lost_at));
        }
        (Some(Beat::Ping), (now + interval).min(lost_at))
    }
}

/// Up to a tenth more or less, so that connections made at once do not ping at once.
fn jittered(interval: Duration) -> Duration {
    interval.mul_f64(rand::rng().random_range(0.9..1.1))
}
