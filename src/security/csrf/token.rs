//! CSRF tokens: `nonce.mac`, bound to the session, or for visitors to a nonce in a cookie.
//!
//! The server stores no tokens: it verifies them with its key. A token of one session is invalid in
//! another. Each page gets a new one.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

/// The length of a nonce, in bytes. 128 random bits cannot be guessed.
const NONCE_LEN: usize = 16;

/// The length of the code, in bytes, as SHA-256 makes it.
const MAC_LEN: usize = 32;

/// The owner to whom a token is bound.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Owner {
    /// A session, given by the hash of its key.
    Session(String),
    /// A visitor, given by the nonce in their cookie.
    Visitor(String),
}

impl Owner {
    /// Labels separate the two kinds, so that a visitor cannot choose a nonce that equals a
    /// session.
    fn parts(&self) -> [&[u8]; 2] {
        match self {
            Self::Session(id) => [b"session ", id.as_bytes()],
            Self::Visitor(nonce) => [b"visitor ", nonce.as_bytes()],
        }
    }
}

pub(super) fn new_nonce() -> String {
    URL_SAFE_NO_PAD.encode(rand::random::<[u8; NONCE_LEN]>())
}

/// Returns whether a cookie's value has the form of [`new_nonce`].
pub(super) fn is_nonce(text: &str) -> bool {
    URL_SAFE_NO_PAD
        .decode(text)
        .is_ok_and(|bytes| bytes.len() == NONCE_LEN)
}

pub(super) fn make(key: &[u8; 64], owner: &Owner) -> String {
    let nonce = new_nonce();
    let mac = mac(key, owner, &nonce).finalize().into_bytes();
    format!("{nonce}.{}", URL_SAFE_NO_PAD.encode(mac))
}

/// Verifies a token in constant time, so that timing reveals nothing about the right one.
pub(super) fn verify(key: &[u8; 64], owner: &Owner, token: &str) -> bool {
    let Some((nonce, code)) = token.split_once('.') else {
        return false;
    };
    is_nonce(nonce)
        && URL_SAFE_NO_PAD
            .decode(code)
            .is_ok_and(|code| mac(key, owner, nonce).verify_slice(&code).is_ok())
}

/// Returns whether the token has the form of one that [`make`] returns, of whichever owner.
pub(super) fn is_well_formed(token: &str) -> bool {
    let is_code = |code| {
        URL_SAFE_NO_PAD
            .decode(code)
            .is_ok_and(|code| code.len() == MAC_LEN)
    };
    token
        .split_once('.')
        .is_some_and(|(nonce, code)| is_nonce(nonce) && is_code(code))
}

fn mac(key: &[u8; 64], owner: &Owner, nonce: &str) -> Hmac<Sha256> {
    let mut mac = Hmac::<Sha256>::new(key.into());
    for part in owner.parts() {
        mac.update(part);
    }
    mac.update(b" ");
    mac.update(nonce.as_bytes());
    mac
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: [u8; 64] = [7; 64];

    fn visitor() -> Owner {
        Owner::Visitor(new_nonce())
    }

    #[test]
    fn a_token_is_good_for_its_owner_and_key_alone() {
        let ana = Owner::Session("ab12".to_owned());
        let token = make(&KEY, &ana);

        assert!(verify(&KEY, &ana, &token));
        assert!(!verify(&KEY, &Owner::Session("ab13".to_owned()), &token));
        assert!(!verify(&KEY, &Owner::Visitor("ab12".to_owned()), &token));
        assert!(!verify(&[8; 64], &ana, &token));
        assert!(!verify(&KEY, &visitor(), &token));
    }

    #[test]
    fn a_changed_or_broken_token_is_refused() {
        let owner = visitor();
        let token = make(&KEY, &owner);
        let (nonce, code) = token.split_once('.').unwrap();

        for wrong in [
            String::new(),
            ".".to_owned(),
            nonce.to_owned(),
            format!("{nonce}."),
            format!(".{code}"),
            format!("{}.{code}", new_nonce()),
            format!("{nonce}.{}", &code[..code.len() - 2]),
            format!("{token}A"),
            format!("{token}."),
        ] {
            assert!(!verify(&KEY, &owner, &wrong), "{wrong}");
        }
        assert!(is_well_formed(&token) && is_well_formed(&make(&[8; 64], &visitor())));
        for wrong in ["", ".", "old", "a.b", nonce, &format!("{nonce}.AA")] {
            assert!(!is_well_formed(wrong), "{wrong}");
        }
    }

    #[test]
    fn every_token_is_new() {
        let owner = visitor();

        assert_ne!(make(&KEY, &owner), make(&KEY, &owner));
    }
}
