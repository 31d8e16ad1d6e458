//! The heartbeat: when to ping a silent peer, and when to close its connection.

use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use rand::RngExt as _;
use tokio::time::{Instant, Sleep, sleep};

use super::options::SocketOptions;

pub(super) enum Beat {
    Ping,
    /// Nothing arrived, or nothing could be sent, for the whole time limit.
    Lost,
    /// The connection has reached its maximum age; returned once.
    Expired,
}

pub(super) struct Heartbeat {
    last_heard: Instant,
    /// The last time at which silence was not the peer's fault.
    excused: Instant,
    expires: Option<Instant>,
    /// One timer for pings, silence and the maximum age.
    next: Pin<Box<Sleep>>,
}

impl Heartbeat {
    pub(super) fn new(options: &SocketOptions) -> Self {
        let now = Instant::now();
        let life = options.websocket_timeout.unwrap_or(Duration::MAX);
        let first = jittered(options.ping_interval).min(options.idle_timeout);
        Self {
            last_heard: now,
            excused: now,
            // A maximum age beyond the range of the clock is no limit.
            expires: now.checked_add(life),
            next: Box::pin(sleep(first.min(life))),
        }
    }

    pub(super) fn heard(&mut self) {
        self.last_heard = Instant::now();
    }

    /// Records that the server does not read now: the peer does not count as lost, but pings
    /// continue, and fail if it has disconnected.
    pub(super) fn excuse(&mut self) {
        self.excused = Instant::now();
    }

    /// Stops the pings, and sets the time of the end.
    pub(super) fn end_after(&mut self, limit: Duration) {
        self.next.set(sleep(limit));
    }

    /// Whether the time for the end is over.
    pub(super) fn poll_end(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        self.next.as_mut().poll(cx)
    }

    /// `unsent_since` is the time since which the peer has read nothing of its queued frames.
    pub(super) fn poll(
        &mut self,
        options: &SocketOptions,
        unsent_since: Option<Instant>,
        cx: &mut Context<'_>,
    ) -> Poll<Beat> {
        let stuck_at = unsent_since.and_then(|since| since.checked_add(options.send_timeout));
        if let Some(stuck_at) = stuck_at.filter(|at| *at < self.next.deadline()) {
            self.next.as_mut().reset(stuck_at);
        }
        loop {
            ready!(self.next.as_mut().poll(cx));
            if let Some(beat) = self.beat(options, stuck_at) {
                // Registers the task for the next beat, because no one else does.
                if self.next.as_mut().poll(cx).is_ready() {
                    cx.waker().wake_by_ref();
                }
                return Poll::Ready(beat);
            }
        }
    }

    /// What is due. Sets the timer for the next check.
    fn beat(&mut self, options: &SocketOptions, stuck_at: Option<Instant>) -> Option<Beat> {
        let now = Instant::now();
        let interval = jittered(options.ping_interval);
        let silent_at = self
            .last_heard
            .max(self.excused)
            .checked_add(options.idle_timeout);
        let lost_at = earliest([stuck_at, silent_at]);
        let ping_at = self.last_heard.checked_add(interval);
        let reached = |at: Option<Instant>| at.is_some_and(|at| at <= now);
        let (beat, next) = if reached(lost_at) {
            (Some(Beat::Lost), lost_at)
        } else if reached(self.expires) {
            self.expires = None;
            (Some(Beat::Expired), lost_at)
        } else if reached(ping_at) {
            (
                Some(Beat::Ping),
                earliest([now.checked_add(interval), lost_at]),
            )
        } else {
            (None, earliest([ping_at, lost_at]))
        };
        match earliest([next, self.expires]) {
            Some(next) => self.next.as_mut().reset(next),
            None => self.next.set(sleep(Duration::MAX)),
        }
        beat
    }
}

fn earliest(times: [Option<Instant>; 2]) -> Option<Instant> {
    times.into_iter().flatten().min()
}

/// ±10 % (jitter), so that connections opened at the same time do not ping at the same time.
fn jittered(interval: Duration) -> Duration {
    interval.mul_f64(rand::rng().random_range(0.9..1.1))
}
