//! Latency histograms of messages for the last hour: for the whole server, and for the most
//! recently used rooms. Their memory is bounded. The actors that measure and the views that show
//! share them.

use std::{
    collections::{HashMap, VecDeque},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use serde::{Deserialize, Serialize};

use crate::chat::rooms::RoomId;

/// The length of the sliding window, in steps of a minute.
const MINUTES: u64 = 60;
/// The number of bins for each doubling of the time, so that a quantile is at most a tenth off.
const BINS_PER_DOUBLING: f64 = 4.0;
/// The upper end of the first bin, which also holds all shorter times.
const LOWEST_MS: f64 = 0.25;
/// The number of bins, which together reach beyond a minute.
const BINS: u8 = 76;
/// The maximum number of rooms with statistics of their own. The least recently used one is evicted
/// (LRU).
const ROOMS: usize = 128;

/// How long the quantiles of the server are cached.
const KEEP: Duration = Duration::from_secs(1);

type Clock = Arc<dyn Fn() -> Duration + Send + Sync>;

/// The latency statistics. Clones share them.
#[derive(Clone)]
pub struct Health {
    kept: Arc<Mutex<Kept>>,
    /// Returns the time since a fixed moment before the first measurement.
    clock: Clock,
}

#[derive(Default)]
struct Kept {
    stages: Stages<Hour>,
    /// The cached quantiles of the server, and when they were computed.
    counted: Option<(Duration, Stages<Option<Quantiles>>)>,
    rooms: HashMap<RoomId, RoomHour>,
}

#[derive(Default)]
struct RoomHour {
    delivered: Hour,
    used: u64,
}

/// One value for each stage of a message, measured from when the server received it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stages<T> {
    /// Until it was stored on disk.
    pub stored: T,
    /// Until it was handed to the sockets of all members.
    pub announced: T,
    /// Until the first device of another member acknowledged it.
    pub delivered: T,
}

/// Quantiles of a latency: the median and the 99th percentile.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Quantiles {
    /// The median, in milliseconds.
    pub p50_ms: u64,
    /// The 99th percentile, in milliseconds.
    pub p99_ms: u64,
    /// The number of measured messages.
    pub count: u64,
}

impl Default for Health {
    fn default() -> Self {
        let start = Instant::now();
        Self::with_clock(move || start.elapsed())
    }
}

impl Health {
    /// Creates statistics with another clock, for tests. The clock must be monotonic.
    pub fn with_clock(clock: impl Fn() -> Duration + Send + Sync + 'static) -> Self {
        Self {
            kept: Arc::default(),
            clock: Arc::new(clock),
        }
    }

    /// Records that a message was stored and announced, each so long after it was received.
    pub fn announced(&self, stored: Duration, announced: Duration) {
        let minute = self.minute();
        let mut kept = self.lock();
        kept.stages.stored.add(minute, stored);
        kept.stages.announced.add(minute, announced);
    }

    /// Records that the first device of another member had a message of `room`, so long after it
    /// was received.
    pub fn delivered(&self, room: RoomId, took: Duration) {
        let minute = self.minute();
        let mut kept = self.lock();
        kept.stages.delivered.add(minute, took);
        if !kept.rooms.contains_key(&room) && kept.rooms.len() >= ROOMS {
            kept.forget_quietest();
        }
        let of_room = kept.rooms.entry(room).or_default();
        of_room.used = minute;
        of_room.delivered.add(minute, took);
    }

    /// Returns the quantiles of the whole server. `None` where nothing was measured within the
    /// hour.
    pub fn of_server(&self) -> Stages<Option<Quantiles>> {
        let minute = self.minute();
        let stages = &mut self.lock().stages;
        Stages {
            stored: stages.stored.quantiles(minute),
            announced: stages.announced.quantiles(minute),
            delivered: stages.delivered.quantiles(minute),
        }
    }

    /// Like [`Health::of_server`], but cached for a second, because anybody may ask for it.
    pub fn of_server_lately(&self) -> Stages<Option<Quantiles>> {
        let now = (self.clock)();
        let counted = self.lock().counted;
        if let Some((at, stages)) = counted
            && now.saturating_sub(at) < KEEP
        {
            return stages;
        }
        let stages = self.of_server();
        self.lock().counted = Some((now, stages));
        stages
    }

    /// Returns the quantiles of deliveries in one room.
    pub fn of_room(&self, room: RoomId) -> Option<Quantiles> {
        let minute = self.minute();
        self.lock()
            .rooms
            .get_mut(&room)?
            .delivered
            .quantiles(minute)
    }

    fn minute(&self) -> u64 {
        (self.clock)().as_secs() / 60
    }

    fn lock(&self) -> MutexGuard<'_, Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Kept {
    fn forget_quietest(&mut self) {
        let quietest = self.rooms.iter().min_by_key(|(_, room)| room.used);
        if let Some(room) = quietest.map(|(room, _)| *room) {
            self.rooms.remove(&room);
        }
    }
}

/// The count of one bin in one minute.
struct Cell {
    minute: u64,
    bin: u8,
    count: u32,
}

/// A histogram over a sliding window of sixty minutes. Empty bins are not stored (a sparse
/// histogram): there are at most [`MINUTES`] × [`BINS`] cells, and a few hundred if times are
/// similar.
#[derive(Default)]
struct Hour(VecDeque<Cell>);

impl Hour {
    fn add(&mut self, minute: u64, took: Duration) {
        self.forget_before(minute);
        let bin = bin_of(took);
        let of_now = self
            .0
            .iter_mut()
            .rev()
            .take_while(|cell| cell.minute == minute);
        for cell in of_now {
            if cell.bin == bin {
                cell.count = cell.count.saturating_add(1);
                return;
            }
        }
        self.0.push_back(Cell {
            minute,
            bin,
            count: 1,
        });
    }

    fn quantiles(&mut self, minute: u64) -> Option<Quantiles> {
        self.forget_before(minute);
        let mut bins = [0_u64; BINS as usize];
        for cell in &self.0 {
            bins[usize::from(cell.bin)] += u64::from(cell.count);
        }
        let count: u64 = bins.iter().sum();
        (count > 0).then(|| Quantiles {
            p50_ms: at_rank(&bins, count.div_ceil(2)),
            p99_ms: at_rank(&bins, (count * 99).div_ceil(100)),
            count,
        })
    }

    fn forget_before(&mut self, minute: u64) {
        while (self.0.front()).is_some_and(|cell| cell.minute + MINUTES <= minute) {
            self.0.pop_front();
        }
    }
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "clamped to the bins"
)]
fn bin_of(took: Duration) -> u8 {
    let ms = took.as_secs_f64() * 1000.0;
    let bin = ((ms / LOWEST_MS).log2() * BINS_PER_DOUBLING).ceil();
    bin.clamp(0.0, f64::from(BINS - 1)) as u8
}

/// Returns the middle of the bin with the message of this rank, at least one millisecond.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "between 1 and some minutes"
)]
fn at_rank(bins: &[u64], rank: u64) -> u64 {
    let mut seen = 0;
    let found = bins.iter().zip(0_u8..).find(|(count, _)| {
        seen += **count;
        seen >= rank
    });
    let bin = found.map_or(0, |(_, bin)| bin);
    let middle = LOWEST_MS * ((f64::from(bin) - 0.5) / BINS_PER_DOUBLING).exp2();
    middle.round().max(1.0) as u64
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::AtomicU64;
    use std::sync::atomic::Ordering;

    use super::*;

    const ROOM: RoomId = RoomId(7);

    /// Returns statistics with a clock that the test advances.
    fn numbers() -> (Health, Arc<AtomicU64>) {
        let seconds = Arc::new(AtomicU64::new(0));
        let hands = Arc::clone(&seconds);
        let clock = move || Duration::from_secs(hands.load(Ordering::Relaxed));
        (Health::with_clock(clock), seconds)
    }

    fn ms(number: u64) -> Duration {
        Duration::from_millis(number)
    }

    #[test]
    fn half_and_ninety_nine_of_a_hundred_are_a_tenth_off_at_most() {
        let (health, _) = numbers();
        for took in 1..=100 {
            health.delivered(ROOM, ms(took));
        }
        let of_room = health.of_room(ROOM).unwrap();
        assert_eq!(of_room.count, 100);
        assert!((45..=55).contains(&of_room.p50_ms), "{of_room:?}");
        assert!((90..=109).contains(&of_room.p99_ms), "{of_room:?}");
        assert_eq!(health.of_server().delivered, Some(of_room));
        assert_eq!(health.of_server().stored, None);
    }

    #[test]
    fn an_hour_later_nothing_is_left() {
        let (health, seconds) = numbers();
        health.delivered(ROOM, ms(10));
        seconds.store(59 * 60, Ordering::Relaxed);
        health.delivered(ROOM, ms(1000));
        assert_eq!(health.of_room(ROOM).unwrap().count, 2);
        seconds.store(60 * 60, Ordering::Relaxed);
        let late = health.of_room(ROOM).unwrap();
        assert_eq!(late.count, 1);
        assert!((900..=1100).contains(&late.p50_ms), "{late:?}");
        seconds.store(119 * 60, Ordering::Relaxed);
        assert_eq!(health.of_room(ROOM), None);
    }

    #[test]
    fn the_public_numbers_are_counted_once_a_second() {
        let (health, seconds) = numbers();
        assert_eq!(health.of_server_lately().delivered, None);
        health.delivered(ROOM, ms(10));
        assert_eq!(health.of_server_lately().delivered, None);
        seconds.store(1, Ordering::Relaxed);
        assert_eq!(health.of_server_lately().delivered.unwrap().count, 1);
    }

    #[test]
    fn nothing_and_minutes_have_a_bin_too() {
        let (health, _) = numbers();
        health.announced(Duration::ZERO, Duration::from_secs(3600));
        let stages = health.of_server();
        assert_eq!(stages.stored.unwrap().p50_ms, 1);
        assert!(stages.announced.unwrap().p50_ms > 60_000);
    }

    #[test]
    fn the_room_that_was_quiet_longest_gives_way() {
        let (health, seconds) = numbers();
        health.delivered(RoomId(0), ms(1));
        seconds.store(60, Ordering::Relaxed);
        for room in 1..=i64::try_from(ROOMS).unwrap() {
            health.delivered(RoomId(room), ms(1));
        }
        assert_eq!(health.of_room(RoomId(0)), None);
        assert!(health.of_room(RoomId(1)).is_some());
        assert_eq!(health.lock().rooms.len(), ROOMS);
    }

    #[test]
    fn an_hour_of_busy_times_stays_small() {
        let mut hour = Hour::default();
        for number in 0..100_000_u64 {
            hour.add(number / 1000, ms(10 + number % 90));
        }
        assert!(hour.0.len() <= 60 * 15, "{}", hour.0.len());
    }
}
