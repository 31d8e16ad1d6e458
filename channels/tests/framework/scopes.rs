//! The data of a handshake in the scope.

use channels::routing::Protocol;
use channels::{Error, Scope};
use serde::Deserialize;

#[test]
fn path_and_query_are_split_and_the_path_decoded() {
    let scope = Scope::builder("wss://user@host:1/a%20b%2Fc/?q=%41#part").build();
    assert_eq!(scope.path(), "/a b/c/");
    assert_eq!(scope.raw_path(), "/a%20b%2Fc/");
    assert_eq!(scope.query_string(), "q=%41");
    assert_eq!(Scope::builder("/x").build().query_string(), "");
    assert_eq!(Scope::builder("ws://host").build().path(), "");
}

#[test]
fn headers_are_found_in_any_case_joined_and_never_with_an_underscore() {
    let scope = Scope::builder("/")
        .header("X-Tab", " 1 ")
        .header("x-tab", "2")
        .header("Cookie", "a=1")
        .header("cookie", "b=2")
        .header("x_forwarded_for", "6.6.6.6")
        .header("x-bytes", [0xff, 0x00])
        .build();
    assert_eq!(scope.header("X-TAB"), Some("1,2"));
    assert_eq!(scope.header("cookie"), Some("a=1; b=2"));
    assert_eq!(scope.header("x_forwarded_for"), None);
    assert_eq!(scope.header("x-forwarded-for"), None);
    assert_eq!(scope.header("x-bytes"), None);
    let names: Vec<_> = scope.headers().map(|(name, _)| name).collect();
    assert_eq!(names, ["x-tab", "cookie", "x-bytes"]);
}

#[test]
fn whatever_was_said_comes_back_whole() {
    let client = "[2001:db8::1]:4711".parse().ok();
    let server = "192.0.2.7:443".parse().ok();
    let long = "c".repeat(100_000);
    let scope = Scope::builder(&format!("/{long}?{long}"))
        .root_path("/root")
        .method("post")
        .http_version("2")
        .client(client)
        .server(server)
        .header("x-long", &long)
        .header("x-empty", "")
        .header("x-last", "1")
        .build();
    assert_eq!(scope.path(), format!("/{long}"));
    assert_eq!(scope.raw_path(), scope.path());
    assert_eq!(scope.query_string(), long);
    assert_eq!(scope.root_path(), "/root");
    assert_eq!((scope.method(), scope.http_version()), ("POST", "2"));
    assert_eq!((scope.client(), scope.server()), (client, server));
    assert_eq!(scope.header("x-long"), Some(&*long));
    assert_eq!(scope.header("x-empty"), Some(""));
    assert_eq!(scope.header("X-Last"), Some("1"));
    assert_eq!(scope.headers().count(), 3);
}

#[test]
fn values_of_one_name_join_wherever_they_stand_and_in_a_request_only_cookies() {
    for (protocol, expected) in [
        (Protocol::Websocket, &["a: 1,3", "b: 2", "cookie: x; y"][..]),
        (Protocol::Http, &["a: 1", "b: 2", "cookie: x; y", "a: 3"]),
    ] {
        let scope = Scope::builder("/")
            .protocol(protocol)
            .header("a", "1")
            .header("b", "2")
            .header("cookie", "x")
            .header("A", "3")
            .header("Cookie", "y")
            .build();
        let headers = scope.headers();
        let told = headers.map(|(name, value)| format!("{name}: {}", value.escape_ascii()));
        assert_eq!(told.collect::<Vec<_>>(), expected);
    }
}

#[test]
fn the_query_reads_as_a_type() {
    #[derive(Debug, Deserialize, PartialEq)]
    struct Since {
        since: u64,
        room: Option<String>,
    }
    let scope = Scope::builder("/?since=12&room=tea+room").build();
    let since: Since = scope.query().unwrap();
    assert_eq!((since.since, since.room.as_deref()), (12, Some("tea room")));
    let wrong = Scope::builder("/?since=often").build().query::<Since>();
    assert!(matches!(wrong, Err(Error::Query(_))));
}

#[test]
fn a_missing_argument_says_what_to_write() {
    let error = Scope::builder("/")
        .build()
        .param::<u64>("room")
        .unwrap_err();
    assert!(error.to_string().contains("<str:room>"));
}

#[test]
fn debug_output_holds_no_secrets() {
    let scope = Scope::builder("/?token=hunter2")
        .header("cookie", "session=hunter2")
        .build();
    assert!(!format!("{scope:?}").contains("hunter2"));
}
