//! The password policy for registration, password changes and the command line. Log-in does not use
//! it, because a password may be older than a rule.

use std::collections::HashSet;
use std::ops::RangeInclusive;
use std::sync::LazyLock;

use super::super::username;

/// The allowed length, in bytes. The minimum makes guessing expensive, the maximum bounds the work
/// per request.
const LENGTH: RangeInclusive<usize> = 8..=1024;
/// The edit distance up to which a password counts as the user name.
const NEAR: usize = 2;

/// Common passwords, in lower case, one per line. Only those that satisfy the length rule.
static COMMON: LazyLock<HashSet<&'static str>> =
    LazyLock::new(|| include_str!("../common_passwords.txt").lines().collect());

/// Reasons for rejecting a password.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// Fewer than 8 bytes.
    TooShort,
    /// More than 1024 bytes.
    TooLong,
    /// It is one of the most common passwords.
    Common,
    /// It is the user name, or similar to it.
    LikeUsername,
}

impl Refusal {
    /// Returns the key of its text in the locale files.
    pub fn words_key(self) -> &'static str {
        match self {
            Self::TooShort => "password-too-short",
            Self::TooLong => "password-too-long",
            Self::Common => "password-too-common",
            Self::LikeUsername => "password-like-username",
        }
    }
}

/// Checks the password of the person with the name `username`.
pub fn check(password: &str, username: &str) -> Result<(), Refusal> {
    if password.len() < *LENGTH.start() {
        return Err(Refusal::TooShort);
    }
    if password.len() > *LENGTH.end() {
        return Err(Refusal::TooLong);
    }
    let password = username::key(password);
    if is_like(&password, &username::key(username)) {
        return Err(Refusal::LikeUsername);
    }
    if is_common(&password) {
        return Err(Refusal::Common);
    }
    Ok(())
}

fn is_common(password: &str) -> bool {
    COMMON.contains(password) || is_one_run(password)
}

/// Returns whether all characters are the same step apart, for example `aaaaaaaa`, `12345678`,
/// `hgfedcba`.
fn is_one_run(password: &str) -> bool {
    let steps: HashSet<i64> = password
        .chars()
        .zip(password.chars().skip(1))
        .map(|(before, after)| i64::from(u32::from(after)) - i64::from(u32::from(before)))
        .collect();
    steps.len() == 1 && steps.iter().all(|step| step.abs() <= 1)
}

/// Returns whether the password is similar to the user name. Both are folded. For example,
/// `ana12345` and `!!ana!!!` are too similar to `ana`, and `carolina1x` to `carolina`.
fn is_like(password: &str, username: &str) -> bool {
    if username.is_empty() {
        return false;
    }
    let letters = password.trim_matches(|letter: char| !letter.is_alphabetic());
    let backwards: String = username.chars().rev().collect();
    letters == username
        || password == backwards
        || edits(password, username) <= NEAR
        || (username.chars().count() > 3 && is_mostly(password, username))
}

/// Returns whether `password` contains the user name and fewer than four other characters.
fn is_mostly(password: &str, username: &str) -> bool {
    password.contains(username) && password.chars().count() < username.chars().count() + 4
}

/// Returns the Levenshtein distance, or `NEAR + 1` for any distance above [`NEAR`].
///
/// Computes only the band of the matrix within [`NEAR`] of its diagonal (Ukkonen), so it runs in
/// linear time. The whole matrix would take millions of steps for inputs of thousands of characters
/// (denial of service).
fn edits(a: &str, b: &str) -> usize {
    const WIDTH: usize = 2 * NEAR + 1;
    const FAR: usize = NEAR + 1;
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
    if a.len().abs_diff(b.len()) > NEAR {
        return FAR;
    }
    // Cell `k` of row `i` is column `i + k - NEAR`. In the first row, each cell costs its column.
    let mut row: [usize; WIDTH] = std::array::from_fn(|k| k.checked_sub(NEAR).unwrap_or(FAR));
    for (i, from) in (1..).zip(&a) {
        let mut next = [FAR; WIDTH];
        for k in 0..WIDTH {
            let Some(j) = (i + k).checked_sub(NEAR).filter(|j| *j <= b.len()) else {
                continue;
            };
            let replaced = match j.checked_sub(1) {
                Some(before) => row[k] + usize::from(*from != b[before]),
                None => FAR,
            };
            let removed = row.get(k + 1).map_or(FAR, |cost| cost + 1);
            let added = k.checked_sub(1).map_or(FAR, |left| next[left] + 1);
            next[k] = replaced.min(removed).min(added).min(FAR);
        }
        if next.iter().all(|cost| *cost >= FAR) {
            return FAR;
        }
        row = next;
    }
    row[b.len() + NEAR - a.len()]
}

#[cfg(test)]
mod tests {
    use rand::rngs::StdRng;
    use rand::{RngExt, SeedableRng};

    use super::*;

    #[test]
    fn length_is_counted_in_bytes_at_both_ends() {
        assert_eq!(check("sh0rt!!", "ana"), Err(Refusal::TooShort));
        assert_eq!(check("plűsch7", "ana"), Ok(()));
        assert_eq!(check(&"tea ".repeat(256), "ana"), Ok(()));
        assert_eq!(
            check(&format!("{}x", "tea ".repeat(256)), "ana"),
            Err(Refusal::TooLong)
        );
    }

    /// Computes the whole matrix (the textbook algorithm).
    fn levenshtein(a: &str, b: &str) -> usize {
        let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
        let mut row: Vec<usize> = (0..=b.len()).collect();
        for (i, from) in a.iter().enumerate() {
            let mut diagonal = i;
            row[0] = i + 1;
            for (j, to) in b.iter().enumerate() {
                let replaced = diagonal + usize::from(from != to);
                diagonal = row[j + 1];
                row[j + 1] = replaced.min(diagonal + 1).min(row[j] + 1);
            }
        }
        row[b.len()]
    }

    #[test]
    fn the_band_gives_the_verdicts_of_the_whole_matrix() {
        // The fixed seed makes failures reproducible.
        let mut random = StdRng::seed_from_u64(13);
        let mut near = 0;
        for _ in 0..20_000 {
            let len = random.random_range(0..12);
            let text: Vec<char> = (0..len).map(|_| random.random_range('a'..='c')).collect();
            let mut other = text.clone();
            for _ in 0..random.random_range(0..5) {
                let place = random.random_range(0..=other.len());
                match random.random_range(0..3) {
                    0 => other.insert(place, random.random_range('a'..='d')),
                    1 if place < other.len() => drop(other.remove(place)),
                    _ if place < other.len() => other[place] = 'é',
                    _ => {}
                }
            }
            let (one, other) = (String::from_iter(text), String::from_iter(other));
            let expected = levenshtein(&one, &other).min(NEAR + 1);
            near += usize::from(expected <= NEAR);
            assert_eq!(edits(&one, &other), expected, "{one:?} {other:?}");
        }
        assert!((5_000..19_000).contains(&near), "both verdicts: {near}");
    }

    #[test]
    fn long_texts_are_compared_in_linear_time() {
        // The whole matrix would take 10^12 steps, which would not finish in the time of a test.
        let long = "a".repeat(1_000_000);

        assert_eq!(edits(&long, &format!("{}b", &long[1..])), 1);
    }

    #[test]
    fn common_passwords_and_plain_runs_are_refused() {
        for password in [
            "password",
            "PassWord1",
            "qwertyuiop",
            "iloveyou",
            "99999999",
            "23456789",
            "hgfedcba",
        ] {
            assert_eq!(check(password, "ana"), Err(Refusal::Common), "{password}");
        }
    }

    #[test]
    fn the_user_name_is_no_password() {
        let near = [
            ("Carolina", "carolina"),
            ("carolina7", "Carolina"),
            ("carolina1x", "carolina"),
            ("anilorac", "carolina"),
            ("Caro1ina", "carolina"),
            ("ana12345", "ana"),
            ("!!!ana!!!", "ana"),
        ];
        for (password, username) in near {
            let verdict = check(password, username);
            assert_eq!(verdict, Err(Refusal::LikeUsername), "{password}");
        }
    }

    #[test]
    fn a_phrase_that_happens_to_hold_the_name_is_fine() {
        assert_eq!(check("bananas at noon", "ana"), Ok(()));
        assert_eq!(check("carolina likes green tea", "carolina"), Ok(()));
        assert_eq!(check("correct horse battery staple", ""), Ok(()));
    }

    #[test]
    fn every_line_of_the_list_could_be_typed_and_is_written_once() {
        let lines: Vec<&str> = include_str!("../common_passwords.txt").lines().collect();

        assert!(lines.len() > 300);
        assert_eq!(lines.len(), COMMON.len());
        for line in lines {
            assert!(LENGTH.contains(&line.len()), "{line}");
            assert_eq!(line, username::key(line));
            assert!(!is_one_run(line), "{line} is refused without the list");
        }
    }
}
