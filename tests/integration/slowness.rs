//! Slow peers, and sockets that outlive their session: the server closes each after its time limit.

use diesel::{Connection, SqliteConnection, connection::SimpleConnection};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

use crate::{stage::within, support::Site};

/// Returns the answer to a peer that sends this much and then nothing, until the server
/// disconnects.
async fn answer_to(site: &Site, sent: &str) -> String {
    let mut stream = TcpStream::connect(site.address).await.unwrap();
    stream.write_all(sent.as_bytes()).await.unwrap();
    let mut answer = String::new();
    within("the server to hang up", stream.read_to_string(&mut answer))
        .await
        .ok();
    answer
}

#[tokio::test]
async fn a_head_that_never_ends_is_hung_up_on() {
    let site = Site::start_with(|settings| {
        settings.limits.head_timeout = "1s".parse().unwrap();
    })
    .await;

    let answer = answer_to(&site, "GET / HTTP/1.1\r\nHost: ").await;

    assert!(
        answer.is_empty() || answer.starts_with("HTTP/1.1 408"),
        "{answer}"
    );
}

#[tokio::test]
async fn a_body_that_never_comes_is_hung_up_on() {
    let site = Site::start_with(|settings| {
        settings.limits.body_timeout = "1s".parse().unwrap();
    })
    .await;
    let head = format!(
        "POST /accounts/login/ HTTP/1.1\r\nHost: {}\r\nContent-Length: 100\r\n\
         Content-Type: application/x-www-form-urlencoded\r\nConnection: close\r\n\r\nusername=",
        site.address
    );

    let answer = answer_to(&site, &head).await;

    assert!(
        answer.starts_with("HTTP/1.1 4") || answer.is_empty(),
        "{answer}"
    );
}

#[tokio::test]
async fn a_socket_notices_by_itself_that_its_session_is_gone() {
    let site = Site::start_with(|settings| {
        settings.limits.session_check = "1s".parse().unwrap();
    })
    .await;
    let mut socket = site.sign_up("ana").await.socket().await;

    // As an operator would, without the program.
    let database = site.settings.database_path();
    let mut connection = SqliteConnection::establish(&database.to_string_lossy()).unwrap();
    connection
        .batch_execute("PRAGMA busy_timeout = 5000; DELETE FROM sessions")
        .unwrap();

    assert_eq!(socket.wait_for_close().await, Some(4401));
}

#[tokio::test]
async fn a_form_that_declares_too_much_is_refused_before_it_is_sent() {
    let site = Site::start().await;
    let host = site.address;
    let sent = format!(
        "POST /accounts/login/ HTTP/1.1\r\nHost: {host}\r\nOrigin: http://{host}\r\n\
         Content-Type: application/x-www-form-urlencoded\r\nConnection: close\r\n\
         Content-Length: 900000000\r\n\r\na="
    );
    let mut stream = TcpStream::connect(host).await.unwrap();
    stream.write_all(sent.as_bytes()).await.unwrap();
    let mut status = [0; 12];
    within("an answer", stream.read_exact(&mut status))
        .await
        .unwrap();
    assert_eq!(&status, b"HTTP/1.1 413");
}
