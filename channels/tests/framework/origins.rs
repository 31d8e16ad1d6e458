//! Which pages may open a socket: upstream's decision matrix, and what it got wrong.

use channels::security::{OriginValidator, WebsocketDenier};
use channels::testing::WebsocketCommunicator;
use channels::{IntoEndpoint as _, Scope};

use crate::scripted::application;

const DOMAIN: &str = "allowed-domain.com";

/// Columns of the matrix, after those that everything refuses.
const ORIGINS: [&str; 8] = [
    "http://d",
    "https://d",
    "http://d:80",
    "http://d:8080",
    "http://www.d",
    "http://notd",
    "ws://d",
    "http://D",
];

fn spelled(short: &str) -> String {
    let upper = DOMAIN.to_uppercase();
    let (head, tail) = short.split_at(short.find("://").map_or(0, |at| at + 3));
    let tail = tail.replace("notd", "notallowed-domain.com");
    let tail = tail.replace("www.d", "www.allowed-domain.com");
    let tail = match tail.strip_prefix('d') {
        Some(rest) => format!("{DOMAIN}{rest}"),
        None => tail
            .replace('D', &upper)
            .replace(".d", &format!(".{DOMAIN}")),
    };
    format!("{head}{tail}")
}

#[test]
fn the_matrix_of_upstream_holds() {
    let rows = [
        ("d", "YYYYnnYY"),
        (".d", "YYYYYnYY"),
        ("http://d", "YnYnnnnY"),
        ("HTTP://D", "YnYnnnnY"),
        ("http://d:80", "YnYnnnnY"),
        ("http://.d", "YnYnYnnY"),
        ("https://d", "nYnnnnnn"),
        ("http://d:8080", "nnnYnnnn"),
        ("*", "YYYYYYYY"),
    ];
    for (pattern, expected) in rows {
        let validator = OriginValidator::new([spelled(pattern)]).unwrap();
        for (origin, verdict) in ORIGINS.iter().zip(expected.chars()) {
            let allowed = validator.allows(Some(&spelled(origin)));
            assert_eq!(allowed, verdict == 'Y', "{pattern} {origin}");
        }
        for origin in [None, Some("null"), Some(""), Some("http://"), Some(DOMAIN)] {
            assert_eq!(
                validator.allows(origin),
                pattern == "*",
                "{pattern} {origin:?}"
            );
        }
    }
}

#[test]
fn patterns_that_could_not_match_are_refused_at_the_start() {
    let patterns = [
        "*.d",
        "d:8080",
        "http://*",
        "",
        ".",
        "http://",
        "https://a.*.org",
        "https://*",
        "a b",
        "https://d:99999",
        "https://d/path",
        "https://user@d",
        "*d",
        "ht tp://d",
    ];
    for pattern in patterns {
        assert!(OriginValidator::new([pattern]).is_err(), "{pattern}");
    }
}

#[test]
fn a_star_stands_for_whole_labels() {
    let validator = OriginValidator::new(["https://*.example.org"]).unwrap();
    for origin in [
        "https://a.example.org",
        "https://a.b.example.org",
        "https://A.EXAMPLE.ORG",
    ] {
        assert!(validator.allows(Some(origin)), "{origin}");
    }
    let refused = [
        "https://example.org",
        "https://evilexample.org",
        "https://.example.org",
        "http://a.example.org",
        "https://a.example.org:444",
        "https://a.example.org.evil.test",
    ];
    for origin in refused {
        assert!(!validator.allows(Some(origin)), "{origin}");
    }
}

#[test]
fn tricks_are_refused() {
    let validator = OriginValidator::new([DOMAIN, ".sub.test"]).unwrap();
    let tricks = [
        "http://allowed-domain.com.",
        "http://allowed-domain.com@evil.test",
        "http://evil.test@allowed-domain.com",
        "http://evil.test#@allowed-domain.com",
        "http://evil.test\\@allowed-domain.com",
        "http://allowed-domain.com/",
        "http://allowed-domain.com?",
        "http://allowed-domain.com:99999",
        "http://allowed-domain.com:x",
        "http://evil.test,http://allowed-domain.com",
        "http://allowed-domain.com http://evil.test",
        "//allowed-domain.com",
        "http:allowed-domain.com",
        "allowed-domain.com",
        "http://evilsub.test",
    ];
    for origin in tricks {
        assert!(!validator.allows(Some(origin)), "{origin}");
    }
    assert!(validator.allows(Some("http://a.b.sub.test")));
}

#[test]
fn addresses_work_as_hosts() {
    let validator = OriginValidator::new(["[::1]", "http://[::2]:9000", "127.0.0.1"]).unwrap();
    for origin in [
        "http://[::1]",
        "https://[::1]:8443",
        "http://[::2]:9000",
        "http://127.0.0.1:80",
    ] {
        assert!(validator.allows(Some(origin)), "{origin}");
    }
    for origin in ["http://[::2]", "http://[::3]:9000", "http://127.0.0.2"] {
        assert!(!validator.allows(Some(origin)), "{origin}");
    }
}

#[actix_web::test]
async fn a_foreign_page_is_refused_before_the_consumer_exists() {
    for (origin, status) in [
        (Some("https://evil.test"), 403),
        (Some("null"), 403),
        (None, 403),
    ] {
        let (app, mut journal) = application();
        let validator = OriginValidator::new(["https://chat.example.org"]).unwrap();
        let mut client = WebsocketCommunicator::new(app.wrap(validator), "/accept/");
        if let Some(origin) = origin {
            client = client.header("origin", origin);
        }
        assert_eq!(client.connect().await.unwrap_err().status, status);
        assert!(journal.is_empty());
    }
}

#[actix_web::test]
async fn the_own_page_is_let_in() {
    let (app, _journal) = application();
    let validator = OriginValidator::new(["https://chat.example.org"]).unwrap();
    let client = WebsocketCommunicator::new(app.wrap(validator), "/accept/");
    let mut client = client.header("Origin", "https://chat.example.org");
    assert!(client.connect().await.is_ok());
}

#[actix_web::test]
async fn two_origins_are_none() {
    let (app, _journal) = application();
    let validator = OriginValidator::new(["a.test", "b.test"]).unwrap();
    let client = WebsocketCommunicator::new(app.wrap(validator), "/accept/");
    let mut client = client
        .header("origin", "http://a.test")
        .header("origin", "http://b.test");
    assert_eq!(client.connect().await.unwrap_err().status, 403);
}

#[test]
fn every_origin_is_refused_with_a_trailing_dot_and_none_means_none() {
    for pattern in [
        "d",
        ".d",
        "http://d",
        "http://.d",
        "https://d",
        "http://d:8080",
    ] {
        let validator = OriginValidator::new([spelled(pattern)]).unwrap();
        assert!(
            !validator.allows(Some(&format!("http://{DOMAIN}."))),
            "{pattern}"
        );
    }
    let anything = OriginValidator::new(["*"]).unwrap();
    assert!(anything.allows(Some("http://allowed-domain.com.")));
    let below = OriginValidator::new([".allowed-domain.com"]).unwrap();
    assert!(below.allows(Some("http://a.b.allowed-domain.com")));
    let nothing = OriginValidator::new([] as [&str; 0]).unwrap();
    assert!(!nothing.allows(Some("http://allowed-domain.com")) && !nothing.allows(None));
}

#[test]
fn the_hosts_of_the_site_are_its_origins() {
    let site = OriginValidator::allowed_hosts(&["example.org", ".example.net"], true).unwrap();
    for origin in [
        "https://example.org",
        "http://example.org:8000",
        "https://a.example.net",
    ] {
        assert!(site.allows(Some(origin)), "{origin}");
    }
    assert!(!site.allows(Some("http://localhost")));
    let debug = OriginValidator::allowed_hosts(&[] as &[&str], true).unwrap();
    for origin in [
        "http://localhost:8000",
        "https://127.0.0.1",
        "http://[::1]:3000",
    ] {
        assert!(debug.allows(Some(origin)), "{origin}");
    }
    assert!(!debug.allows(Some("http://example.org")) && !debug.allows(None));
    let closed = OriginValidator::allowed_hosts(&[] as &[&str], false).unwrap();
    assert!(!closed.allows(Some("http://localhost")));
    assert!(OriginValidator::allowed_hosts(&["example.org:8000"], false).is_err());
}

#[actix_web::test]
async fn a_port_that_is_none_is_refused_with_403_by_every_pattern() {
    for pattern in [
        "allowed-domain.com",
        "http://allowed-domain.com",
        ".allowed-domain.com",
    ] {
        for origin in [
            "http://allowed-domain.com:99999",
            "http://allowed-domain.com:x",
        ] {
            let (app, _journal) = application();
            let app = app.wrap(OriginValidator::new([pattern]).unwrap());
            let mut client = WebsocketCommunicator::new(app, "/accept/").header("origin", origin);
            assert_eq!(
                client.connect().await.unwrap_err().status,
                403,
                "{pattern} {origin}"
            );
        }
    }
}

#[actix_web::test]
async fn the_denier_denies() {
    let mut client = WebsocketCommunicator::new(|_: &Scope| WebsocketDenier, "/");
    assert_eq!(client.connect().await.unwrap_err().status, 403);
}
