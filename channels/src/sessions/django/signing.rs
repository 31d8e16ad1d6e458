//! Django's signatures: keyed hashes, with a key derived from a salt and the site's secret.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::{Digest as _, Sha256};

use crate::names::hex;

/// `salted_hmac` of Django with SHA-256, with the key of one secret and salt precomputed.
#[derive(Clone)]
pub(super) struct Signer(Hmac<Sha256>);

impl Signer {
    pub(super) fn new(salt: &str, secret: &str) -> Self {
        let key = Sha256::new()
            .chain_update(salt)
            .chain_update(secret)
            .finalize();
        Self(Hmac::new_from_slice(&key).expect("an HMAC takes a key of any length"))
    }

    fn hash(&self, text: &str) -> Hmac<Sha256> {
        self.0.clone().chain_update(text)
    }

    pub(super) fn hex(&self, text: &str) -> String {
        hex(&self.hash(text).finalize().into_bytes())
    }

    pub(super) fn sign(&self, text: &str) -> String {
        URL_SAFE_NO_PAD.encode(self.hash(text).finalize().into_bytes())
    }

    /// Verifies the signature of a text in constant time.
    pub(super) fn verifies(&self, text: &str, signature: &str) -> bool {
        let bytes = URL_SAFE_NO_PAD.decode(signature);
        bytes.is_ok_and(|bytes| self.hash(text).verify_slice(&bytes).is_ok())
    }
}

const DIGITS: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/// A number in the encoding of times of Django's signer (base62).
pub(super) fn base62(mut number: u64) -> String {
    let mut digits = Vec::new();
    loop {
        let digit = usize::try_from(number % 62).unwrap_or_default();
        digits.push(char::from(DIGITS[digit]));
        number /= 62;
        if number == 0 {
            return digits.into_iter().rev().collect();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_written_as_django_writes_them() {
        assert_eq!(base62(1_700_000_000), "1r31eq");
        assert_eq!(
            (base62(0), base62(61), base62(62)),
            ("0".into(), "z".into(), "10".into())
        );
    }
}
