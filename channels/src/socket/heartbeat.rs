//! When to ping a silent peer, and when to give it up.

use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use rand::RngExt as _;
use tokio::time::{Instant, Sleep, sleep};

pub(super) enum Beat {
    Ping,
    /// For the whole idle time nothing came, or nothing could be sent.
    Lost,
}

pub(super) struct Heartbeat {
    ping_interval: Duration,
    idle_timeout: Duration,
    last_heard: Instant,
    /// When silence last was no fault of the peer.
    excused: Instant,
    next: Pin<Box<Sleep>>,
}

impl Heartbeat {
    pub(super) fn new(ping_interval: Duration, idle_timeout: Duration) -> Self {
        let first = jittered(ping_interval).min(idle_timeout);
        let now = Instant::now();
        Self {
            ping_interval,
            idle_timeout,
            last_heard: now,
            excused: now,
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
        while self.next.as_mut().poll(cx).is_ready() {
            let now = Instant::now();
            let silent_since = self.last_heard.max(self.excused);
            let stuck_since = unsent_since.map_or(silent_since, |unsent| unsent.min(silent_since));
            let lost_at = stuck_since + self.idle_timeout;
            if now >= lost_at {
                return Poll::Ready(Beat::Lost);
            }
            let interval = jittered(self.ping_interval);
            let ping_at = self.last_heard + interval;
            if now < ping_at {
                self.next.as_mut().reset(ping_at.min(lost_at));
                continue;
            }
            self.next.as_mut().reset((now + interval).min(lost_at));
            return Poll::Ready(Beat::Ping);
        }
        Poll::Pending
    }
}

/// Up to a tenth more or less, so that connections made at once do not ping at once.
fn jittered(interval: Duration) -> Duration {
    interval.mul_f64(rand::rng().random_range(0.9..1.1))
}
