//! Limits on how many messages wait on a channel, and how long: [`Bounds`].
//!
//! Source: channels/layers.py, `BaseChannelLayer`: `capacity`, `channel_capacity` and `expiry`.

use std::fmt;
use std::sync::Arc;
use std::time::{Duration, Instant};

use super::globs;
use crate::names::ChannelName;
use crate::observe;

/// Messages that wait on one channel before the next is refused.
///
/// With a consumer behind it, a full channel means a peer that does not keep up: its connection is
/// closed, and its client reconnects and requests what it missed.
const DEFAULT_CAPACITY: usize = 256;

/// Upstream's default: older messages are useless.
const DEFAULT_EXPIRY: Duration = Duration::from_secs(60);

/// The bounds of a backend's channels. A backend takes them from its user and gives them to the
/// hub, which makes the channels of this process
/// ([`ChannelLayer::bounds`](super::ChannelLayer::bounds)); the backend itself bounds the channels
/// that processes share.
///
/// ```
/// use std::time::Duration;
/// use channels::ChannelName;
/// use channels::layers::Bounds;
///
/// let bounds = Bounds::new().capacity(100).channel_capacity("jobs-*", 10_000);
/// assert_eq!(bounds.capacity_of(&ChannelName::new("jobs-mail")?), 10_000);
/// assert_eq!(bounds.capacity_of(&ChannelName::new("specific.a!b")?), 100);
/// assert!(bounds.is_over(Duration::from_secs(60)));
/// # Ok::<(), channels::NameError>(())
/// ```
#[derive(Clone)]
pub struct Bounds {
    capacity: usize,
    patterns: Vec<(String, usize)>,
    expiry: Duration,
    clock: Option<Arc<dyn Fn() -> Instant + Send + Sync>>,
}

impl Bounds {
    /// 256 messages on each channel, each for 60 seconds.
    pub fn new() -> Self {
        Self {
            capacity: DEFAULT_CAPACITY,
            patterns: Vec::new(),
            expiry: DEFAULT_EXPIRY,
            clock: None,
        }
    }

    /// Messages that wait on a channel for which no pattern says otherwise; 256 unless set.
    pub fn capacity(mut self, messages: usize) -> Self {
        self.capacity = messages;
        self
    }

    /// The capacity of channels whose whole name matches a shell pattern: `*` (any text), `?`
    /// (any character), `[a-f]` and `[!a-f]`. The first match in the order of these calls counts.
    pub fn channel_capacity(mut self, pattern: impl Into<String>, messages: usize) -> Self {
        self.patterns.push((pattern.into(), messages));
        self
    }

    /// The age from which a message that waits is dropped; 60 s unless set. The connection of a
    /// consumer that lost a message in this way is closed, as if its channel were full.
    pub fn expiry(mut self, age: Duration) -> Self {
        self.expiry = age;
        self
    }

    /// The clock, which tests can control.
    pub fn clock(mut self, now: impl Fn() -> Instant + Send + Sync + 'static) -> Self {
        self.clock = Some(Arc::new(now));
        self
    }

    /// How many messages wait on this channel at most.
    pub fn capacity_of(&self, name: &ChannelName) -> usize {
        let name = name.as_str();
        let mut patterns = self.patterns.iter();
        let matching = patterns.find(|(pattern, _)| globs::matches(pattern, name));
        matching.map_or(self.capacity, |(_, capacity)| *capacity)
    }

    /// Whether a message that has waited so long is too old.
    pub fn is_over(&self, waited: Duration) -> bool {
        waited >= self.expiry
    }

    /// The time by the clock of these bounds.
    pub fn now(&self) -> Instant {
        self.clock
            .as_ref()
            .map_or_else(Instant::now, |clock| clock())
    }

    pub(super) fn is_too_old(&self, sent: Instant, now: Instant) -> bool {
        self.is_over(now.saturating_duration_since(sent))
    }

    /// Counts messages that were dropped for their age.
    pub(super) fn count_expired(messages: usize) {
        if messages > 0 {
            observe::expired(messages);
            log::info!(target: "channels::layers", "{messages} messages waited too long");
        }
    }
}

impl Default for Bounds {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for Bounds {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Bounds")
            .field("capacity", &self.capacity)
            .field("patterns", &self.patterns)
            .field("expiry", &self.expiry)
            .finish_non_exhaustive()
    }
}
