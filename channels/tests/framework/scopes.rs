//! What a scope says of a handshake.

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
