//! The promise, tried out on the real program: what was acknowledged is there, once, in order,
//! although the server is killed three times while twenty sockets post. `scripts/durability` runs this.

use std::{
    collections::{BTreeMap, HashMap},
    ops::ControlFlow,
    time::Instant,
};

use diesel::{
    QueryableByName,
    sql_types::{BigInt, Text},
};
use futures_util::{SinkExt, future::join_all};
use serde_json::{Value, json};
use tokio::sync::watch;
use tokio_tungstenite::tungstenite::Message;
use uuid::Uuid;

use crate::{
    stage::{Program, database::rows, number},
    support::{Person, Socket},
};

const SOCKETS: usize = 20;
const EACH: usize = 100;
const TOTAL: usize = SOCKETS * EACH;

/// Limits out of the way: it is the storing that is tried here.
const SETTINGS: [&str; 12] = [
    "--bcrypt-cost",
    "4",
    "--messages",
    "100000/1s",
    "--messages-ip",
    "100000/1s",
    "--socket-events",
    "100000/1s",
    "--resume-len",
    "5000",
    "--socket-queue-bytes",
    "50000000",
];

#[derive(QueryableByName)]
struct Stored {
    #[diesel(sql_type = BigInt)]
    seq: i64,
    #[diesel(sql_type = Text)]
    client_id: String,
    #[diesel(sql_type = Text)]
    body: String,
}

#[tokio::test]
async fn two_thousand_messages_survive_three_kills_each_once_and_in_order() {
    let began = Instant::now();
    let mut program = Program::start(&SETTINGS).await;
    let (mut ana, mut bo) = (Person::new(program.address), Person::new(program.address));
    ana.sign_up("ana").await;
    bo.sign_up("bo").await;
    ana.befriend(&bo).await;
    let room = ana.room_with(&bo).await;
    let (count, counted) = watch::channel(0);

    let writers = (0..SOCKETS).map(|i| {
        let person = if i % 2 == 0 { &ana } else { &bo };
        write(person, room, i, &count)
    });
    let (answers, seen, ()) = tokio::join!(
        join_all(writers),
        listen(&bo, room),
        kill_three_times(&mut program, counted)
    );

    let answers: HashMap<String, i64> = answers.into_iter().flatten().collect();
    let database = program.data().join("parlour.sqlite3");
    let query =
        format!("SELECT seq, client_id, body FROM messages WHERE room_id = {room} ORDER BY seq");
    let stored: Vec<Stored> = rows(&database, &query);
    assert_eq!(
        (answers.len(), stored.len()),
        (TOTAL, TOTAL),
        "every one, each once"
    );
    for (message, seq) in stored.iter().zip(1..) {
        assert_eq!(message.seq, seq, "no gap");
        assert_eq!(answers[&message.client_id], seq, "where the answer said");
        assert_eq!(seen[&seq], message.body, "what a reader saw");
    }
    let last = format!("SELECT last_seq AS number FROM rooms WHERE id = {room}");
    assert_eq!(number(&database, &last), TOTAL as i64);
    let events = format!("SELECT count(*) AS number FROM events WHERE room_id = {room}");
    assert_eq!(number(&database, &events), TOTAL as i64);
    report(began);
}

/// One socket that posts its hundred one after the other and comes back whenever the server dies;
/// a message without an answer is sent again under the same client id. Client id to `seq`.
async fn write(
    person: &Person,
    room: i64,
    writer: usize,
    count: &watch::Sender<usize>,
) -> Vec<(String, i64)> {
    let mut answers = Vec::new();
    let mut socket = Socket::connect_patiently(person).await;
    for i in 0..EACH {
        let client_id = Uuid::new_v4().to_string();
        let body = format!("writer {writer}, message {i}");
        let post =
            json!({"type": "message.post", "room": room, "client_id": client_id, "body": body});
        let seq = loop {
            match post_once(&mut socket, &post, &client_id).await {
                Ok(ControlFlow::Break(seq)) => break seq,
                Ok(ControlFlow::Continue(())) => {}
                Err(_) => socket = Socket::connect_patiently(person).await,
            }
        };
        answers.push((client_id, seq));
        count.send_modify(|count| *count += 1);
    }
    answers
}

/// Breaks with the message's `seq`; goes on if the server wants it sent again; fails with the socket.
async fn post_once(
    socket: &mut Socket,
    post: &Value,
    client_id: &str,
) -> Result<ControlFlow<i64>, Option<u16>> {
    if socket
        .stream
        .send(Message::text(post.to_string()))
        .await
        .is_err()
    {
        return Err(None);
    }
    let is_answer =
        |event: &Value| event["client_id"] == client_id && event["type"] != "message.created";
    let answer = socket.try_wait(is_answer).await?;
    if answer["type"] == "message.accepted" {
        return Ok(ControlFlow::Break(answer["seq"].as_i64().unwrap()));
    }
    assert!(
        answer["retry_after_ms"].is_u64(),
        "refused for good: {answer}"
    );
    Ok(ControlFlow::Continue(()))
}

/// A reader who comes back whenever the server dies and asks for what was missed. `seq` to body.
async fn listen(person: &Person, room: i64) -> BTreeMap<i64, String> {
    let mut seen = BTreeMap::new();
    while seen.len() < TOTAL {
        let mut socket = Socket::connect_patiently(person).await;
        let after = seen.keys().next_back().copied().unwrap_or(0);
        let resume = json!({"type": "room.resume", "room": room, "after": after});
        socket
            .stream
            .send(Message::text(resume.to_string()))
            .await
            .ok();
        let Ok(missed) = socket
            .try_wait(|event| event["type"] == "room.events")
            .await
        else {
            continue;
        };
        assert_eq!(missed["missing"], Value::Null);
        for event in missed["events"].as_array().unwrap() {
            note(&mut seen, event);
        }
        while seen.len() < TOTAL {
            match socket
                .try_wait(|event| event["type"] == "message.created")
                .await
            {
                Ok(event) => note(&mut seen, &event),
                Err(_) => break,
            }
        }
    }
    seen
}

/// Adds an event; the next number follows the last one, or it is one that is known already.
fn note(seen: &mut BTreeMap<i64, String>, event: &Value) {
    let (seq, body) = (
        event["seq"].as_i64().unwrap(),
        event["body"].as_str().unwrap(),
    );
    let last = seen.keys().next_back().copied().unwrap_or(0);
    assert!(seq <= last + 1, "{seq} came after {last}");
    let before = seen.insert(seq, body.to_owned());
    assert!(
        before.is_none_or(|before| before == body),
        "two messages with the number {seq}"
    );
}

/// Kills the server and starts it again whenever another quarter of the messages is acknowledged.
async fn kill_three_times(program: &mut Program, mut counted: watch::Receiver<usize>) {
    for quarter in 1..=3 {
        counted
            .wait_for(|count| *count >= quarter * TOTAL / 4)
            .await
            .unwrap();
        program.kill().await;
        program.start_again().await;
    }
}

#[expect(
    clippy::print_stdout,
    reason = "scripts/durability shows what was counted"
)]
fn report(began: Instant) {
    println!(
        "{TOTAL} messages of {SOCKETS} sockets through three kills: all there, each once, no gap; {:?}",
        began.elapsed()
    );
}
