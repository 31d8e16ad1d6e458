//! Cookies are written as Python writes them.

use std::time::{Duration, SystemTime};

use channels::Cookies;
use channels::sessions::{CookieError, SameSite, SetCookie};

fn header(cookie: &SetCookie) -> String {
    cookie.header_value().expect("a legal cookie")
}

#[test]
fn a_plain_cookie_has_a_path_and_is_lax() {
    assert_eq!(
        header(&SetCookie::new("k", "v")),
        "k=v; Path=/; SameSite=lax"
    );
}

#[test]
fn every_attribute_stands_at_its_place() {
    let cookie = SetCookie::new("k", r#"v w;,"x"#)
        .domain(Some("example.org"))
        .expires("Thu, 01 Jan 1970 00:00:00 GMT")
        .http_only(true)
        .max_age(Duration::from_secs(10))
        .path(Some("/"))
        .same_site(Some(SameSite::None))
        .secure(true);
    assert_eq!(
        header(&cookie),
        r#"k="v w\073\054\"x"; Domain=example.org; expires=Thu, 01 Jan 1970 00:00:00 GMT; HttpOnly; Max-Age=10; Path=/; SameSite=None; Secure"#
    );
}

#[test]
fn attributes_can_be_left_out() {
    let cookie = SetCookie::new("k", "v").path(None).same_site(None);
    assert_eq!(header(&cookie), "k=v");
}

#[test]
fn values_are_quoted_as_python_quotes_them() {
    let values = [
        ("é", r#""\351""#),
        ("", r#""""#),
        ("a b", r#""a b""#),
        ("a\\b", r#""a\\b""#),
        ("a\nb\0", r#""a\012b\000""#),
        ("<a>/(b)=[c]?{d}@", r#""<a>/(b)=[c]?{d}@""#),
        ("!#$%&'*+-.^_`|~:", "!#$%&'*+-.^_`|~:"),
    ];
    for (value, written) in values {
        let bare = SetCookie::new("k", value).path(None).same_site(None);
        assert_eq!(header(&bare), format!("k={written}"));
        let read = Cookies::parse(&header(&bare));
        assert_eq!(read.get("k"), Some(value), "{value:?} comes back");
    }
}

#[test]
fn a_maximum_age_sets_the_date_too() {
    let cookie = header(&SetCookie::new("k", "v").max_age(Duration::ZERO));
    let parts: Vec<_> = cookie.split("; ").collect();
    assert_eq!(parts[2..], ["Max-Age=0", "Path=/", "SameSite=lax"]);
    let date = parts[1].strip_prefix("expires=").unwrap();
    assert!(date.ends_with(" GMT") && date.len() == 29, "{date}");
    let far = SetCookie::new("k", "v").max_age(Duration::MAX);
    assert!(header(&far).contains("expires=Fri, 31 Dec 9999 23:59:59 GMT"));
}

#[test]
fn a_date_becomes_an_age_one_second_longer_and_the_past_none() {
    let soon = SystemTime::now() + Duration::from_secs(100);
    let cookie = header(&SetCookie::new("k", "v").expires_at(soon));
    assert!(cookie.contains("Max-Age=100;"), "{cookie}");
    let past = SystemTime::now() - Duration::from_secs(100);
    let cookie = header(&SetCookie::new("k", "v").expires_at(past));
    assert!(cookie.contains("Max-Age=0;"), "{cookie}");
}

#[test]
fn a_deleted_cookie_is_empty_and_over() {
    let cookie = SetCookie::delete("k")
        .domain(Some("example.org"))
        .path(Some("/ws/"));
    assert_eq!(
        header(&cookie),
        r#"k=""; Domain=example.org; expires=Thu, 01 Jan 1970 00:00:00 GMT; Max-Age=0; Path=/ws/; SameSite=lax"#
    );
}

#[test]
fn same_site_is_one_of_three() {
    for (same_site, written) in [
        (SameSite::Lax, "lax"),
        (SameSite::Strict, "strict"),
        (SameSite::None, "None"),
    ] {
        let cookie = header(&SetCookie::new("k", "v").same_site(Some(same_site)));
        assert!(cookie.ends_with(&format!("SameSite={written}")), "{cookie}");
    }
}

#[test]
fn what_a_header_cannot_carry_is_refused() {
    for name in ["", "a b", "a;b", "é", "a=b", "a\r\nb"] {
        let refused = SetCookie::new(name, "v").header_value().unwrap_err();
        assert_eq!(refused, CookieError::Name(name.to_owned()));
    }
    let tea = SetCookie::new("k", "🫖").header_value();
    assert_eq!(tea.unwrap_err(), CookieError::Value("k".to_owned()));
    for path in ["/; Domain=evil.test", "/\r\nx: y", "/é"] {
        assert!(
            SetCookie::new("k", "v")
                .path(Some(path))
                .header_value()
                .is_err()
        );
    }
}
