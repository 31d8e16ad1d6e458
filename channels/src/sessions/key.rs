//! The key of one session, which is a secret: [`SessionKey`].

use std::fmt;
use std::sync::Arc;

use rand::RngExt as _;
use sha2::{Digest as _, Sha256};

use crate::names::hex;

/// The secret in a session's cookie. Clones share the text; `Debug` does not show it.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct SessionKey(Arc<str>);

/// Characters of a new key, as Django's: 165 bits.
const NEW_LEN: usize = 32;
const ALPHABET: &[u8; 36] = b"abcdefghijklmnopqrstuvwxyz0123456789";

/// The allowed lengths of a key in a cookie, in characters; Django refuses shorter ones.
const MIN_LEN: usize = 8;
const MAX_LEN: usize = 128;

impl SessionKey {
    /// A new random key: 32 characters `a`–`z`, `0`–`9`.
    pub fn random() -> Self {
        let mut random = rand::rng();
        let letter = |_| char::from(ALPHABET[random.random_range(0..ALPHABET.len())]);
        Self((0..NEW_LEN).map(letter).collect::<String>().into())
    }

    /// Parses a key sent by a client: 8 to 128 ASCII letters, digits, `-` and `_`; otherwise
    /// `None`.
    pub fn parse(text: &str) -> Option<Self> {
        let legal = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
        let fits = (MIN_LEN..=MAX_LEN).contains(&text.len()) && text.bytes().all(legal);
        fits.then(|| Self(text.into()))
    }

    /// The key as text, for a cookie or a store.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// SHA-256 of the key in hexadecimal digits: identifies the session without revealing the key.
    pub fn digest(&self) -> String {
        hex(&Sha256::digest(self.0.as_bytes()))
    }
}

impl fmt::Debug for SessionKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SessionKey(..)")
    }
}
