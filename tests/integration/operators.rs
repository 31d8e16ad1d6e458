//! What operators rely on: errors with file, cause and remedy, a log that says what happened, deleted
//! text that is gone, and answers that name the time of the next try.

use std::fs;

use diesel::{Connection, SqliteConnection, connection::SimpleConnection};
use rustix::process::{Pid, Signal, kill_process};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpSocket, TcpStream},
};

use crate::{
    stage::{Program, database::change, number, until, within},
    support::{PASSWORD, Person, Site, database, refused, text},
};

const QUICK_HASH: [&str; 2] = ["--bcrypt-cost", "4"];

async fn stop(program: &mut Program) {
    let mut process = program.process.take().unwrap();
    let id = process.id().unwrap().try_into().unwrap();
    kill_process(Pid::from_raw(id).unwrap(), Signal::TERM).unwrap();
    within("the end", process.wait()).await.unwrap();
}

async fn two_friends(program: &Program) -> (Person, Person) {
    let (mut ana, mut bo) = (Person::new(program.address), Person::new(program.address));
    ana.sign_up("ana").await;
    bo.sign_up("bo").await;
    ana.befriend(&bo).await;
    (ana, bo)
}

#[tokio::test]
async fn a_start_that_fails_names_the_file_the_cause_and_the_remedy() {
    let mut program = Program::start(&QUICK_HASH).await;
    stop(&mut program).await;
    let file = database(&program);
    let mut foreign = SqliteConnection::establish(text(&file)).unwrap();
    foreign.batch_execute("BEGIN EXCLUSIVE").unwrap();

    let said = refused(&["--data", text(&program.data()), "--bind", "127.0.0.1:0"]).await;

    for words in [text(&file), "locked", "stop that program"] {
        assert!(said.contains(words), "{words}: {said}");
    }
    foreign.batch_execute("ROLLBACK").unwrap();
    drop(foreign);
    fs::write(
        &file,
        "no database at all, but long enough to be read as a page",
    )
    .unwrap();
    let said = refused(&["--data", text(&program.data()), "--bind", "127.0.0.1:0"]).await;
    for words in [text(&file), "not a database", "restore FILE`"] {
        assert!(said.contains(words), "{words}: {said}");
    }
}

#[tokio::test]
async fn a_log_in_is_logged_once_its_session_is_stored() {
    let program = Program::start(&QUICK_HASH).await;
    let mut ana = Person::new(program.address);
    ana.sign_up("ana").await;
    let refuse = "CREATE TRIGGER refuse BEFORE INSERT ON sessions
                  BEGIN SELECT RAISE(ABORT, 'database is locked'); END";
    change(&database(&program), refuse);

    let refused = Person::new(program.address).log_in("ana", PASSWORD).await;

    assert_eq!(refused.status, 503);
    let said = program.said();
    assert!(!said.contains("login_succeeded"), "{said}");
    assert!(said.contains("stop that program"), "{said}");
    assert!(!said.contains("Something went wrong"), "{said}");
    change(&database(&program), "DROP TRIGGER refuse");
    let mut again = Person::new(program.address);
    assert_eq!(again.log_in("ana", PASSWORD).await.status, 303);
    let said = program.said();
    assert_eq!(said.matches("login_succeeded").count(), 1, "{said}");
    assert!(
        said.contains("login_succeeded action=- user=1 client=127.0.0.1"),
        "{said}"
    );
}

#[tokio::test]
async fn deleted_text_is_gone_from_the_files() {
    let mut program = Program::start(&QUICK_HASH).await;
    let (ana, bo) = two_friends(&program).await;
    let room = ana.room_with(&bo).await;
    let canary = "canary-that-is-deleted";
    assert_eq!(ana.post_by_form(room, canary).await, 303);
    assert_eq!(ana.post_by_form(room, "a text that stays").await, 303);
    let id = number(
        &database(&program),
        "SELECT min(id) AS number FROM messages",
    );
    let path = format!("/rooms/{room}/messages/{id}/delete/");
    assert_eq!(ana.submit(&path, &path, &[]).await.status, 303);

    stop(&mut program).await;

    let mut stayed = false;
    for entry in fs::read_dir(program.data()).unwrap() {
        let path = entry.unwrap().path();
        let bytes = fs::read(&path).unwrap_or_default();
        let has = |words: &str| {
            bytes
                .windows(words.len())
                .any(|part| part == words.as_bytes())
        };
        assert!(!has(canary), "{}", path.display());
        stayed |= has("a text that stays");
    }
    assert!(stayed, "the premise: texts are found in the file");
}

#[tokio::test]
async fn conversations_have_the_order_of_their_commits_whatever_the_clock_says() {
    let site = Site::start().await;
    let (ana, bo) = site.friends("ana", "bo").await;
    let cy = site.sign_up("cy").await;
    ana.befriend(&cy).await;
    let (with_bo, with_cy) = (ana.room_with(&bo).await, ana.room_with(&cy).await);
    // The clock was far ahead when Bo's conversation had its last message.
    site.execute(&format!(
        "UPDATE rooms SET last_message_at = last_message_at + 86400000 WHERE id = {with_bo}"
    ));
    let first = async || {
        let page = ana.open("/").await;
        page.attribute(
            "a[href^='/rooms/']:not([href='/rooms/']):not([href='/rooms/new/'])",
            "href",
        )
    };
    assert_eq!(first().await, Some(format!("/rooms/{with_bo}/")));
    for (room, text) in [(with_cy, "hello"), (with_bo, "hello"), (with_cy, "again")] {
        assert_eq!(ana.post_by_form(room, text).await, 303);
        assert_eq!(first().await, Some(format!("/rooms/{room}/")));
    }
}

/// Posts a message with the form. Returns status, `Retry-After` and the text in the box.
async fn post(person: &Person, room: i64, body: &str) -> (u16, String, String) {
    let page = person.open(&format!("/rooms/{room}/")).await;
    let path = format!("/rooms/{room}/messages/");
    let mut fields = page.form(&path);
    fields.push(("body".to_owned(), body.to_owned()));
    let answer = person.post(&path, &fields).await;
    let text = answer.raw_texts("textarea").first().cloned();
    let wait = answer.header("retry-after").to_owned();
    (answer.status, wait, text.unwrap_or_default())
}

#[tokio::test]
async fn without_scripts_too_fast_is_429_and_the_text_stays_in_the_box() {
    let site = Site::start_with(|settings| settings.rates.messages = "1/1h".parse().unwrap()).await;
    let (ana, bo) = site.friends("ana", "bo").await;
    let room = ana.room_with(&bo).await;
    assert_eq!(post(&ana, room, "one").await.0, 303);

    let (status, wait, text) = post(&ana, room, "two").await;

    assert_eq!((status, text.as_str()), (429, "two"));
    assert!(wait.parse::<u64>().unwrap() > 60, "{wait}");
}

#[tokio::test]
async fn without_scripts_a_busy_server_is_503_and_the_text_stays_in_the_box() {
    let site = Site::start().await;
    let (ana, bo) = site.friends("ana", "bo").await;
    let room = ana.room_with(&bo).await;
    ana.open(&format!("/rooms/{room}/")).await;
    let file = site.settings.database_path();
    let mut foreign = SqliteConnection::establish(text(&file)).unwrap();
    foreign.batch_execute("BEGIN IMMEDIATE").unwrap();

    let (status, wait, shown) = post(&ana, room, "hello").await;

    assert_eq!((status, shown.as_str()), (503, "hello"));
    assert_eq!(wait, "1");
    foreign.batch_execute("ROLLBACK").unwrap();
}

/// Requests something with the headers of a page, and does not read the answer.
async fn ask_unread(person: &Person, path: &str, headers: &str) -> TcpStream {
    let socket = TcpSocket::new_v4().unwrap();
    socket.set_recv_buffer_size(4096).unwrap();
    let mut stream = socket.connect(person.site).await.unwrap();
    let request = format!(
        "GET {path} HTTP/1.1\r\nHost: {}\r\nOrigin: {}\r\nCookie: {}\r\n{headers}\r\n",
        person.site,
        person.origin(),
        person.cookies()
    );
    stream.write_all(request.as_bytes()).await.unwrap();
    // The head of the answer, so that it is open.
    let mut head = [0; 16];
    within("a head", stream.read_exact(&mut head))
        .await
        .unwrap();
    stream
}

#[tokio::test]
async fn the_log_names_whoever_does_not_read() {
    const HANDSHAKE: &str = "Connection: Upgrade\r\nUpgrade: websocket\r\n\
        Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n";
    let limits = [
        &QUICK_HASH[..],
        &["--messages", "100000/1s", "--socket-queue-events", "32"],
    ]
    .concat();
    for (path, headers, target) in [
        ("/ws/", HANDSHAKE, "channels::socket"),
        (
            "/events/",
            "Sec-Fetch-Site: same-origin\r\n",
            "channels::http",
        ),
    ] {
        let program = Program::start(&limits).await;
        let (ana, bo) = two_friends(&program).await;
        let mut room = ana.open_room(&bo).await;
        let stalled = ask_unread(&bo, path, headers).await;
        let address = stalled.local_addr().unwrap();

        let text = "<".repeat(10_000);
        let mut posts = 0;
        let said = loop {
            room.post(&text).await;
            posts += 1;
            let said = program.said();
            if said.contains("was closed, because") || posts > 400 {
                break said;
            }
        };

        let is_cut = |line: &&str| {
            line.contains(target) && line.contains(&address.to_string()) && line.contains("cut")
        };
        until("the line of the framework", async || {
            program
                .said()
                .lines()
                .any(|line| is_cut(&line))
                .then_some(())
        })
        .await;
        assert_eq!(program.said().lines().filter(is_cut).count(), 1, "{path}");
        let whose = format!(
            "the socket of user {} from {} was closed",
            bo.id,
            address.ip()
        );
        assert!(said.contains(&whose), "{path}: {said}");
    }
}
