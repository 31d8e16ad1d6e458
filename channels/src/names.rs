//! Names of groups and channels, validated once when they are created.
//!
//! Source: channels/layers.py, `BaseChannelLayer.require_valid_*_name`; strict ASCII, whereas
//! Python's patterns accept other digits and a final newline.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use rand::distr::{Alphanumeric, SampleString as _};
use smallvec::SmallVec;

/// The maximum number of characters of a name.
const MAX_LEN: usize = 99;

/// Characters that identify a process in a name: 71 bits.
const PROCESS_LEN: usize = 12;

/// Characters that identify a consumer of a process: 95 bits, which cannot be guessed, and no more,
/// because each connection stores its name.
const LOCAL_LEN: usize = 16;

/// Why a name was refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "{kind} name {name:?} is not valid: 1 to 99 ASCII letters, digits, '-', '_' and '.'{extra}; \
     make one from any text with GroupName::encode"
)]
pub struct NameError {
    kind: &'static str,
    name: String,
    extra: &'static str,
}

/// The name of a set of channels; clones share the text.
///
/// ```
/// use channels::GroupName;
/// assert!(GroupName::new("room.7").is_ok());
/// assert!(GroupName::new("tea room").is_err());
/// assert_eq!(GroupName::encode("tea room").decode().as_deref(), Some("tea room"));
/// ```
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct GroupName(Arc<str>);

impl GroupName {
    /// Checks a name: 1 to 99 ASCII letters, digits, `-`, `_` and `.`.
    ///
    /// # Errors
    /// [`NameError`] for any other text.
    pub fn new(name: &str) -> Result<Self, NameError> {
        if is_plain(name) && !name.is_empty() && name.len() <= MAX_LEN {
            return Ok(Self(name.into()));
        }
        Err(NameError {
            kind: "group",
            name: shown(name),
            extra: "",
        })
    }

    /// Makes a valid name from any text: deterministic, and different for different texts.
    ///
    /// ASCII letters, digits, `-` and `.` stay as they are; each other byte becomes `_` and two
    /// hexadecimal digits. A name that would be too long is cut and ends in a hash.
    pub fn encode(text: &str) -> Self {
        let mut name = String::with_capacity(text.len());
        for byte in text.bytes() {
            if byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'.' {
                name.push(char::from(byte));
            } else {
                name.push_str(&format!("_{byte:02x}"));
            }
        }
        if name.is_empty() {
            return Self(EMPTY.into());
        }
        if name.len() > MAX_LEN {
            name = shortened(&name, text);
        }
        Self(name.into())
    }

    /// The text that [`encode`](Self::encode) was given, or `None` if the name was not made by it
    /// or was shortened.
    pub fn decode(&self) -> Option<String> {
        if &*self.0 == EMPTY {
            return Some(String::new());
        }
        let mut bytes = Vec::with_capacity(self.0.len());
        let mut rest = self.0.as_bytes();
        while let Some((&first, tail)) = rest.split_first() {
            if first != b'_' {
                bytes.push(first);
                rest = tail;
                continue;
            }
            let digits = std::str::from_utf8(tail.get(..2)?).ok()?;
            bytes.push(u8::from_str_radix(digits, 16).ok()?);
            rest = &tail[2..];
        }
        String::from_utf8(bytes).ok()
    }

    /// The name as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// The encoding of the empty text: no other text has it, because elsewhere `_` is always followed
/// by hexadecimal digits.
const EMPTY: &str = "__";

/// Hexadecimal digits of SHA-256 behind a shortened name; all of them, because people choose names.
const HASH_LEN: usize = 64;

fn shortened(name: &str, text: &str) -> String {
    use sha2::Digest as _;
    let kept = &name[..MAX_LEN - HASH_LEN - 2];
    let hash = sha2::Sha256::digest(text.as_bytes());
    format!("{kept}__{}", hex(&hash))
}

/// Bytes as lower-case hexadecimal digits.
pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The address of one consumer on the channel layer; clones share the text.
///
/// ```
/// use channels::ChannelName;
/// assert!(ChannelName::new("specific.1f3a!9c0e").is_ok());
/// assert!(ChannelName::new("a!b!c").is_err());
/// ```
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ChannelName(Arc<str>);

impl ChannelName {
    /// Checks a name: as a group's, with at most one `!`, which is not the first character.
    ///
    /// # Errors
    /// [`NameError`] for any other text.
    pub fn new(name: &str) -> Result<Self, NameError> {
        let (process, local) = name.split_once('!').unwrap_or((name, ""));
        if !process.is_empty() && is_plain(process) && is_plain(local) && name.len() <= MAX_LEN {
            return Ok(Self(name.into()));
        }
        Err(NameError {
            kind: "channel",
            name: shown(name),
            extra: ", with at most one '!' inside",
        })
    }

    /// A name `<prefix>.<process>!<local>` of a consumer in that process, which cannot be guessed.
    /// For backends of the channel layer.
    ///
    /// # Errors
    /// [`NameError`] for a prefix with other characters than a name has, or with too many.
    pub fn random(prefix: &str, process: &str) -> Result<Self, NameError> {
        let mut name = format!("{prefix}.{process}!");
        Alphanumeric.append_string(&mut rand::rng(), &mut name, LOCAL_LEN);
        Self::new(&name)
    }

    /// A unique id of this process for [`random`](Self::random).
    pub fn random_process() -> String {
        Alphanumeric.sample_string(&mut rand::rng(), PROCESS_LEN)
    }

    /// Whether the channel belongs to one consumer: a `!` is in its name. Any other is a queue
    /// that all workers may read.
    pub fn is_specific(&self) -> bool {
        self.0.contains('!')
    }

    /// The name as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

fn is_plain(name: &str) -> bool {
    name.bytes()
        .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.'))
}

/// The part of a refused name that the error repeats; limited, because names may come from clients.
fn shown(name: &str) -> String {
    name.chars().take(MAX_LEN + 1).collect()
}

/// The groups of a connection, each once; most are in one or two.
pub(crate) type FewGroups = SmallVec<[GroupName; 1]>;

/// Adds a group that a connection joins.
pub(crate) fn add_once(groups: &mut FewGroups, group: &GroupName) {
    if !groups.contains(group) {
        groups.push(group.clone());
    }
}

macro_rules! text_traits {
    ($name:ident) => {
        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!(stringify!($name), "({:?})"), &*self.0)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl FromStr for $name {
            type Err = NameError;

            fn from_str(name: &str) -> Result<Self, NameError> {
                Self::new(name)
            }
        }
    };
}

text_traits!(GroupName);
text_traits!(ChannelName);
