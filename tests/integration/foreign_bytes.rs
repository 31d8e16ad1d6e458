//! Headers and cookies of other programs on the same host, with bytes that are not ASCII.

use reqwest::{Method, header::HeaderValue};
use tokio_tungstenite::{
    connect_async,
    tungstenite::{Error, client::IntoClientRequest},
};

use crate::{
    stage::within,
    support::{PASSWORD, Page, Person, Site},
};

const LATIN1: &[u8] = include_bytes!("../cases/cookie-latin1.bin");
const UTF8: &[u8] = include_bytes!("../cases/cookie-utf8-85.bin");
const HEADER: &[u8] = include_bytes!("../cases/header-utf8-85.bin");

/// Cookies of other programs: the cases, letters with the byte 85 (х, م, 全), names and values that
/// are no text, and pairs that are none.
fn foreign(site: &Site) -> Vec<Vec<u8>> {
    let port = site.address.port();
    let ours = ["session", "visitor", "notice", "theme"];
    let ours = ours.map(|name| format!("parlour_{name}_{port}=other; parlour_{name}=other"));
    let ours = ours.join("; ");
    let latin1 = [ours.as_bytes(), b"; x=J\xf6rg"].concat();
    let cases = [
        LATIN1.trim_ascii_end(),
        UTF8.trim_ascii_end(),
        "theme=тёх; مدينة=م; 全=全".as_bytes(),
        b"\xff\xfe=\x80",
        b"flag; =; x=%ff; y=\"\\",
        ours.as_bytes(),
        &latin1,
    ];
    cases.map(<[u8]>::to_vec).to_vec()
}

/// The cookies of `own`, behind and before those of another program.
fn beside(own: &str, foreign: &[u8]) -> [HeaderValue; 2] {
    let own = own.as_bytes();
    [
        [own, b"; ", foreign].concat(),
        [foreign, b"; ", own].concat(),
    ]
    .map(|line| HeaderValue::from_bytes(line.strip_prefix(b"; ").unwrap_or(&line)).unwrap())
}

async fn get(person: &Person, path: &str, cookies: &HeaderValue) -> Page {
    let request = person.request(Method::GET, path).header("Cookie", cookies);
    Page::read(request.send().await.unwrap()).await
}

async fn post(person: &Person, path: &str, cookies: &HeaderValue, fields: &[(&str, &str)]) -> Page {
    let request = person
        .request(Method::POST, path)
        .header("Origin", person.origin())
        .header("Cookie", cookies)
        .form(fields);
    Page::read(request.send().await.unwrap()).await
}

/// The status of a WebSocket handshake.
async fn handshake(person: &Person, cookies: &HeaderValue) -> u16 {
    let url = format!("ws://{}/ws/", person.site);
    let mut request = url.into_client_request().unwrap();
    let origin = HeaderValue::from_str(&person.origin()).unwrap();
    request.headers_mut().insert("Origin", origin);
    request.headers_mut().insert("Cookie", cookies.clone());
    match within("the handshake", connect_async(request)).await {
        Ok((_, answer)) => answer.status().as_u16(),
        Err(Error::Http(answer)) => answer.status().as_u16(),
        Err(error) => panic!("{error}"),
    }
}

#[tokio::test]
async fn cookies_of_other_programs_sign_nobody_out() {
    let site = Site::start().await;
    let (ana, bo) = site.friends("ana", "bo").await;
    let room = ana.room_with(&bo).await;
    let own = ana.cookies();
    for foreign in foreign(&site) {
        for cookies in beside(&own, &foreign) {
            let shown = foreign.escape_ascii();
            let page = get(&ana, "/friends/", &cookies).await;
            assert_eq!(page.status, 200, "{shown}");
            let token = page.attribute("input[name=csrf_token]", "value").unwrap();
            let client_id = uuid::Uuid::new_v4().to_string();
            let fields = [
                ("csrf_token", token.as_str()),
                ("client_id", client_id.as_str()),
                // Another text each time: one that is sent again is asked about.
                ("body", client_id.as_str()),
            ];
            let posted = post(&ana, &format!("/rooms/{room}/messages/"), &cookies, &fields).await;
            assert_eq!(posted.status, 303, "{shown}: {}", posted.body);
            assert_eq!(handshake(&ana, &cookies).await, 101, "{shown}");
            let stream = ana
                .request(Method::GET, "/events/")
                .header("Accept", "text/event-stream")
                .header("Cookie", &cookies);
            let stream = within("the stream", stream.send()).await.unwrap();
            assert_eq!(stream.status(), 200, "{shown}");
        }
    }
}

#[tokio::test]
async fn cookies_of_other_programs_keep_nobody_from_signing_in() {
    let site = Site::start().await;
    site.sign_up("ana").await;
    for foreign in foreign(&site) {
        for order in 0..2 {
            let visitor = site.visitor();
            let page = get(&visitor, "/accounts/login/", &beside("", &foreign)[order]).await;
            assert_eq!(page.status, 200, "{}", foreign.escape_ascii());
            let own = page.first_cookie();
            let token = page.attribute("input[name=csrf_token]", "value").unwrap();
            let fields = [
                ("username", "ana"),
                ("password", PASSWORD),
                ("csrf_token", token.as_str()),
            ];
            let cookies = &beside(&own, &foreign)[order];
            let answer = post(&visitor, "/accounts/login/", cookies, &fields).await;
            assert_eq!(
                answer.status,
                303,
                "{}: {}",
                foreign.escape_ascii(),
                answer.body
            );
        }
    }
}

#[tokio::test]
async fn a_session_is_found_behind_one_that_has_ended() {
    let site = Site::start().await;
    let ana = site.sign_up("ana").await;
    let ended = ana.cookies();
    assert_eq!(ana.log_out().await.status, 303);
    let again = site.log_in("ana").await;
    for cookies in beside(&again.cookies(), ended.as_bytes()) {
        assert_eq!(get(&again, "/friends/", &cookies).await.status, 200);
        assert_eq!(handshake(&again, &cookies).await, 101);
    }
}

#[tokio::test]
async fn a_header_may_hold_every_letter() {
    let site = Site::start().await;
    let case = HEADER.trim_ascii_end();
    let colon = case.iter().position(|byte| *byte == b':').unwrap();
    let name = str::from_utf8(&case[..colon]).unwrap();
    let ask = async |name: &str, value: &[u8]| {
        let value = HeaderValue::from_bytes(value).unwrap();
        let request = site.visitor().request(Method::GET, "/accounts/login/");
        let answer = request.header(name, value).send().await.unwrap();
        answer.status().as_u16()
    };
    assert_eq!(ask(name, case[colon + 1..].trim_ascii()).await, 200);
    for letters in ["Århus", "хутор", "مدينة", "安全", "😅"] {
        for name in [
            "X-Forwarded-User",
            "Cookie",
            "User-Agent",
            "Accept-Language",
        ] {
            assert_eq!(ask(name, letters.as_bytes()).await, 200, "{name} {letters}");
        }
    }
    for evil in [&b"\xc2\x85"[..], b"\x85", b"J\xf6rg\x85"] {
        assert_eq!(ask("X-Evil", evil).await, 400, "{}", evil.escape_ascii());
    }
}
