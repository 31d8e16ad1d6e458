//! The path to go to after a form. Only paths of this site are accepted (open redirect).

use serde::{Deserialize, Deserializer};
use url::{Url, form_urlencoded};

/// A path with its query, for example `/rooms/7/?before=12`. Anything that leads to another site
/// becomes `/`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NextPath(String);

impl NextPath {
    /// Parses the value of a link or a form field.
    pub fn new(said: &str) -> Self {
        Self(local(said).unwrap_or_else(|| "/".to_owned()))
    }

    /// Returns the value of a `Location` header.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Returns the address of the page `path`, which redirects here afterwards.
    pub fn behind(&self, path: &str) -> String {
        if self.0 == "/" {
            return path.to_owned();
        }
        let next: String = form_urlencoded::byte_serialize(self.0.as_bytes()).collect();
        format!("{path}?next={next}")
    }
}

/// `?next=…` of pages that sign a person in.
#[derive(Deserialize)]
pub(crate) struct NextQuery {
    #[serde(default)]
    pub(super) next: NextPath,
}

impl Default for NextPath {
    fn default() -> Self {
        Self::new("/")
    }
}

impl<'de> Deserialize<'de> for NextPath {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Self::new(&String::deserialize(deserializer)?))
    }
}

/// Returns the path if it stays on this site. Browsers read `//evil.test`, `/\evil.test` and
/// `/<tab>/evil.test` as another host. Parsing the address like a browser catches all such
/// spellings.
fn local(said: &str) -> Option<String> {
    let here = Url::parse("http://here.invalid/").ok()?;
    let there = here.join(said).ok()?;
    let path = there.path();
    // `/.//evil.test` parses to this host, but the resulting path `//evil.test` would not.
    let is_here = said.starts_with('/') && there.origin() == here.origin();
    if !is_here || path.starts_with("//") || path.contains('\\') {
        return None;
    }
    let query = there.query().map(|query| format!("?{query}"));
    Some(format!("{path}{}", query.unwrap_or_default()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_of_the_site_is_kept_with_its_query() {
        for path in [
            "/",
            "/rooms/7/",
            "/rooms/7/?before=12&x=%2F",
            "/friends/?next=//evil.test",
        ] {
            assert_eq!(NextPath::new(path).as_str(), path);
        }
        assert_eq!(NextPath::new("/räume/ 7").as_str(), "/r%C3%A4ume/%207");
    }

    #[test]
    fn what_leads_elsewhere_leads_home() {
        for elsewhere in [
            "",
            "rooms/7",
            "https://evil.test/",
            "//evil.test",
            "///evil.test",
            "/\\evil.test",
            "\\\\evil.test",
            "/\t/evil.test",
            "\t//evil.test",
            "/\n\\evil.test",
            "javascript:alert(1)",
            "http:evil.test",
            "http:/evil.test",
            "/.//evil.test",
            "/..//evil.test",
            " //evil.test",
            "//user@here.invalid.evil.test/",
            "//here.invalid:81/",
        ] {
            assert_eq!(NextPath::new(elsewhere).as_str(), "/", "{elsewhere:?}");
        }
    }

    #[test]
    fn nothing_can_end_the_header_line() {
        let path = NextPath::new("/a\r\nset-cookie: x=1");

        assert!(!path.as_str().contains(['\r', '\n']));
    }
}
