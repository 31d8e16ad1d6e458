//! The source of a request (its origin), as far as the browser tells it.

use actix_web::http::header::{HeaderMap, ORIGIN, REFERER};
use channels::{Connecting, Deny, Middleware, Next, Scope};
use futures_util::future::{LocalBoxFuture, ready};

use crate::security::Site;

const SEC_FETCH_SITE: &str = "sec-fetch-site";
const SAME_ORIGIN: &[u8] = b"same-origin";

/// Returns whether `Origin`, or else `Referer`, is the site's, and `Sec-Fetch-Site`, if present,
/// agrees.
///
/// On https, a request without both headers is refused. On plain http, old browsers omit them.
pub(super) fn is_ours(site: &Site, headers: &HeaderMap) -> bool {
    let mut said = headers.get_all(SEC_FETCH_SITE);
    if !said.all(|value| value.as_bytes() == SAME_ORIGIN) {
        return false;
    }
    let name = if headers.contains_key(ORIGIN) {
        ORIGIN
    } else {
        REFERER
    };
    let mut sources = headers.get_all(name);
    match (sources.next(), sources.next()) {
        (Some(source), None) => source.to_str().is_ok_and(|source| site.has_origin(source)),
        (None, None) => !site.is_https(),
        _ => false,
    }
}

/// Returns whether the headers name the source at all. Together with [`is_ours`], this proves that a
/// browser sent the form from a page of this site.
pub(super) fn says_ours(headers: &HeaderMap) -> bool {
    headers.contains_key(ORIGIN) || headers.contains_key(REFERER)
}

/// Returns whether a page of another site led to this request, as far as the browser tells. A typed
/// address or a bookmark did not.
pub fn is_from_elsewhere(site: &Site, headers: &HeaderMap) -> bool {
    let mut said = headers.get_all(SEC_FETCH_SITE).peekable();
    if said.peek().is_some() {
        return said.any(|said| said.as_bytes() != SAME_ORIGIN && said.as_bytes() != b"none");
    }
    let mut referers = headers.get_all(REFERER);
    referers.any(|referer| {
        !referer
            .to_str()
            .is_ok_and(|referer| site.has_origin(referer))
    })
}

/// The same rule for event streams, which browsers request with a plain GET.
pub struct OwnPages(Site);

impl OwnPages {
    /// Accepts requests from pages of `site`.
    pub fn new(site: Site) -> Self {
        Self(site)
    }

    fn asked(&self, scope: &Scope) -> bool {
        let said = scope.header(SEC_FETCH_SITE);
        if said.is_some_and(|said| said.as_bytes() != SAME_ORIGIN) {
            return false;
        }
        // Repeated headers are joined by a comma, which no origin contains, so they do not match.
        let source = scope.header("origin").or_else(|| scope.header("referer"));
        source.map_or(!self.0.is_https(), |source| self.0.has_origin(source))
    }
}

impl Middleware for OwnPages {
    fn call<'a>(
        &'a self,
        scope: Scope,
        next: Next<'a>,
    ) -> LocalBoxFuture<'a, Result<Connecting, Deny>> {
        if self.asked(&scope) {
            return Box::pin(next.run(scope));
        }
        let refusal = Deny::forbidden().text("Only pages of this site may ask for this");
        Box::pin(ready(Err(refusal)))
    }
}

#[cfg(test)]
mod tests {
    use actix_web::http::header::{HeaderName, HeaderValue};

    use super::*;
    use crate::config::Settings;

    fn is_ours_at(url: &str, headers: &[(&str, &str)]) -> bool {
        let mut settings = Settings::for_data("unused");
        settings.public_url = Some(url.parse().unwrap());
        let site = Site::new(&settings, "127.0.0.1:8000".parse().unwrap());
        let mut map = HeaderMap::new();
        for (name, value) in headers {
            let name: HeaderName = name.parse().unwrap();
            map.append(name, HeaderValue::from_str(value).unwrap());
        }
        super::is_ours(&site, &map)
    }

    fn over_https(headers: &[(&str, &str)]) -> bool {
        is_ours_at("https://chat.example.org", headers)
    }

    #[test]
    fn the_site_s_own_pages_pass() {
        let origin = ("origin", "https://chat.example.org");

        assert!(over_https(&[origin]));
        assert!(over_https(&[origin, ("sec-fetch-site", "same-origin")]));
        assert!(over_https(&[(
            "referer",
            "https://chat.example.org/friends/?x=1"
        )]));
        assert!(is_ours_at("http://chat.example.org", &[]));
    }

    #[test]
    fn everything_else_is_refused() {
        let origin = ("origin", "https://chat.example.org");
        let referer = ("referer", "https://chat.example.org/");
        let refused: [&[(&str, &str)]; 10] = [
            &[],
            &[("origin", "null")],
            &[("origin", "null"), referer],
            &[("origin", "https://evil.test"), referer],
            &[("origin", "http://chat.example.org")],
            &[("referer", "https://chat.example.org.evil.test/")],
            &[("referer", "https://chat.example.org@evil.test/")],
            &[origin, origin],
            &[origin, ("sec-fetch-site", "same-site")],
            &[origin, ("sec-fetch-site", "cross-site")],
        ];
        for headers in refused {
            assert!(!over_https(headers), "{headers:?}");
        }
    }
}
