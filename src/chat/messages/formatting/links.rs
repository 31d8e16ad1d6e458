//! Links: allowed schemes, finding bare addresses (autolinks), and the visible hint of the real
//! target.

use linkify::{LinkFinder, LinkKind};
use url::Url;

/// The allowed schemes. Others, for example `javascript:`, could attack the reader.
const SCHEMES: [&str; 3] = ["http", "https", "mailto"];

/// Parses an address, or returns `None` if a message may not link to it. The result is normalised,
/// as browsers would read it.
pub(crate) fn address(typed: &str) -> Option<Url> {
    let url = Url::parse(typed).ok()?;
    let leads_somewhere = match url.scheme() {
        "mailto" => url.path().contains('@'),
        _ => url.has_host(),
    };
    let is_fine = SCHEMES.contains(&url.scheme())
        && leads_somewhere
        && !url.as_str().contains(['"', '<', '>', '`']);
    is_fine.then_some(url)
}

/// A link or the text between links.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Span<'t> {
    Text(&'t str),
    Link(&'t str, Box<Url>),
}

/// Splits a text into links and the text between them.
pub(crate) fn spans(text: &str) -> Vec<Span<'_>> {
    if !text.contains("://") && !text.contains('@') {
        return vec![Span::Text(text)];
    }
    let mut finder = LinkFinder::new();
    finder.kinds(&[LinkKind::Url, LinkKind::Email]);
    let mut spans = Vec::new();
    let mut at = 0;
    for link in finder.links(text) {
        let mut start = link.start();
        let before = &text[at..start];
        let url = match link.kind() {
            LinkKind::Email if before.ends_with('@') => None,
            LinkKind::Email => {
                start -= before.len() - before.trim_end_matches("mailto:").len();
                address(&format!("mailto:{}", link.as_str()))
            }
            _ => address(link.as_str()),
        };
        if let Some(url) = url {
            if at < start {
                spans.push(Span::Text(&text[at..start]));
            }
            at = link.end();
            spans.push(Span::Link(&text[start..at], Box::new(url)));
        }
    }
    if at < text.len() {
        spans.push(Span::Text(&text[at..]));
    }
    spans
}

/// Returns the real target of the link, unless its text shows that already.
pub(crate) fn hint<'u>(text: &str, url: &'u Url) -> Option<&'u str> {
    let place = match url.scheme() {
        "mailto" => url.path(),
        _ => url.host_str()?,
    };
    let text = text.trim();
    let text = ["https://", "http://", "mailto:"]
        .iter()
        .find_map(|scheme| text.strip_prefix(scheme))
        .unwrap_or(text);
    let behind = text.strip_prefix(place);
    let says_so =
        behind.is_some_and(|rest| rest.is_empty() || rest.starts_with(['/', '?', '#', ':']));
    (!says_so).then_some(place)
}
