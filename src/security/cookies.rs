//! The cookies of a request, cut as bytes. Another program on the same host may set cookies that are
//! no UTF-8, and cookies with our names. Neither may hide a cookie of ours.
//!
//! actix-web's own `HttpRequest::cookie` rejects the whole header because of one byte that is not
//! UTF-8, and knows only the first cookie of a name, so it is not used (`clippy.toml`).

use actix_web::cookie::Cookie;
use actix_web::http::header::{COOKIE, HeaderMap, HeaderValue};
use channels::Scope;

/// Returns the cookies of a request in the order of its headers, without pairs that are not valid
/// UTF-8.
pub fn all(headers: &HeaderMap) -> impl Iterator<Item = Cookie<'_>> {
    headers
        .get_all(COOKIE)
        .flat_map(|header| read(header.as_bytes()))
}

/// Returns the values of the cookies with this name, in the order of the headers.
pub fn values(headers: &HeaderMap, name: &str) -> impl Iterator<Item = String> {
    all(headers)
        .filter(move |cookie| cookie.name() == name)
        .map(|cookie| cookie.value().to_owned())
}

/// Returns the value of the `Cookie` header of a socket or an event stream; empty without one.
pub fn of_scope(scope: &Scope) -> &[u8] {
    let line = scope.headers().find(|(name, _)| *name == COOKIE.as_str());
    line.map_or(&[], |(_, line)| line)
}

/// Returns whether all bytes of the `Cookie` headers are UTF-8, so that actix-web reads them, too.
pub fn are_text(headers: &HeaderMap) -> bool {
    headers
        .get_all(COOKIE)
        .all(|header| str::from_utf8(header.as_bytes()).is_ok())
}

/// Leaves out the cookies whose names `is_replaced` selects, and those that cannot be read, and adds
/// `new`.
pub fn replace(
    headers: &mut HeaderMap,
    is_replaced: impl Fn(&str) -> bool,
    new: Option<Cookie<'_>>,
) {
    let kept = all(headers).filter(|cookie| !is_replaced(cookie.name()));
    let pairs: Vec<String> = kept
        .chain(new)
        .map(|cookie| cookie.stripped().encoded().to_string())
        .collect();
    headers.remove(COOKIE);
    if let Ok(line) = HeaderValue::try_from(pairs.join("; ")) {
        headers.insert(COOKIE, line);
    }
}

/// Returns the cookies of a `Cookie` header in its order, without pairs that are not valid UTF-8.
pub fn read(header: &[u8]) -> impl Iterator<Item = Cookie<'_>> {
    header
        .split(|byte| *byte == b';')
        .filter_map(|pair| str::from_utf8(pair.trim_ascii()).ok())
        .filter_map(|pair| Cookie::parse_encoded(pair).ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(lines: &[&[u8]]) -> HeaderMap {
        let mut headers = HeaderMap::new();
        for line in lines {
            headers.append(COOKIE, HeaderValue::from_bytes(line).unwrap());
        }
        headers
    }

    fn case(name: &str) -> Vec<u8> {
        let path = format!("{}/tests/cases/{name}", env!("CARGO_MANIFEST_DIR"));
        std::fs::read(path).unwrap().trim_ascii_end().to_vec()
    }

    #[test]
    fn a_pair_that_cannot_be_read_hides_no_other() {
        let (latin1, utf8) = (case("cookie-latin1.bin"), case("cookie-utf8-85.bin"));
        for foreign in [
            &latin1[..],
            &utf8,
            b"\xff\xfe",
            b"\xe9=1",
            b"flag",
            b"=",
            b"",
            b"x=%ff%fe",
            b"x=%",
            b"x=\"a; ours=2\"",
            "x=\u{85}".as_bytes(),
        ] {
            for line in [
                [foreign, b"; ours=1"].concat(),
                [b"ours=1; ", foreign].concat(),
                [b" ours=1;", foreign, b";"].concat(),
            ] {
                let headers = headers(&[&line]);
                let read: Vec<String> = values(&headers, "ours").collect();
                assert!(
                    read.contains(&"1".to_owned()),
                    "{}: {read:?}",
                    line.escape_ascii()
                );
            }
        }
    }

    #[test]
    fn every_cookie_of_a_name_is_read_from_every_header() {
        let headers = headers(&[b"a=1; b=2; a=3", b"c=\xf6; a=%34", b"A=5"]);

        let read: Vec<String> = values(&headers, "a").collect();

        assert_eq!(read, ["1", "3", "4"]);
        assert_eq!(all(&headers).count(), 5);
    }

    #[test]
    fn a_replaced_cookie_is_there_once_and_every_other_as_before() {
        let mut headers = headers(&[b"a=1; x=%3B%20; J\xf6rg=2; a=3", b"b=\xc3\x85; flag"]);

        replace(
            &mut headers,
            |name| name == "a",
            Some(Cookie::new("a", "4; ")),
        );

        assert!(are_text(&headers));
        assert_eq!(values(&headers, "a").collect::<Vec<_>>(), ["4; "]);
        assert_eq!(values(&headers, "x").collect::<Vec<_>>(), ["; "]);
        assert_eq!(values(&headers, "b").collect::<Vec<_>>(), ["\u{c5}"]);
        assert_eq!(all(&headers).count(), 3);
    }

    #[test]
    fn a_socket_reads_the_same_cookies() {
        let scope = Scope::builder("/ws/").header("cookie", b"name=J\xf6rg; a=1; a=2");

        let scope = scope.build();

        let read: Vec<Cookie<'_>> = read(of_scope(&scope)).collect();
        assert_eq!(read, [Cookie::new("a", "1"), Cookie::new("a", "2")]);
        assert_eq!(of_scope(&Scope::builder("/ws/").build()), b"");
    }
}
