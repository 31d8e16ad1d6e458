//! Denial of service: a signed-in attacker requests the largest answers and reads none of them. The
//! memory of the process must stay bounded, and other people must be served. `parlour-bench attack`
//! also measures how fast.

use std::{fs, net::SocketAddr};

use futures_util::SinkExt;
use serde_json::json;
use tokio::{
    io::AsyncWriteExt,
    net::{TcpSocket, TcpStream},
};
use tokio_tungstenite::tungstenite::Message;

use crate::{
    stage::{Program, within},
    support::{Person, Socket},
};

/// The memory limit of the release build. Debug builds stay below it, too.
const MOST_KIB: u64 = 150 * 1024;
const SOCKETS: usize = 20;
const CONNECTIONS: usize = 150;
/// One page of messages, each about 60 kB of markup.
const MESSAGES: usize = 60;
/// The number of unread answers that each socket requests.
const RESUMES: usize = 50;
/// A small receive buffer, so that the kernel buffers little for the server.
const RECEIVE_BYTES: u32 = 4096;

#[tokio::test]
async fn unread_answers_of_the_worst_texts_keep_the_memory_bounded() {
    let settings = [
        "--bcrypt-cost=4",
        "--messages=10000/1s",
        "--messages-ip=10000/1s",
    ];
    let program = Program::start(&settings).await;
    let mut people = Vec::new();
    for name in ["ana", "bo", "cleo", "dan"] {
        let mut person = Person::new(program.address);
        person.sign_up(name).await;
        people.push(person);
    }
    let [ana, bo, cleo, dan] = &people[..] else {
        unreachable!("four people signed up");
    };
    ana.befriend(bo).await;
    cleo.befriend(dan).await;
    let mut room = ana.open_room(bo).await;
    // Escaped as markup, and again as a string of JSON.
    let worst: String = "&<>\"'".chars().cycle().take(10_000).collect();
    for _ in 0..MESSAGES {
        room.post(&worst).await;
    }
    let mut quiet = cleo.open_room(dan).await;

    let mut sockets = Vec::new();
    // One more is open already.
    for _ in 1..SOCKETS {
        sockets.push(resume_unread(ana, room.id).await);
    }
    let mut connections = Vec::new();
    for i in 0..CONNECTIONS {
        let page = ["", "log/", "log/?after=0"][i % 3];
        let path = format!("/rooms/{}/{page}", room.id);
        connections.extend(ask_unread(program.address, &path, &ana.cookies()).await);
    }
    // The bystander's actions give the attack its time.
    for i in 0..50 {
        quiet.post(&format!("still here {i}")).await;
        cleo.open(&format!("/rooms/{}/", quiet.id)).await;
    }

    let peak = peak_kib(&program);
    assert!(peak < MOST_KIB, "the process had {peak} KiB");
    drop((sockets, connections));
}

/// Opens a socket that requests everything in a room and does not read the answers.
async fn resume_unread(person: &Person, room: i64) -> Socket {
    let mut socket = person.socket().await;
    let resume = json!({"type": "room.resume", "room": room, "after": 0}).to_string();
    for _ in 0..RESUMES {
        // The server may have closed it already.
        socket.stream.feed(Message::text(resume.clone())).await.ok();
    }
    socket.stream.flush().await.ok();
    socket
}

/// Opens a connection that requests a page and does not read it. Returns `None` if the server
/// refuses it.
async fn ask_unread(address: SocketAddr, path: &str, cookies: &str) -> Option<TcpStream> {
    let socket = TcpSocket::new_v4().unwrap();
    socket.set_recv_buffer_size(RECEIVE_BYTES).unwrap();
    let connected = within("a connection", socket.connect(address)).await;
    let mut stream = connected.ok()?;
    let request = format!("GET {path} HTTP/1.1\r\nHost: {address}\r\nCookie: {cookies}\r\n\r\n");
    stream.write_all(request.as_bytes()).await.ok()?;
    Some(stream)
}

/// Returns the peak memory of the process.
fn peak_kib(program: &Program) -> u64 {
    let process = program.process.as_ref().expect("it runs");
    let id = process.id().expect("it has not ended");
    let status = fs::read_to_string(format!("/proc/{id}/status")).unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let number = line.unwrap().trim().trim_end_matches("kB").trim();
    number.parse().unwrap()
}
