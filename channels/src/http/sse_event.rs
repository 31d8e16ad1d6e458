//! One event of a stream in the format `text/event-stream`.
//!
//! HTML living standard, §9.2.5 and §9.2.6.

use std::time::Duration;

use bytes::Bytes;
use serde::Serialize;

/// One event of a stream of server-sent events.
///
/// ```
/// use channels::http::SseEvent;
/// let event = SseEvent::new("two\nlines").event("note").id("7");
/// assert_eq!(event.to_string(), "event: note\nid: 7\ndata: two\ndata: lines\n\n");
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SseEvent {
    /// The text; may have several lines.
    pub data: String,
    /// The id, which the browser sends as `Last-Event-ID` when it reconnects.
    pub id: Option<String>,
    /// The name, for which a script listens; `message` if there is none.
    pub event: Option<String>,
    /// How long the browser waits before it reconnects.
    pub retry: Option<Duration>,
}

impl SseEvent {
    /// An event with this text.
    pub fn new(data: impl Into<String>) -> Self {
        Self {
            data: data.into(),
            ..Self::default()
        }
    }

    /// An event whose text is a value as JSON.
    ///
    /// # Errors
    /// What `serde_json` says of the value.
    pub fn json<T: Serialize + ?Sized>(value: &T) -> serde_json::Result<Self> {
        Ok(Self::new(serde_json::to_string(value)?))
    }

    /// Sets the id. Line ends and NUL are removed from it, because they could inject fields.
    pub fn id(mut self, id: impl Into<String>) -> Self {
        self.id = Some(one_line(id.into()));
        self
    }

    /// Sets the name. Line ends and NUL are removed from it.
    pub fn event(mut self, name: impl Into<String>) -> Self {
        self.event = Some(one_line(name.into()));
        self
    }

    /// Sets how long the browser waits before it reconnects, in whole milliseconds.
    pub fn retry(mut self, after: Duration) -> Self {
        self.retry = Some(after);
        self
    }
}

fn one_line(text: String) -> String {
    text.replace(['\r', '\n', '\0'], "")
}

impl std::fmt::Display for SseEvent {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if let Some(name) = &self.event {
            writeln!(f, "event: {}", one_line(name.clone()))?;
        }
        if let Some(id) = &self.id {
            writeln!(f, "id: {}", one_line(id.clone()))?;
        }
        if let Some(after) = self.retry {
            writeln!(f, "retry: {}", after.as_millis())?;
        }
        for line in lines(&self.data) {
            writeln!(f, "data: {line}")?;
        }
        writeln!(f)
    }
}

/// Splits a text into lines at all three line ends of the format.
fn lines(text: &str) -> impl Iterator<Item = &str> {
    text.split('\n').flat_map(|line| {
        let line = line.strip_suffix('\r').unwrap_or(line);
        line.split('\r')
    })
}

impl From<&str> for SseEvent {
    fn from(data: &str) -> Self {
        Self::new(data)
    }
}

impl From<String> for SseEvent {
    fn from(data: String) -> Self {
        Self::new(data)
    }
}

impl From<SseEvent> for Bytes {
    fn from(event: SseEvent) -> Self {
        event.to_string().into()
    }
}

/// Parses and removes one complete event from the bytes of a stream; skips comments.
pub(crate) fn read_event(text: &mut String) -> Option<SseEvent> {
    while let Some(end) = text.find("\n\n") {
        let block: String = text.drain(..end + 2).collect();
        let fields = block.lines().filter_map(|line| line.split_once(": "));
        let mut event = SseEvent::default();
        let mut data: Option<String> = None;
        for (field, value) in fields {
            match field {
                "data" => match &mut data {
                    Some(data) => {
                        data.push('\n');
                        data.push_str(value);
                    }
                    none => *none = Some(value.to_owned()),
                },
                "id" => event.id = Some(value.to_owned()),
                "event" => event.event = Some(value.to_owned()),
                "retry" => event.retry = value.parse().ok().map(Duration::from_millis),
                _ => {}
            }
        }
        if let Some(data) = data {
            return Some(SseEvent { data, ..event });
        }
    }
    None
}
