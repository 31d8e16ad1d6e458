//! Answers are limited in bytes, and concurrent pages in number. A room full of the most expensive
//! texts costs no more memory than others, and all of it can still be read.

use reqwest::{Method, header::RETRY_AFTER};
use tokio::{
    io::AsyncWriteExt,
    net::{TcpSocket, TcpStream},
};

use crate::{
    stage::{database::change, fill_room, until},
    support::{Page, Person, Site},
};

/// SQL for the rest of the most expensive text: 9,995 characters that are escaped twice.
const WORST: &str = r#"replace(hex(zeroblob(1999)), '00', '&<>"''')"#;

async fn a_room_of_worst_texts(site: &Site, count: i64) -> (Person, Person, i64) {
    let (ana, bo) = site.friends("ana", "bo").await;
    let room = ana.room_with(&bo).await;
    fill_room(&site.settings.database_path(), room, count);
    let statement =
        format!("UPDATE messages SET body = seq || ' ' || {WORST} WHERE room_id = {room}");
    change(&site.settings.database_path(), &statement);
    (ana, bo, room)
}

/// Returns the numbers with which the messages of a page start.
fn numbers(page: &Page) -> Vec<i64> {
    let first_word = |text: &String| text.split(' ').next().unwrap().parse().unwrap();
    let messages = page.texts("#log-inner .message-text");
    messages.iter().map(first_word).collect()
}

/// Follows the links of one kind to the last page. Returns the numbers of each page.
async fn walk(person: &Person, path: &str, first: &str, link: &str, most: usize) -> Vec<Vec<i64>> {
    let (mut query, mut seen) = (first.to_owned(), Vec::new());
    loop {
        let page = person.open(&format!("{path}{query}")).await;
        assert!(page.body.len() <= most, "{} bytes", page.body.len());
        seen.push(numbers(&page));
        let Some(next) = page.attribute(link, "href") else {
            return seen;
        };
        let (_, next) = next.split_once('?').expect("a query");
        query = format!("?{}", next.trim_end_matches("#earlier"));
    }
}

#[tokio::test]
async fn a_room_of_the_worst_texts_is_walked_to_its_beginning_and_back() {
    let site = Site::start().await;
    let (ana, _bo, room) = a_room_of_worst_texts(&site, 9).await;
    // The log, and the page around it.
    let most = site.settings.limits.page_bytes + 64 * 1024;
    let all: Vec<i64> = (1..=9).collect();

    for kind in ["", "log/"] {
        let path = format!("/rooms/{room}/{kind}");
        let mut back = walk(&ana, &path, "", "#earlier", most).await;
        let forth = walk(&ana, &path, "?after=0", "#later", most).await;
        back.reverse();
        assert!(back.len() > 2 && forth.len() > 2, "several pages");
        assert_eq!((&back.concat(), &forth.concat()), (&all, &all));
    }
    for seq in all {
        let around = ana.open(&format!("/rooms/{room}/?around={seq}")).await;
        assert!(numbers(&around).contains(&seq), "{seq}");
    }
}

#[tokio::test]
async fn the_earlier_texts_of_a_message_are_bounded_in_bytes() {
    let site = Site::start().await;
    let (ana, _bo, room) = a_room_of_worst_texts(&site, 1).await;
    let versions = format!(
        "WITH RECURSIVE numbers (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers LIMIT 40)
        INSERT INTO message_versions (message_id, client_id, body, created_at)
            SELECT messages.id, printf('%08d-0000-4000-8000-000000000000', n), n || ' ' || {WORST}, n
            FROM messages, numbers"
    );
    change(&site.settings.database_path(), &versions);

    let newest = ana.open(&format!("/rooms/{room}/")).await;
    let id = newest.attribute("article", "data-id").expect("a message");
    let path = format!("/rooms/{room}/messages/{id}/versions/");
    let page = ana.open(&path).await;

    let shown = page.texts(".version .quoted-text");
    assert!((3..41).contains(&shown.len()), "{}", shown.len());
    assert!(shown[1].starts_with("40 "), "the newest come first");
    let most = site.settings.limits.page_bytes + 128 * 1024;
    assert!(page.body.len() <= most, "{} bytes", page.body.len());
    assert!(page.has(".versions-cut"), "it says that there are more");
}

/// Requests a page and does not read it.
async fn ask_and_not_read(person: &Person, path: &str) -> TcpStream {
    let socket = TcpSocket::new_v4().unwrap();
    socket.set_recv_buffer_size(4096).unwrap();
    let mut stream = socket.connect(person.site).await.unwrap();
    let head = format!(
        "GET {path} HTTP/1.1\r\nHost: {}\r\nCookie: {}\r\n\r\n",
        person.site,
        person.cookies()
    );
    stream.write_all(head.as_bytes()).await.unwrap();
    stream
}

#[tokio::test]
async fn pages_that_are_not_read_take_the_turns_of_their_reader_and_of_nobody_else() {
    let site = Site::start_with(|settings| {
        settings.limits.pages_in_flight = 2;
        settings.limits.page_wait = "1s".parse().unwrap();
        // More than the kernels take for a peer that does not read.
        settings.limits.page_len = 100;
        settings.limits.page_bytes = 64 * 1024 * 1024;
    })
    .await;
    let (ana, bo, room) = a_room_of_worst_texts(&site, 100).await;
    let log = format!("/rooms/{room}/log/");

    let unread = [
        ask_and_not_read(&ana, &log).await,
        ask_and_not_read(&ana, &log).await,
    ];
    let refused = until("a page too many to be refused", async || {
        let answer = ana.get("/friends/").await;
        (answer.status != 200).then_some(answer)
    })
    .await;

    assert_eq!(refused.status, 429, "{}", refused.body);
    assert_eq!(refused.header(RETRY_AFTER.as_str()), "2");
    assert!(refused.has("main h1"), "a page, not bare words");
    assert_eq!(bo.get("/friends/").await.status, 200);
    let visitor = site.visitor();
    assert_eq!(visitor.get("/accounts/login/").await.status, 200);
    assert_eq!(ana.get("/healthz").await.status, 200, "it is no page");
    drop(unread);
    until("the turns to be free again", async || {
        (ana.get("/friends/").await.status == 200).then_some(())
    })
    .await;
}

/// Returns whether a visitor with a new connection gets an answer.
async fn is_let_in(site: &Site) -> bool {
    let asked = site.visitor().request(Method::GET, "/healthz").send();
    asked.await.is_ok()
}

#[tokio::test]
async fn an_address_holds_so_many_connections_and_its_open_sockets_do_not_count() {
    const MOST: usize = 8;
    let site = Site::start_with(|settings| settings.limits.connections_per_ip = MOST).await;
    let ana = site.sign_up("ana").await;
    let mut sockets = Vec::new();
    for _ in 0..2 * MOST {
        sockets.push(ana.socket().await);
    }

    let mut held = Vec::new();
    for _ in 0..MOST {
        held.push(TcpStream::connect(site.address).await.unwrap());
    }
    until("a connection too many to be closed", async || {
        (!is_let_in(&site).await).then_some(())
    })
    .await;
    drop(held);
    until("room again", async || is_let_in(&site).await.then_some(())).await;
}

#[tokio::test]
async fn a_trusted_proxy_has_no_limit_of_connections() {
    let site = Site::start_with(|settings| {
        settings.limits.connections_per_ip = 1;
        settings.trusted_proxies = vec!["127.0.0.0/8".parse().unwrap()];
    })
    .await;
    let mut held = Vec::new();
    for _ in 0..5 {
        held.push(TcpStream::connect(site.address).await.unwrap());
    }
    assert!(is_let_in(&site).await);
}
