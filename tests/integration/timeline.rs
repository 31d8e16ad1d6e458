//! Pages of a room's history in both directions, the log fragment, permalinks of messages, and the
//! time zone of printed times.

use reqwest::{Method, header::COOKIE};

use crate::{
    stage::{database::change, fill_room, number},
    support::{Page, Person, Site},
};

/// Starts two friends with a conversation of `count` messages, five on a page.
async fn a_room_of(count: i64) -> (Site, Person, Person, i64) {
    let site = Site::start_with(|settings| settings.limits.page_len = 5).await;
    let (ana, bo) = site.friends("ana", "bo").await;
    let room = ana.room_with(&bo).await;
    fill_room(&site.settings.database_path(), room, count);
    (site, ana, bo, room)
}

/// Returns the numbers of the messages on a page.
fn numbers(page: &Page) -> Vec<i64> {
    let first_word = |text: &String| text.split(' ').next().unwrap().parse().unwrap();
    let messages = page.texts("#log-inner .message-text");
    messages.iter().map(first_word).collect()
}

fn earlier(page: &Page) -> Option<String> {
    page.attribute("#earlier", "href")
}

fn later(page: &Page) -> Option<String> {
    page.attribute("#later", "href")
}

fn message_id(site: &Site, room: i64, seq: i64) -> i64 {
    let query = format!("SELECT id AS number FROM messages WHERE room_id = {room} AND seq = {seq}");
    number(&site.settings.database_path(), &query)
}

#[tokio::test]
async fn pages_lead_in_both_directions_and_show_every_message_once() {
    let (_site, ana, _bo, room) = a_room_of(13).await;

    let newest = ana.open(&format!("/rooms/{room}/")).await;
    let before = ana.open(&earlier(&newest).unwrap()).await;
    let oldest = ana.open(&earlier(&before).unwrap()).await;
    let again = ana.open(&later(&oldest).unwrap()).await;
    let end = ana.open(&later(&again).unwrap()).await;

    assert_eq!(numbers(&newest), [9, 10, 11, 12, 13]);
    assert_eq!(later(&newest), None);
    assert_eq!(numbers(&before), [4, 5, 6, 7, 8]);
    assert_eq!(numbers(&oldest), [1, 2, 3]);
    assert_eq!(earlier(&oldest), None);
    assert_eq!(numbers(&again), [4, 5, 6, 7, 8]);
    assert_eq!(numbers(&end), [9, 10, 11, 12, 13]);
    assert_eq!((later(&end), earlier(&end).is_some()), (None, true));
}

#[tokio::test]
async fn a_full_page_that_ends_at_the_first_message_leads_no_further() {
    let (_site, ana, _bo, room) = a_room_of(10).await;

    let oldest = ana.open(&format!("/rooms/{room}/?before=6")).await;
    let newest = ana.open(&format!("/rooms/{room}/?after=5")).await;

    assert_eq!((numbers(&oldest).len(), earlier(&oldest)), (5, None));
    assert_eq!((numbers(&newest).len(), later(&newest)), (5, None));
}

#[tokio::test]
async fn places_outside_the_room_have_a_way_back() {
    let (_site, ana, _bo, room) = a_room_of(3).await;

    let past = ana.open(&format!("/rooms/{room}/?after=3")).await;
    let before = ana.open(&format!("/rooms/{room}/?before=1")).await;
    let extreme = ana
        .open(&format!("/rooms/{room}/?around={}", i64::MIN))
        .await;

    assert!(numbers(&past).is_empty());
    assert_eq!(earlier(&past).unwrap(), format!("/rooms/{room}/?before=4"));
    assert!(numbers(&before).is_empty());
    assert!(later(&before).is_some());
    assert_eq!(numbers(&extreme), [1, 2, 3]);
    for unreadable in ["before=x", "after=", "around=1e3"] {
        let answer = ana.get(&format!("/rooms/{room}/?{unreadable}")).await;
        assert_eq!(answer.status, 404, "{unreadable}");
    }
}

#[tokio::test]
async fn the_log_alone_is_that_of_the_page() {
    let (_site, ana, _bo, room) = a_room_of(20).await;

    for query in ["", "?before=9", "?after=9", "?around=9"] {
        let page = ana.open(&format!("/rooms/{room}/{query}")).await;
        let alone = ana.open(&format!("/rooms/{room}/log/{query}")).await;
        assert!(page.body.contains(alone.body.trim_end()), "{query}");
        assert!(!alone.body.contains("csrf_token"), "{query}");
        assert_eq!(alone.header("cache-control"), "no-store");
        let last = alone.attribute("#log-inner", "data-last-seq");
        assert_eq!(last.as_deref(), Some("20"), "{query}");
    }
}

#[tokio::test]
async fn the_address_of_a_message_leads_to_the_page_around_it() {
    let (site, ana, _bo, room) = a_room_of(20).await;
    let id = message_id(&site, room, 9);

    let answer = ana.get(&format!("/rooms/{room}/messages/{id}/")).await;
    let page = ana.open(answer.location()).await;
    let alone = ana.open(&format!("/rooms/{room}/log/?message={id}")).await;

    assert_eq!(answer.status, 303);
    assert!(answer.location().ends_with(&format!("#message-{id}")));
    assert!(page.has(&format!("#message-{id}")));
    assert_eq!(numbers(&page), [7, 8, 9, 10, 11]);
    assert!(earlier(&page).is_some() && later(&page).is_some());
    assert_eq!(numbers(&alone), numbers(&page));
}

#[tokio::test]
async fn a_strangers_message_is_as_missing_as_one_that_never_was() {
    let (site, ana, bo, room) = a_room_of(3).await;
    let cleo = site.sign_up("cleo").await;
    ana.befriend(&cleo).await;
    let other = cleo.room_with(&ana).await;
    let id = message_id(&site, room, 2);
    assert_eq!(
        ana.get(&format!("/rooms/{room}/messages/{id}/"))
            .await
            .status,
        303
    );

    let missing = cleo.get("/rooms/999/messages/999/").await;
    let paths = [
        format!("/rooms/{room}/messages/{id}/"),
        format!("/rooms/{room}/messages/999/"),
        format!("/rooms/{other}/messages/{id}/"),
        format!("/rooms/{other}/log/?message={id}"),
        format!("/rooms/{room}/log/?message={id}"),
        format!("/rooms/{room}/log/"),
        format!("/rooms/{room}/log/?after=1"),
        format!("/rooms/{room}/?around=2"),
        format!("/rooms/{room}/messages/x/"),
    ];

    for path in paths {
        let answer = cleo.get(&path).await;
        assert_eq!(answer.status, 404, "{path}");
        assert_eq!(words(&answer), words(&missing), "{path}");
    }
    change(
        &site.settings.database_path(),
        &format!(
            "DELETE FROM members WHERE room_id = {room} AND user_id = {}",
            bo.id
        ),
    );
    for path in ["messages/1/", "log/?message=1", "log/?before=2", "?after=1"] {
        let answer = bo.get(&format!("/rooms/{room}/{path}")).await;
        assert_eq!(answer.status, 404, "somebody who was removed: {path}");
    }
}

/// Returns the text of an error page without the id of its request.
fn words(page: &Page) -> String {
    let words = page.texts("body").concat();
    words.split("Request ").next().unwrap().to_owned()
}

#[tokio::test]
async fn times_are_those_of_the_zone_that_the_browser_once_told() {
    let (site, ana, _bo, room) = a_room_of(1).await;
    // 22:30 UTC, the last day of 2025.
    let moment = "UPDATE messages SET created_at = 1767220200000";
    change(&site.settings.database_path(), moment);
    let path = format!("/rooms/{room}/");
    let in_zone = async |zone: &str| {
        let request = ana.request(Method::GET, &path);
        let cookies = format!("{}; parlour_zone={zone}", ana.cookies());
        Page::read(request.header(COOKIE, cookies).send().await.unwrap()).await
    };

    let unknown = ana.open(&path).await;
    let kolkata = in_zone("Asia/Kolkata").await;
    let nonsense = in_zone("../../etc/passwd").await;

    for page in [&unknown, &nonsense] {
        assert_eq!(page.texts("#log-inner .message-time"), ["22:30"]);
        assert_eq!(page.texts(".day"), ["31 December 2025"]);
        assert!(page.body.contains("Times are in UTC."));
    }
    assert_eq!(kolkata.texts("#log-inner .message-time"), ["04:00"]);
    assert_eq!(kolkata.texts(".day"), ["1 January 2026"]);
    assert!(kolkata.body.contains("Times are in Asia/Kolkata."));
}

#[tokio::test]
async fn a_room_of_a_hundred_thousand_messages_opens_at_any_place() {
    let site = Site::start().await;
    let (ana, bo) = site.friends("ana", "bo").await;
    let room = ana.room_with(&bo).await;
    fill_room(&site.settings.database_path(), room, 100_000);

    for (query, first) in [
        ("", 99_951),
        ("?before=50000", 49_950),
        ("?after=50000", 50_001),
        ("?around=50000", 49_975),
        ("?before=30", 1),
    ] {
        let page = ana.open(&format!("/rooms/{room}/{query}")).await;
        assert_eq!(numbers(&page)[0], first, "{query}");
    }
    change(
        &site.settings.database_path(),
        "UPDATE members SET read_seq = 0",
    );
    let page = ana.open(&format!("/rooms/{room}/")).await;
    assert_eq!(numbers(&page)[0], 1, "where it is new");
}
