//! CSRF tokens: `nonce.code`, bound to the session, or for visitors to a nonce in a cookie.
//!
//! The server stores no tokens: it verifies them with its key. A token of one session is invalid in
//! another. Each page gets a new one. The end of the code is the same for all owners: it identifies
//! pages of this site and epoch, even if their session has changed.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

/// The length of a nonce, in bytes. 128 random bits cannot be guessed.
const NONCE_LEN: usize = 16;

/// The length of the owner's part of the code, in bytes, as SHA-256 makes it.
const MAC_LEN: usize = 32;

/// The length of the part of the code that is the same for all owners, in bytes.
const SITE_LEN: usize = 8;

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
    let mut code = mac(key, owner, &nonce).finalize().into_bytes().to_vec();
    code.extend_from_slice(&site_mac(key, &nonce).finalize().into_bytes()[..SITE_LEN]);
    format!("{nonce}.{}", URL_SAFE_NO_PAD.encode(code))
}

/// Verifies a token in constant time, so that timing reveals nothing about the right one.
pub(super) fn verify(key: &[u8; 64], owner: &Owner, token: &str) -> bool {
    parts(token).is_some_and(|(nonce, code)| {
        let mac = mac(key, owner, nonce);
        mac.verify_slice(&code[..MAC_LEN]).is_ok()
    })
}

/// Returns whether [`make`] made the token with this key, for whichever owner.
pub(super) fn is_of_site(key: &[u8; 64], token: &str) -> bool {
    parts(token).is_some_and(|(nonce, code)| {
        let mac = site_mac(key, nonce);
        mac.verify_truncated_left(&code[MAC_LEN..]).is_ok()
    })
}

/// Splits a token that has the right form into nonce and code.
fn parts(token: &str) -> Option<(&str, Vec<u8>)> {
    let (nonce, code) = token.split_once('.')?;
    let code = URL_SAFE_NO_PAD.decode(code).ok()?;
    (is_nonce(nonce) && code.len() == MAC_LEN + SITE_LEN).then_some((nonce, code))
}

fn site_mac(key: &[u8; 64], nonce: &str) -> Hmac<Sha256> {
    let mut mac = Hmac::<Sha256>::new(key.into());
    mac.update(b"site ");
    mac.update(nonce.as_bytes());
    mac
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
        assert!(is_of_site(&KEY, &token) && is_of_site(&KEY, &make(&KEY, &visitor())));
        assert!(
            !is_of_site(&KEY, &make(&[8; 64], &owner)),
            "of another epoch"
        );
        for wrong in ["", ".", "old", "a.b", nonce, &format!("{nonce}.AA")] {
            assert!(!is_of_site(&KEY, wrong), "{wrong}");
        }
    }

    #[test]
    fn every_token_is_new() {
        let owner = visitor();

        assert_ne!(make(&KEY, &owner), make(&KEY, &owner));
    }
}
