//! Finds bare addresses in a text (autolinks), before Markdown is parsed: an address is one piece,
//! and the marks in it mean nothing.
//!
//! An address ends where a reader sees its end: at any blank, and at any sign that is not ASCII,
//! such as `，`, `」` or `…`. Letters of all scripts belong to it. A host that is cut short or
//! taken too long leads to another server, so hosts have stricter rules than paths.

use std::ops::Range;

use memchr::memchr2_iter;
use unicode_normalization::char::is_combining_mark;
use url::Url;

use super::{links, scripts};
use crate::visible::is_blank;

/// The maximum length of the part of a mail address before its `@`, in bytes (RFC 5321). It bounds
/// the search backwards.
const MAX_LOCAL_LEN: usize = 64;

/// The maximum length of a scheme, in bytes. It bounds the search backwards.
const MAX_SCHEME_LEN: usize = 24;

/// The scheme of mail addresses.
const MAIL: &str = "mailto:";

/// Signs that usually belong to the sentence if they stand at the end of an address, and brackets
/// that were not closed.
const SENTENCE_SIGNS: [char; 11] = ['.', ',', ';', ':', '!', '?', '\'', '|', '(', '[', '{'];

/// Signs between two letters of a word. They are punctuation elsewhere. Source: Unicode Standard
/// Annex #31, candidate characters for medial positions.
const WORD_SIGNS: [char; 9] = [
    '\u{B7}', '\u{58A}', '\u{5BE}', '\u{5F3}', '\u{5F4}', '\u{F0B}', '\u{F0C}', '\u{30A0}',
    '\u{30FB}',
];

/// A bare address.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Address {
    pub(crate) start: usize,
    pub(crate) end: usize,
    /// The end including `*` and `~` behind it, which belong to the address unless they end
    /// emphasis. Only the Markdown parser knows.
    pub(crate) end_with_marks: usize,
    /// Whether it may be a link. Other schemes, and names with `*`, are text without markup.
    is_link: bool,
}

impl Address {
    fn link(range: Range<usize>) -> Self {
        Self {
            start: range.start,
            end: range.end,
            end_with_marks: range.end,
            is_link: true,
        }
    }

    /// Returns what it links to, if it is a link. `typed` is the address, with or without the marks
    /// behind it.
    pub(crate) fn target(&self, typed: &str) -> Option<Url> {
        if !self.is_link {
            return None;
        }
        if typed.contains("://") || starts_with(typed, MAIL) {
            return links::address(typed);
        }
        links::address(&format!("{MAIL}{typed}"))
    }
}

/// Finds the addresses in a text, in their order. Takes a time proportional to its length.
pub(crate) fn find(text: &str) -> Vec<Address> {
    let mut found: Vec<Address> = Vec::new();
    for at in memchr2_iter(b':', b'@', text.as_bytes()) {
        let from = found.last().map_or(0, |last| last.end);
        if at < from {
            continue;
        }
        let address = if text.as_bytes()[at] == b'@' {
            mail(text, from, at)
        } else {
            with_scheme(text, from, at)
        };
        found.extend(address);
    }
    found
}

/// Reads an address whose scheme ends at `colon`.
fn with_scheme(text: &str, from: usize, colon: usize) -> Option<Address> {
    let after = colon + "://".len();
    if !text[colon..].starts_with("://") {
        return None;
    }
    let start = scheme_start(text, from, colon)?;
    let is_web = is_web(&text[start..colon]);
    let host = is_web.then(|| authority_end(text, after)).flatten();
    let range = match host {
        Some(end) if text[end..].starts_with(['/', '?', '#']) => start..rest_end(text, end),
        Some(end) if leads_elsewhere(text, after, end) => return None,
        Some(end) => return Some(Address::link(start..end)),
        None => start..rest_end(text, after),
    };
    let address = Address {
        is_link: host.is_some(),
        ..without_sentence(text, range, host.unwrap_or(after))
    };
    (address.end > after).then_some(address)
}

/// Returns where the scheme starts. In `well.https://`, a space is missing.
fn scheme_start(text: &str, from: usize, colon: usize) -> Option<usize> {
    let is_part = |byte: &u8| byte.is_ascii_alphanumeric() || b"+-.".contains(byte);
    let bytes = &text.as_bytes()[from..colon];
    let len = bytes.iter().rev().take_while(|byte| is_part(byte)).count();
    let scheme = &text[colon - len..colon];
    let scheme = match scheme.rsplit_once(['.', '-']) {
        Some((_, last)) if is_web(last) => last,
        _ => scheme.trim_start_matches(|letter: char| !letter.is_ascii_alphabetic()),
    };
    let is_scheme = !scheme.is_empty() && scheme.len() <= MAX_SCHEME_LEN;
    is_scheme.then_some(colon - scheme.len())
}

fn is_web(scheme: &str) -> bool {
    scheme.eq_ignore_ascii_case("http") || scheme.eq_ignore_ascii_case("https")
}

fn starts_with(text: &str, prefix: &str) -> bool {
    text.get(..prefix.len())
        .is_some_and(|start| start.eq_ignore_ascii_case(prefix))
}

fn starts_web_address(text: &str) -> bool {
    starts_with(text, "http://") || starts_with(text, "https://")
}

/// Returns where user, host and port end, if there is a host.
fn authority_end(text: &str, from: usize) -> Option<usize> {
    let is_end = |letter: char| {
        matches!(letter, '/' | '?' | '#' | ',') || !letter.is_ascii() && !letter.is_alphanumeric()
    };
    let run = text[from..].find(is_end).unwrap_or(text.len() - from);
    let run = &text[from..from + run];
    let run = run.find(is_never_part).map_or(run, |end| &run[..end]);
    let behind_user = run.rfind('@').map(|at| from + at + 1);
    let host = behind_user.and_then(|start| host_end(text, start));
    let end = host.or_else(|| host_end(text, from))?;
    let port = text[end..].strip_prefix(':').unwrap_or_default();
    let digits = port.bytes().take_while(u8::is_ascii_digit).count();
    match digits {
        0 => Some(end),
        digits => Some(end + 1 + digits),
    }
}

fn host_end(text: &str, from: usize) -> Option<usize> {
    let host = &text[from..];
    if let Some(inside) = host.strip_prefix('[') {
        let is_address = |letter: char| letter.is_ascii_hexdigit() || matches!(letter, ':' | '.');
        let len = inside.find(|letter: char| !is_address(letter))?;
        return (len > 0 && inside[len..].starts_with(']')).then_some(from + len + 2);
    }
    let mut end = from;
    for (at, letter) in host.char_indices() {
        let is_part = matches!(letter, '.' | '-' | '_' | '%') || is_word_part(host, at, letter);
        if !is_part || begins_next(host, at) {
            break;
        }
        end = from + at + letter.len_utf8();
    }
    let host = without_other_script(text[from..end].trim_end_matches(['.', '-', '_']));
    let is_host = host.contains(char::is_alphanumeric) && !host.starts_with('.');
    is_host.then_some(from + host.len())
}

/// Cuts the last label of a host where its script changes, because no top-level domain mixes
/// scripts: in `https://a.exampleです`, a word follows the address.
fn without_other_script(host: &str) -> &str {
    let label = host.rfind('.').map_or(0, |dot| dot + 1);
    let mut letters = host[label..].char_indices();
    let first = letters.find_map(|(_, letter)| scripts::of(letter));
    let other = letters.find(|(_, letter)| {
        let script = scripts::of(*letter);
        script.is_some() && script != first
    });
    other.map_or(host, |(at, _)| &host[..label + at])
}

/// Returns whether a short name in front of a sign may be the beginning of a longer host, whose
/// other dots or hyphens were typed in another way, as in `https://garden。example`.
fn leads_elsewhere(text: &str, from: usize, end: usize) -> bool {
    let host = &text[from..end];
    let next = text[end..].chars().next();
    !host.contains(['.', ':', ']'])
        && host != "localhost"
        && next.is_some_and(|next| !next.is_ascii() && !next.is_whitespace())
}

/// Returns where path, query and fragment end: at the first character that cannot be a part, at a
/// closing bracket that was not opened, and where another address begins.
fn rest_end(text: &str, from: usize) -> usize {
    let rest = &text[from..];
    let mut open = [0_usize; 3];
    for (at, letter) in rest.char_indices() {
        let is_part = letter.is_ascii() || is_word_part(rest, at, letter);
        if !is_part || is_never_part(letter) || begins_next(rest, at) {
            return from + at;
        }
        if let Some(pair) = "([{".find(letter) {
            open[pair] += 1;
        } else if let Some(pair) = ")]}".find(letter) {
            match open[pair].checked_sub(1) {
                Some(left) => open[pair] = left,
                None => return from + at,
            }
        }
    }
    text.len()
}

/// Returns whether an ASCII character is in no address.
fn is_never_part(letter: char) -> bool {
    letter.is_ascii_control() || matches!(letter, ' ' | '"' | '<' | '>' | '`' | '\\')
}

/// Returns whether a character is a letter, a digit or a part of a word.
fn is_word_part(text: &str, at: usize, letter: char) -> bool {
    if letter.is_ascii() {
        return letter.is_ascii_alphanumeric();
    }
    let is_letter = |letter: char| letter.is_alphanumeric() || is_combining_mark(letter);
    let is_joiner = matches!(letter, '\u{200C}' | '\u{200D}') || WORD_SIGNS.contains(&letter);
    if !is_joiner {
        // Unicode calls some characters letters that show nothing.
        return is_letter(letter) && !is_blank(letter);
    }
    let before = text[..at].chars().next_back();
    let after = text[at + letter.len_utf8()..].chars().next();
    let is_inside = |other: Option<char>| {
        other.is_some_and(|other| is_letter(other) && (!other.is_ascii() || letter == '\u{B7}'))
    };
    is_inside(before) && is_inside(after)
}

/// Returns whether another address starts at `at`, behind a comma or in the middle of a word (two
/// addresses that were pasted without a space). In `/web/https://…` it is a part of this one.
fn begins_next(text: &str, at: usize) -> bool {
    let rest = &text[at..];
    match rest.as_bytes().first() {
        Some(b',' | b';' | b'|') => starts_web_address(&rest[1..]),
        Some(b'h' | b'H') => {
            let before = text[..at].chars().next_back();
            before.is_some_and(char::is_alphanumeric) && starts_web_address(rest)
        }
        _ => false,
    }
}

/// Leaves out the signs at the end that belong to the sentence. Keeps everything up to `least`.
fn without_sentence(text: &str, range: Range<usize>, least: usize) -> Address {
    let rest = text[least..range.end].trim_end_matches(SENTENCE_SIGNS);
    let is_underscored = text[..range.start].ends_with('_');
    let rest = match rest.strip_suffix('_') {
        Some(shorter) if is_underscored => shorter,
        _ => rest,
    };
    let is_mark = |letter| matches!(letter, '*' | '~') || SENTENCE_SIGNS.contains(&letter);
    Address {
        start: range.start,
        end: least + rest.trim_end_matches(is_mark).len(),
        end_with_marks: least + rest.len(),
        is_link: true,
    }
}

/// Reads a mail address around an `@`.
fn mail(text: &str, from: usize, sign: usize) -> Option<Address> {
    let local = local_part(&text[from..sign]);
    let before = &text[from..sign - local.len()];
    let domain = domain(&text[sign + 1..])?;
    if local.is_empty() || before.ends_with('@') {
        return None;
    }
    let end = sign + 1 + domain.len();
    let start = sign - local.len();
    let scheme = before.len().checked_sub(MAIL.len());
    match scheme.and_then(|at| before.get(at..)) {
        Some(scheme) if scheme.eq_ignore_ascii_case(MAIL) => {
            let range = start - scheme.len()..query_end(text, end);
            Some(without_sentence(text, range, end))
        }
        _ => Some(Address::link(start..end)),
    }
}

/// Returns where the fields behind `mailto:` and the address end.
fn query_end(text: &str, end: usize) -> usize {
    let query = text[end..].strip_prefix('?').unwrap_or_default();
    if query.starts_with(|letter: char| letter.is_ascii_alphabetic()) {
        rest_end(text, end)
    } else {
        end
    }
}

/// Returns the part of a mail address that ends the text. It has one script, because a word of
/// another script may stand directly before it, and none of a script without spaces.
fn local_part(text: &str) -> &str {
    let mut script = None;
    let mut start = text.len();
    for (at, letter) in text.char_indices().rev() {
        let is_other = scripts::of(letter).is_some_and(|of| *script.get_or_insert(of) != of);
        let is_part = "._%+-'&".contains(letter) || is_word_part(text, at, letter);
        let is_too_long = text.len() - at > MAX_LOCAL_LEN;
        if is_other || !is_part || is_too_long || scripts::is_unspaced(letter) {
            break;
        }
        start = at;
    }
    let local = &text[start..];
    if local.ends_with('.') {
        return "";
    }
    local.trim_start_matches(|letter: char| !letter.is_alphanumeric() && letter != '_')
}

/// Returns the domain at the start of the text, if it has a top-level domain.
fn domain(text: &str) -> Option<&str> {
    let end = text.char_indices().find(|&(at, letter)| {
        let is_part = matches!(letter, '.' | '-') || is_word_part(text, at, letter);
        !is_part || text[at..].starts_with("..")
    });
    let domain = end.map_or(text, |(at, _)| &text[..at]);
    let domain = without_other_script(domain.trim_end_matches(['.', '-']));
    let (name, top) = domain.rsplit_once('.')?;
    let is_top = top.chars().nth(1).is_some() && !top.chars().all(char::is_numeric);
    (is_top && !name.is_empty() && !name.starts_with(['.', '-'])).then_some(domain)
}
