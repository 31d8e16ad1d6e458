//! Links: allowed schemes, and the visible hint of the real target.

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

/// Returns the real target of the link, unless its text shows that already.
pub(crate) fn hint<'u>(text: &str, url: &'u Url) -> Option<&'u str> {
    let text = text.trim();
    let (place, says_so) = match url.scheme() {
        "mailto" => (url.path(), is_same_mail(text, url)),
        _ => (url.host_str()?, begins_with(text, url.host_str()?)),
    };
    (!says_so).then_some(place)
}

fn is_same_mail(text: &str, url: &Url) -> bool {
    let mail = without_scheme(text, &["mailto:"]);
    Url::parse(&format!("mailto:{mail}")).is_ok_and(|shown| shown.path() == url.path())
}

/// Returns whether the text, with or without a scheme, is the host or continues behind it.
fn begins_with(text: &str, host: &str) -> bool {
    let text = without_scheme(text, &["https://", "http://"]);
    let is_host = |start: &str| start.eq_ignore_ascii_case(host);
    text.get(..host.len()).is_some_and(is_host)
        && text[host.len()..]
            .chars()
            .next()
            .is_none_or(|next| matches!(next, '/' | '?' | '#' | ':'))
}

fn without_scheme<'t>(text: &'t str, schemes: &[&str]) -> &'t str {
    let behind = |scheme: &&str| {
        let start = text.get(..scheme.len())?;
        start
            .eq_ignore_ascii_case(scheme)
            .then(|| &text[scheme.len()..])
    };
    schemes.iter().find_map(behind).unwrap_or(text)
}
