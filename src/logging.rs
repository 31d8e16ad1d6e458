//! The log, with limits on what remote users can cause: the length of a line, and how often one
//! call site logs. `main` starts it. Everything that uses the `log` crate is limited, including the
//! framework and the HTTP server.
//!
//! - A line is truncated after `log_line_bytes`, and its control characters are replaced, so that
//!   no method, path or error text of a client can fill the disk or forge a line (log injection).
//! - A repeated warning is logged `log_repeats` times in a window. Further ones are counted, and
//!   the count is logged with the first line of any kind after the window. The same holds for
//!   security events that a client can cause for free, with `log_security_events`. Access lines,
//!   one for each request, are not limited.

use std::collections::HashMap;
use std::fmt::{self, Write as _};
use std::io::Write as _;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use env_logger::{Builder, Env, fmt::Formatter};
use log::{Level, Log, Metadata, Record};

use crate::config::{Limits, Rate};
use crate::error::{Error, Result};

/// Info and above from our own code, but only warnings and errors from others.
const DEFAULT_FILTER: &str = "info,actix_server=warn,actix_session=warn";
/// The length of the excerpt of a counted line, in bytes.
const EXCERPT_BYTES: usize = 120;

/// Starts logging to standard error, with the filter `RUST_LOG`.
///
/// # Errors
/// The log was started already in this process.
pub fn start(limits: &Limits) -> Result<()> {
    let most = limits.log_line_bytes;
    let mut builder = Builder::from_env(Env::default().default_filter_or(DEFAULT_FILTER));
    let inner = builder
        .format(move |out, record| write_line(out, record, most))
        .build();
    log::set_max_level(inner.filter());
    let logger = Repeats::new(inner, limits, Instant::now);
    log::set_boxed_logger(Box::new(logger)).map_err(Error::internal)
}

fn write_line(out: &mut Formatter, record: &Record<'_>, most: usize) -> std::io::Result<()> {
    let (level, time) = (record.level(), out.timestamp());
    let style = out.default_level_style(level);
    let target = record.target();
    let text = bounded(record.args(), most);
    writeln!(out, "[{time} {style}{level:<5}{style:#} {target}] {text}")
}

/// Formats `text` as one line of at most `most` bytes, plus a note if it was truncated.
fn bounded(text: &fmt::Arguments<'_>, most: usize) -> String {
    let mut line = Line {
        text: String::new(),
        most,
        omitted: 0,
    };
    // Writing to `Line` never fails. Formatting the text may fail; then the line has the text
    // before the failure.
    let _written = line.write_fmt(*text);
    if line.omitted > 0 {
        let note = format!(" … ({} bytes more)", line.omitted);
        line.text += &note;
    }
    line.text
}

/// Takes text up to its limit, and counts the rest.
struct Line {
    text: String,
    most: usize,
    omitted: usize,
}

impl fmt::Write for Line {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        for (place, letter) in text.char_indices() {
            let letter = if is_unprintable(letter) {
                '\u{FFFD}'
            } else {
                letter
            };
            if self.omitted > 0 || self.text.len() + letter.len_utf8() > self.most {
                self.omitted += text.len() - place;
                return Ok(());
            }
            self.text.push(letter);
        }
        Ok(())
    }
}

/// Returns whether the character is a control, a line separator, or changes the direction of text.
fn is_unprintable(letter: char) -> bool {
    let is_turn = matches!(letter, '\u{2028}'..='\u{202E}' | '\u{2066}'..='\u{2069}');
    letter.is_control() || is_turn
}

/// The call site of a log line. The program has a fixed number of call sites, so a map by them is
/// bounded.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct Place {
    file: &'static str,
    line: u32,
    /// The name of a security event, because all security events have one call site.
    event: String,
}

/// The rate limit of one call site, in the window that started at `began`.
struct Window {
    began: Instant,
    rate: Rate,
    logged: u32,
    /// The number of lines that were not logged, and the first of them.
    counted: u32,
    excerpt: String,
    level: Level,
    target: String,
}

impl Window {
    fn new(record: &Record<'_>, rate: Rate, now: Instant) -> Self {
        Self {
            began: now,
            rate,
            logged: 0,
            counted: 0,
            excerpt: String::new(),
            level: record.level(),
            target: record.target().to_owned(),
        }
    }

    fn is_over(&self, now: Instant) -> bool {
        now.saturating_duration_since(self.began) >= self.rate.period
    }

    /// Returns whether one more line may be logged. Otherwise counts it.
    fn admits(&mut self, record: &Record<'_>) -> bool {
        if self.logged < self.rate.count {
            self.logged += 1;
            return true;
        }
        if self.counted == 0 {
            self.excerpt = bounded(record.args(), EXCERPT_BYTES);
        }
        self.counted = self.counted.saturating_add(1);
        false
    }
}

/// Counts repeated lines instead of logging them (rate limiting).
struct Repeats<L> {
    inner: L,
    warnings: Rate,
    events: Rate,
    windows: Mutex<HashMap<Place, Window>>,
    clock: Box<dyn Fn() -> Instant + Send + Sync>,
}

impl<L: Log> Repeats<L> {
    fn new(inner: L, limits: &Limits, clock: impl Fn() -> Instant + Send + Sync + 'static) -> Self {
        Self {
            inner,
            warnings: limits.log_repeats,
            events: limits.log_security_events,
            windows: Mutex::default(),
            clock: Box::new(clock),
        }
    }

    /// Returns the call site of a line that may repeat, with its rate.
    fn place_of(&self, record: &Record<'_>) -> Option<(Place, Rate)> {
        if record.level() > Level::Info || record.target().ends_with("::access") {
            return None;
        }
        let pairs = record.key_values();
        let event = pairs.get("event".into()).map(|event| event.to_string());
        let is_bounded = pairs
            .get("bounded".into())
            .and_then(|bounded| bounded.to_bool());
        let rate = match (&event, is_bounded) {
            (Some(_), Some(false)) => return None,
            (Some(_), _) => self.events,
            (None, _) => self.warnings,
        };
        let place = Place {
            file: record.file_static()?,
            line: record.line()?,
            event: event.unwrap_or_default(),
        };
        Some((place, rate))
    }

    fn admits(&self, record: &Record<'_>) -> bool {
        let Some((place, rate)) = self.place_of(record) else {
            return true;
        };
        let now = (self.clock)();
        let mut windows = self.lock();
        let window = windows.entry(place);
        window
            .or_insert_with(|| Window::new(record, rate, now))
            .admits(record)
    }

    /// Logs the counts of the windows that have ended, or of all.
    fn report(&self, all: bool) {
        let now = (self.clock)();
        let over: Vec<Window> = {
            let mut windows = self.lock();
            let is_over = |_: &Place, window: &mut Window| all || window.is_over(now);
            windows
                .extract_if(is_over)
                .map(|(_, window)| window)
                .collect()
        };
        for window in over.iter().filter(|window| window.counted > 0) {
            let (counted, seconds) = (window.counted, window.rate.period.as_secs());
            let text = format_args!(
                "… and {counted} more in the last {seconds} s: {}",
                window.excerpt
            );
            let mut record = Record::builder();
            record.level(window.level).target(&window.target).args(text);
            self.inner.log(&record.build());
        }
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<Place, Window>> {
        self.windows.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<L: Log> Log for Repeats<L> {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        self.inner.enabled(metadata)
    }

    fn log(&self, record: &Record<'_>) {
        if !self.inner.enabled(record.metadata()) {
            return;
        }
        self.report(false);
        if self.admits(record) {
            self.inner.log(record);
        }
    }

    fn flush(&self) {
        self.report(true);
        self.inner.flush();
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::time::Duration;

    use super::*;
    use crate::config::Settings;

    /// A logger that keeps its lines.
    #[derive(Clone, Default)]
    struct Kept(Arc<Mutex<Vec<String>>>);

    impl Log for Kept {
        fn enabled(&self, _: &Metadata<'_>) -> bool {
            true
        }

        fn log(&self, record: &Record<'_>) {
            let line = format!("{} {}", record.level(), record.args());
            self.0.lock().unwrap().push(line);
        }

        fn flush(&self) {}
    }

    struct Told {
        logger: Repeats<Kept>,
        kept: Kept,
        now: Arc<Mutex<Instant>>,
    }

    impl Told {
        fn new() -> Self {
            let mut limits = Settings::for_data("unused").limits;
            limits.log_repeats = "2/60s".parse().unwrap();
            limits.log_security_events = "3/60s".parse().unwrap();
            let now = Arc::new(Mutex::new(Instant::now()));
            let (kept, clock) = (Kept::default(), Arc::clone(&now));
            let logger = Repeats::new(kept.clone(), &limits, move || *clock.lock().unwrap());
            Self { logger, kept, now }
        }

        fn warn(&self, place: u32, text: &str) {
            let mut record = Record::builder();
            record.level(Level::Warn).target("parlour::db");
            record.file_static(Some("src/x.rs")).line(Some(place));
            self.logger
                .log(&record.args(format_args!("{text}")).build());
        }

        fn tell(&self, event: &'static str, bounded: bool) {
            let pairs = [
                ("event", log::kv::Value::from(event)),
                ("bounded", bounded.into()),
            ];
            let mut record = Record::builder();
            record.level(Level::Info).target("parlour::security");
            record
                .file_static(Some("src/y.rs"))
                .line(Some(1))
                .key_values(&pairs);
            self.logger
                .log(&record.args(format_args!("{event}")).build());
        }

        fn forward(&self, seconds: u64) {
            *self.now.lock().unwrap() += Duration::from_secs(seconds);
        }

        fn lines(&self) -> Vec<String> {
            std::mem::take(&mut *self.kept.0.lock().unwrap())
        }
    }

    #[test]
    fn a_failure_that_repeats_is_logged_some_times_and_then_with_its_count() {
        let told = Told::new();
        for number in 1..=100 {
            told.warn(1, &format!("commit failed: {number}"));
        }
        told.warn(2, "another place");
        assert_eq!(
            told.lines(),
            [
                "WARN commit failed: 1",
                "WARN commit failed: 2",
                "WARN another place"
            ]
        );

        told.forward(60);
        told.warn(2, "later");

        assert_eq!(
            told.lines(),
            [
                "WARN … and 98 more in the last 60 s: commit failed: 3",
                "WARN later"
            ]
        );
    }

    #[test]
    fn the_end_of_a_run_logs_what_is_counted_so_far() {
        let told = Told::new();
        for _ in 0..5 {
            told.warn(1, "no reader");
        }

        told.logger.flush();

        assert_eq!(
            told.lines()[2..],
            ["WARN … and 3 more in the last 60 s: no reader"]
        );
    }

    #[test]
    fn security_events_that_cost_nothing_are_counted_by_name_and_others_never() {
        let told = Told::new();
        for _ in 0..10 {
            told.tell("login_failed", true);
            told.tell("login_succeeded", false);
        }
        told.tell("request_forged", true);

        let lines = told.lines();
        let of = |name: &str| lines.iter().filter(|line| line.ends_with(name)).count();
        assert_eq!(
            (
                of("login_failed"),
                of("login_succeeded"),
                of("request_forged")
            ),
            (3, 10, 1)
        );
    }

    #[test]
    fn a_line_is_cut_at_its_bound_and_holds_no_controls() {
        let long = "é".repeat(30_000);

        let line = bounded(&format_args!("{long}"), 101);

        assert_eq!(line, format!("{} … (59900 bytes more)", "é".repeat(50)));
        let forged = "a\nb\r\u{1b}[31m\u{2028}\u{202e}c\0";
        assert_eq!(
            bounded(&format_args!("{forged}"), 100),
            "a\u{FFFD}b\u{FFFD}\u{FFFD}[31m\u{FFFD}\u{FFFD}c\u{FFFD}"
        );
    }
}
