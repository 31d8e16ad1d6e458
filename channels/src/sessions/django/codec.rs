//! `django_session.session_data`, read and written: [`DjangoSessions`].

use std::fmt;
use std::fmt::Write as _;
use std::io::{self, Read as _, Write as _};
use std::time::{SystemTime, UNIX_EPOCH};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use flate2::Compression;
use flate2::read::ZlibDecoder;
use flate2::write::ZlibEncoder;

use super::signing::{Signer, base62};
use crate::sessions::SessionData;

/// The salt of every session store of Django's own.
const DEFAULT_SALT: &str = "django.contrib.sessions.SessionStore";

/// The salt of `AbstractBaseUser.get_session_auth_hash`.
const AUTH_SALT: &str = "django.contrib.auth.models.AbstractBaseUser.get_session_auth_hash";

/// The default maximum of the decompressed JSON of session data, in bytes: a kilobyte of zlib can
/// expand to a megabyte.
const DEFAULT_MAX_BYTES: u64 = 1024 * 1024;

/// Why session data could not be decoded.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DjangoSessionError {
    /// The signature is missing or was made with another key: `SECRET_KEY` or salt differ.
    #[error("the signature does not fit; compare SECRET_KEY and the session engine")]
    Signature,
    /// The payload is not URL-safe base64.
    #[error("the payload is not base64")]
    Base64(#[from] base64::DecodeError),
    /// The payload cannot be decompressed, or is too large.
    #[error("the payload cannot be unpacked")]
    Zlib(#[from] io::Error),
    /// The payload is not a JSON object: the site may use another serializer.
    #[error("the payload is not a JSON object")]
    Json(#[from] serde_json::Error),
}

/// Decodes and encodes the data of Django's session stores, with the keys of that site.
///
/// ```
/// use channels::sessions::django::DjangoSessions;
/// let site = DjangoSessions::new("the SECRET_KEY of the site");
/// let mut data = channels::sessions::SessionData::new();
/// data.insert("_auth_user_id".into(), "1".into());
/// let stored = site.encode(&data)?;
/// assert_eq!(site.decode(&stored)?, data);
/// # Ok::<(), channels::sessions::django::DjangoSessionError>(())
/// ```
#[derive(Clone)]
pub struct DjangoSessions {
    salt: String,
    /// The current secret, followed by those that are still accepted.
    secrets: Vec<String>,
    max_bytes: u64,
}

impl DjangoSessions {
    /// A site with this `SECRET_KEY`.
    pub fn new(secret_key: impl Into<String>) -> Self {
        Self {
            salt: DEFAULT_SALT.to_owned(),
            secrets: vec![secret_key.into()],
            max_bytes: DEFAULT_MAX_BYTES,
        }
    }

    /// Accepts one more key: an entry of `SECRET_KEY_FALLBACKS`.
    pub fn fallback(mut self, secret_key: impl Into<String>) -> Self {
        self.secrets.push(secret_key.into());
        self
    }

    /// Names the site's store class, for the `key_salt`; the default is
    /// `django.contrib.sessions.SessionStore`, as of all of Django's own backends.
    pub fn salt(mut self, key_salt: impl Into<String>) -> Self {
        self.salt = key_salt.into();
        self
    }

    /// Sets the maximum bytes of JSON; 1 MiB by default.
    pub fn max_bytes(mut self, bytes: u64) -> Self {
        self.max_bytes = bytes;
        self
    }

    fn signer(&self, secret: &str) -> Signer {
        Signer::new(&format!("{}signer", self.salt), secret)
    }

    /// Reads `session_data`. The age of the signature is not checked, because the row has an
    /// `expire_date`.
    ///
    /// # Errors
    /// [`DjangoSessionError`]; Django treats such a session as empty.
    pub fn decode(&self, stored: &str) -> Result<SessionData, DjangoSessionError> {
        let (signed, signature) = stored
            .rsplit_once(':')
            .ok_or(DjangoSessionError::Signature)?;
        let known = |secret: &String| self.signer(secret).verifies(signed, signature);
        if !self.secrets.iter().any(known) {
            return Err(DjangoSessionError::Signature);
        }
        let (payload, _) = signed
            .rsplit_once(':')
            .ok_or(DjangoSessionError::Signature)?;
        let json = match payload.strip_prefix('.') {
            Some(packed) => self.unpacked(&URL_SAFE_NO_PAD.decode(packed)?)?,
            None => URL_SAFE_NO_PAD.decode(payload)?,
        };
        // Python decodes these bytes as Latin-1.
        let text: String = json.into_iter().map(char::from).collect();
        Ok(serde_json::from_str(&text)?)
    }

    fn unpacked(&self, packed: &[u8]) -> io::Result<Vec<u8>> {
        let mut json = Vec::new();
        let mut unpacking = ZlibDecoder::new(packed).take(self.max_bytes + 1);
        let bytes = unpacking.read_to_end(&mut json)?;
        if u64::try_from(bytes).unwrap_or(u64::MAX) > self.max_bytes {
            return Err(io::Error::other("session data is larger than it may be"));
        }
        Ok(json)
    }

    /// Encodes `session_data`, signed now with the current key.
    ///
    /// # Errors
    /// [`DjangoSessionError::Json`], [`DjangoSessionError::Zlib`]; neither is expected.
    pub fn encode(&self, data: &SessionData) -> Result<String, DjangoSessionError> {
        let now = SystemTime::now().duration_since(UNIX_EPOCH);
        self.encode_at(data, now.unwrap_or_default().as_secs())
    }

    fn encode_at(&self, data: &SessionData, seconds: u64) -> Result<String, DjangoSessionError> {
        let json = ascii(&serde_json::to_string(data)?);
        let mut packing = ZlibEncoder::new(Vec::new(), Compression::default());
        packing.write_all(json.as_bytes())?;
        let packed = packing.finish()?;
        let payload = if packed.len() + 1 < json.len() {
            format!(".{}", URL_SAFE_NO_PAD.encode(packed))
        } else {
            URL_SAFE_NO_PAD.encode(json)
        };
        let signed = format!("{payload}:{}", base62(seconds));
        let signature = self.signer(&self.secrets[0]).sign(&signed);
        Ok(format!("{signed}:{signature}"))
    }

    /// The `_auth_user_hash` of a user with this text in the password field, for
    /// [`SessionUser::session_auth_hash`](crate::auth::SessionUser::session_auth_hash).
    pub fn auth_hash(&self, password: &str) -> String {
        Signer::new(AUTH_SALT, &self.secrets[0]).hex(password)
    }

    /// The hashes under the earlier keys that are still accepted.
    pub fn auth_fallback_hashes(&self, password: &str) -> Vec<String> {
        let fallbacks = self.secrets.iter().skip(1);
        fallbacks
            .map(|secret| Signer::new(AUTH_SALT, secret).hex(password))
            .collect()
    }
}

/// JSON with escapes for all non-ASCII characters, because Django decodes it as Latin-1.
fn ascii(json: &str) -> String {
    let mut text = String::with_capacity(json.len());
    for c in json.chars() {
        if c.is_ascii() {
            text.push(c);
            continue;
        }
        for unit in c.encode_utf16(&mut [0; 2]) {
            // Writing to a string cannot fail.
            let _ = write!(text, "\\u{unit:04x}");
        }
    }
    text
}

impl fmt::Debug for DjangoSessions {
    /// Omits the secrets.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DjangoSessions")
            .field("salt", &self.salt)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const STORED: &str = ".eJyrVopPLC3JiC8tTi2Kz0xRslIyVNJBFktKTM5OzQNJpGQl5qXn6yXn55UUZSbpgZToQWWL9XzzU1JznKBqUQzISCzOAOpOTEpWqgUAjnEncw:1r31eq:wbpCVOxNB56_t1PKhcDmvw7Zl_-T85ZShGUK0yp-JFA";

    #[test]
    fn what_is_written_now_is_what_django_wrote() {
        let site = DjangoSessions::new("test-secret-key-for-vectors");
        let data = site.decode(STORED).unwrap();
        // Payloads differ with the order of keys and the compressor; the signature covers the
        // actual bytes.
        let again = site.encode_at(&data, 1_700_000_000).unwrap();
        assert_eq!(again.split(':').nth(1), Some("1r31eq"));
        assert_eq!(site.decode(&again).unwrap(), data);
    }

    #[test]
    fn small_data_stays_unpacked_and_everything_is_ascii() {
        let site = DjangoSessions::new("k");
        let data = SessionData::from_iter([("k".to_owned(), "é🫖".into())]);
        let stored = site.encode(&data).unwrap();
        assert!(!stored.starts_with('.'));
        let json = URL_SAFE_NO_PAD
            .decode(stored.split(':').next().unwrap())
            .unwrap();
        assert_eq!(json, br#"{"k":"\u00e9\ud83e\uded6"}"#);
        assert_eq!(site.decode(&stored).unwrap(), data);
    }

    #[test]
    fn a_bomb_is_not_unpacked() {
        let site = DjangoSessions::new("k").max_bytes(1000);
        let large = SessionData::from_iter([("k".to_owned(), "x".repeat(100_000).into())]);
        let bomb = site.encode(&large).unwrap();
        assert!(bomb.len() < 1000);
        assert!(matches!(
            site.decode(&bomb),
            Err(DjangoSessionError::Zlib(_))
        ));
    }
}
