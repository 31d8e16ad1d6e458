//! When to ping a silent peer, and when to give it up.

use std::task::{Context, Poll};
use std::time::Duration;

use rand::RngExt as _;

use super::options::SocketOptions;
use crate::clock::{Alarm, Moment};

pub(super) enum Beat {
    Ping,
    /// For the whole time that it has, nothing came or nothing could be sent.
    Lost,
    /// The connection has lived as long as it may; told once.
    Expired,
}

pub(super) struct Heartbeat {
    last_heard: Moment,
    /// When silence last was no fault of the peer.
    excused: Moment,
    expires: Moment,
    next: Alarm,
}

impl Heartbeat {
    pub(super) fn new(options: &SocketOptions) -> Self {
        let life = options.websocket_timeout.unwrap_or(Duration::MAX);
        let first = jittered(options.ping_interval).min(options.idle_timeout);
        let next = Alarm::after(first.min(life));
        let now = next.clock().now();
        Self {
            last_heard: now,
            excused: now,
            // A life too long to be counted is no limit.
            expires: now + life,
            next,
        }
    }

    pub(super) fn heard(&mut self) {
        self.last_heard = self.next.clock().now();
    }

    /// Says that nobody listens to the peer now: it is not lost, but pings go on, and fail when
    /// it is gone.
    pub(super) fn excuse(&mut self) {
        self.excused = self.next.clock().now();
    }

    /// Has no more beats, but is over after that time.
    pub(super) fn end_after(&mut self, limit: Duration) {
        self.next.set(self.next.clock().now() + limit);
    }

    /// Whether the time for the end is over.
    pub(super) fn poll_end(&mut self, cx: &Context<'_>) -> Poll<()> {
        self.next.poll(cx)
    }

    /// `unsent_since` says since when the peer has taken nothing of what waits for it.
    pub(super) fn poll(
        &mut self,
        options: &SocketOptions,
        unsent_since: Moment,
        cx: &Context<'_>,
    ) -> Poll<Beat> {
        let stuck_at = unsent_since + options.send_timeout;
        if stuck_at < self.next.due() {
            self.next.set(stuck_at);
        }
        // Who waits for it already need not ask again; asking costs more than looking.
        if self.next.is_awaited() {
            return Poll::Pending;
        }
        while self.next.poll(cx).is_ready() {
            let now = self.next.clock().now();
            let (beat, next) = self.beat(options, now, stuck_at);
            self.next.set(next.min(self.expires));
            if let Some(beat) = beat {
                // Nobody else asks to be woken for the beat after this one.
                if self.next.poll(cx).is_ready() {
                    cx.waker().wake_by_ref();
                }
                return Poll::Ready(beat);
            }
        }
        Poll::Pending
    }

    /// What is due, and when to look again. One alarm serves pings, silence and the end of life.
    fn beat(
        &mut self,
        options: &SocketOptions,
        now: Moment,
        stuck_at: Moment,
    ) -> (Option<Beat>, Moment) {
        let silent_since = self.last_heard.max(self.excused);
        let lost_at = stuck_at.min(silent_since + options.idle_timeout);
        if now >= lost_at {
            return (Some(Beat::Lost), lost_at);
        }
        if now >= self.expires {
            self.expires = Moment::NEVER;
            return (Some(Beat::Expired), lost_at);
        }
        let interval = jittered(options.ping_interval);
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
