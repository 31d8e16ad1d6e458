//! Rate limits of pages and forms, by account and by address, and their log lines.

use reqwest::Method;
use serde_json::json;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

use crate::{
    stage::{Program, until, within},
    support::{Page, Person, Site},
};

/// Checks a refused page: 429, `Retry-After`, and a text for people.
fn assert_limited(page: &Page) {
    assert_eq!(page.status, 429, "{}", page.body);
    assert!(page.header("retry-after").parse::<u64>().unwrap() > 0);
    assert!(page.has("h1"), "dressed: {}", page.body);
}

#[tokio::test]
async fn pages_are_limited_for_a_person_and_not_for_others() {
    let site = Site::start_with(|settings| {
        settings.rates.page_reads = "20/1h".parse().unwrap();
    })
    .await;
    let (ana, bo) = (site.sign_up("ana").await, site.sign_up("bo").await);
    let limited = until("a limit", async || {
        let page = ana.get("/").await;
        (page.status != 200).then_some(page)
    })
    .await;

    assert_limited(&limited);
    assert_eq!(bo.get("/").await.status, 200);
    assert_eq!(site.visitor().get("/accounts/login/").await.status, 200);
    let static_file = ana.get("/healthz").await;
    assert_eq!(static_file.status, 200, "costs nothing");
}

#[tokio::test]
async fn pages_are_limited_for_an_address_before_its_session_is_read() {
    let site = Site::start_with(|settings| {
        settings.rates.page_reads_ip = "20/1h".parse().unwrap();
    })
    .await;
    let visitor = site.visitor();
    let limited = until("a limit", async || {
        let page = visitor.get("/accounts/login/").await;
        (page.status != 200).then_some(page)
    })
    .await;

    assert_limited(&limited);
    site.execute("DROP TABLE sessions");
    assert_limited(&site.visitor().get("/").await);
}

#[tokio::test]
async fn forms_that_had_no_limit_have_one() {
    let site = Site::start_with(|settings| {
        settings.rates.settings_changes = "2/1h".parse().unwrap();
        settings.rates.friend_changes = "3/1h".parse().unwrap();
        settings.rates.read_marks = "1/1h".parse().unwrap();
    })
    .await;
    let (ana, bo) = site.friends("ana", "bo").await;
    let room = ana.room_with(&bo).await;
    let token = ana.csrf_token("/friends/").await;
    let post = async |path: &str, more: &[(&str, &str)]| {
        let mut fields = vec![("csrf_token".to_owned(), token.clone())];
        fields.extend(
            more.iter()
                .map(|(name, value)| ((*name).to_owned(), (*value).to_owned())),
        );
        ana.post(path, &fields).await
    };

    let level = format!("/rooms/{room}/notifications/");
    assert_eq!(post(&level, &[("level", "mentions")]).await.status, 303);
    let snooze = "/accounts/preferences/snooze/";
    assert_eq!(post(snooze, &[("length", "half_hour")]).await.status, 303);
    assert_limited(&post(&level, &[("level", "everything")]).await);
    assert_limited(&post("/accounts/preferences/", &[]).await);
    assert_limited(&post("/accounts/devices/revoke-others/", &[]).await);
    assert_limited(&post("/appearance/", &[("theme", "dark")]).await);

    for verb in ["block", "unblock", "block"] {
        let path = format!("/friends/{}/{verb}/", bo.id);
        assert_eq!(post(&path, &[]).await.status, 303, "{verb}");
    }
    assert_limited(&post(&format!("/friends/{}/unblock/", bo.id), &[]).await);

    assert_eq!(post("/read-all/", &[]).await.status, 303);
    assert_limited(&post("/read-all/undo/", &[]).await);
    // Each kind has its own bucket, and signing out is none of them.
    assert_eq!(ana.log_out().await.status, 303);
}

#[tokio::test]
async fn a_form_with_no_limit_of_its_own_has_the_general_one() {
    let site = Site::start_with(|settings| {
        settings.rates.forms_ip = "2/1h".parse().unwrap();
    })
    .await;
    let visitor = site.visitor();
    for _ in 0..2 {
        // Forged: not even those are worked on for nothing.
        assert_eq!(visitor.post("/accounts/logout/", &[]).await.status, 403);
    }

    assert_limited(&visitor.post("/accounts/logout/", &[]).await);
    assert_limited(&visitor.post("/no/such/form/", &[]).await);
}

/// Sends raw bytes, and reads until the server closes or answers.
async fn say(program: &Program, bytes: &[u8]) {
    let mut stream = TcpStream::connect(program.address).await.unwrap();
    // The server may have refused the head before its end.
    let _sent = stream.write_all(bytes).await;
    let mut answer = [0; 16];
    let _read = within("an answer", stream.read(&mut answer)).await;
}

#[tokio::test]
async fn no_line_of_the_log_is_longer_than_its_bound() {
    let program = Program::start(&["--log-line-bytes", "500"]).await;
    let host = program.address;
    let long = "X".repeat(15_000);
    for head in [
        format!("{long} / HTTP/1.1\r\nHost: {host}\r\n\r\n"),
        format!("GET /{long} HTTP/1.1\r\nHost: {host}\r\n\r\n"),
        format!("GET / HTTP/1.1\r\nHost: {long}\r\n\r\n"),
        format!("GET /ws/{long} HTTP/1.1\r\nHost: {host}\r\nUpgrade: {long}\r\n\r\n"),
        format!("GET / HTTP/1.1\r\nHost: {host}\r\n{long}: {long}\r\n\r\n"),
        format!("{} / HTTP/1.1\r\nHost: {host}\r\n\r\n", "X".repeat(60_000)),
    ] {
        say(&program, head.as_bytes()).await;
    }
    let person = Person::new(program.address);
    person.open("/accounts/login/").await;

    let said = until("the line of the last page", async || {
        let said = program.said();
        said.contains("GET /accounts/login/ 200").then_some(said)
    })
    .await;

    assert!(
        said.contains("XXXXXXXXXXXXXXXX "),
        "the method's beginning: {said}"
    );
    for line in said.lines().filter(|line| line.starts_with('[')) {
        assert!(line.len() < 650, "{line}");
    }
}

#[tokio::test]
async fn refusals_that_repeat_are_counted_in_the_log() {
    let program = Program::start(&["--log-security-events", "3/2s"]).await;
    let visitor = Person::new(program.address);
    for _ in 0..50 {
        assert_eq!(visitor.post("/accounts/logout/", &[]).await.status, 403);
    }

    let said = until("the count", async || {
        visitor.get("/accounts/login/").await;
        let said = program.said();
        said.contains("more in the last 2 s: request_forged")
            .then_some(said)
    })
    .await;

    let forged = said.matches("] request_forged").count();
    assert!((3..=50).contains(&forged), "{forged} lines: {said}");
    assert!(forged < 25, "{forged} lines");
}

#[tokio::test]
async fn denials_leave_a_trace() {
    let program = Program::start(&["--bcrypt-cost", "4"]).await;
    let (mut ana, mut bo) = (Person::new(program.address), Person::new(program.address));
    ana.sign_up("ana").await;
    bo.sign_up("bo").await;
    ana.befriend(&bo).await;
    let mut room = ana.open_room(&bo).await;
    let message = room.post("mine").await["id"].clone();

    let edit = format!("/rooms/{}/messages/{message}/edit/", room.id);
    assert_eq!(
        bo.request(Method::GET, &edit)
            .send()
            .await
            .unwrap()
            .status(),
        403
    );
    let mut socket = bo.socket().await;
    let change = json!({
        "type": "message.edit", "room": room.id, "id": message,
        "client_id": uuid::Uuid::new_v4(), "body": "yours",
    });
    socket.send(change).await;
    socket.wait_for("message.refused").await;
    let typed = [
        ("current_password", "not the current one"),
        ("new_password", "black coffee at nine"),
        ("new_password_again", "black coffee at nine"),
    ];
    let path = "/accounts/password/";
    assert_eq!(bo.submit(path, path, &typed).await.status, 422);

    let id = bo.id;
    for line in [
        format!("permission_denied action=page user={id} client=127.0.0.1"),
        format!("permission_denied action=socket user={id} client=127.0.0.1"),
        format!("password_rejected action=- user={id} client=127.0.0.1"),
    ] {
        let said = program.said();
        assert!(said.contains(&line), "{line} is missing in {said}");
    }
}
