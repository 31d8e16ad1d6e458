//! Passwords as they are stored: encode, verify, and whether a stored one should be replaced.
//!
//! The formats are Django's, byte for byte (`BCryptSHA256PasswordHasher`, and `PBKDF2PasswordHasher`
//! for accounts that were brought over), so that a table can travel either way. Pure and slow:
//! views reach these functions only through [`PasswordHasher`].

mod hasher;
mod policy;

use std::str::FromStr;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bcrypt::{BcryptError, HashParts};
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

pub use hasher::PasswordHasher;
pub use policy::{Refusal, check};

const BCRYPT: &str = "bcrypt_sha256";
const PBKDF2: &str = "pbkdf2_sha256";
/// Stored hashes may come from an import, and a cost is an order to work. 20 is the most that
/// the setting `bcrypt_cost` allows.
const MAX_BCRYPT_COST: u32 = 20;
const MAX_PBKDF2_ITERATIONS: u32 = 10_000_000;

/// The stored form of `password`: `bcrypt_sha256$` and a bcrypt string of cost 4 to 31.
///
/// Source: Django, `BCryptSHA256PasswordHasher.encode`.
pub fn encode(password: &str, cost: u32) -> Result<String, BcryptError> {
    let hash = bcrypt::non_truncating_hash(prehash(password), cost)?;
    Ok(format!("{BCRYPT}${hash}"))
}

/// Whether `password` is the one behind `stored`; anything malformed or unknown says no.
pub fn verify(password: &str, stored: &str) -> bool {
    match stored.split_once('$') {
        Some((BCRYPT, hash)) => verify_bcrypt(password, hash),
        Some((PBKDF2, rest)) => verify_pbkdf2(password, rest).unwrap_or(false),
        _ => false,
    }
}

/// Whether `stored` is of an older algorithm or another cost than new passwords get.
pub fn needs_rehash(stored: &str, cost: u32) -> bool {
    let current = stored
        .strip_prefix("bcrypt_sha256$")
        .and_then(|hash| HashParts::from_str(hash).ok())
        .map(|parts| parts.get_cost());
    current != Some(cost)
}

/// A well-formed hash that no password has; verifying against it takes as long as a real one.
pub fn dummy(cost: u32) -> String {
    format!("{BCRYPT}$$2b${cost:02}${}", ".".repeat(53))
}

/// bcrypt reads 72 bytes and no more, so it gets the digest of the password: always 64 bytes.
fn prehash(password: &str) -> String {
    lowercase_hex(&Sha256::digest(password.as_bytes()))
}

fn verify_bcrypt(password: &str, hash: &str) -> bool {
    let affordable =
        HashParts::from_str(hash).is_ok_and(|parts| parts.get_cost() <= MAX_BCRYPT_COST);
    affordable && bcrypt::non_truncating_verify(prehash(password), hash).unwrap_or(false)
}

/// `rest` is `iterations$salt$hash`; the salt is used as the ASCII text that it is.
fn verify_pbkdf2(password: &str, rest: &str) -> Option<bool> {
    let (iterations, rest) = rest.split_once('$')?;
    let (salt, hash) = rest.split_once('$')?;
    let iterations: u32 = iterations.parse().ok()?;
    if !(1..=MAX_PBKDF2_ITERATIONS).contains(&iterations) {
        return None;
    }
    let expected = STANDARD.decode(hash).ok()?;
    let mut found = [0_u8; 32];
    pbkdf2::pbkdf2_hmac::<Sha256>(password.as_bytes(), salt.as_bytes(), iterations, &mut found);
    Some(found.as_slice().ct_eq(&expected).into())
}

fn lowercase_hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    // Written by Django 5.2: (password, stored).
    const FROM_DJANGO: [(&str, &str); 3] = [
        (
            "correct horse battery staple",
            "bcrypt_sha256$$2b$04$P2poAEuP5mx10jBeXUOJm.04MfWrmwWOttnj9A62s607QorddGV8S",
        ),
        (
            "correct horse battery staple",
            "pbkdf2_sha256$1000$saltsalt1234$qd0pqAIabexmLip6f4V0eMuvYZgUp1acMpYH8xLhV7k=",
        ),
        (
            "пароль 🐴",
            "pbkdf2_sha256$1500$S4ltS4ltS4lt$Xum2hTTHCg2fNuPaAXB+G3hcEVgPoEvGfCkPXfCUSNk=",
        ),
    ];

    #[test]
    fn what_django_stored_is_verified() {
        for (password, stored) in FROM_DJANGO {
            assert!(verify(password, stored), "{stored}");
            assert!(!verify(&format!("{password} "), stored), "{stored}");
        }
    }

    #[test]
    fn a_password_past_the_72_bytes_of_bcrypt_still_counts_to_its_end() {
        let stored = "bcrypt_sha256$$2b$04$SizyXSTTUgk.KnnOqbcGq.dKhPIujg.L4oFDHiJnURIiBze9kdDnm";
        let password = format!("пароль 🐴 {}", "x".repeat(90));

        assert!(verify(&password, stored));
        assert!(!verify(&password[..password.len() - 1], stored));
    }

    #[test]
    fn the_stored_form_is_django_s() {
        let stored = encode("tea at four", 4).unwrap();

        assert_eq!(stored.len(), 74);
        assert!(stored.starts_with("bcrypt_sha256$$2b$04$"));
        assert!(verify("tea at four", &stored));
        assert!(!verify("Tea at four", &stored));
    }

    #[test]
    fn unusable_unknown_and_malformed_values_are_wrong_passwords() {
        let no_password_fits = [
            "",
            "!",
            "!qnQLYcK673YlFZGYQe0sGd2itakq5TnOspm4a32B",
            "md5$salt$0123",
            "tea",
            "bcrypt_sha256$",
            "bcrypt_sha256$$2b$04$short",
            "bcrypt_sha256$$2b$31$P2poAEuP5mx10jBeXUOJm.04MfWrmwWOttnj9A62s607QorddGV8S",
            "pbkdf2_sha256$1000$salt",
            "pbkdf2_sha256$0$salt$qd0pqAIabexmLip6f4V0eMuvYZgUp1acMpYH8xLhV7k=",
            "pbkdf2_sha256$10000001$salt$qd0pqAIabexmLip6f4V0eMuvYZgUp1acMpYH8xLhV7k=",
            "pbkdf2_sha256$99999999999$salt$qd0pqAIabexmLip6f4V0eMuvYZgUp1acMpYH8xLhV7k=",
            "pbkdf2_sha256$10$salt$not base64",
            "pbkdf2_sha256$10$salt$",
        ];
        for stored in no_password_fits {
            assert!(!verify("", stored), "{stored}");
            assert!(!verify("tea", stored), "{stored}");
        }
    }

    #[test]
    fn another_algorithm_or_cost_asks_for_a_new_hash() {
        let stored = encode("tea at four", 4).unwrap();

        assert!(!needs_rehash(&stored, 4));
        assert!(needs_rehash(&stored, 5));
        assert!(needs_rehash(FROM_DJANGO[1].1, 4));
        assert!(needs_rehash("!", 4));
    }

    #[test]
    fn the_dummy_is_worked_through_like_a_real_hash() {
        let stored = dummy(4);

        let parts = HashParts::from_str(stored.split_once('$').unwrap().1).unwrap();
        assert_eq!(parts.get_cost(), 4);
        assert!(!verify("", &stored));
    }
}
