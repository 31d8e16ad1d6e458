//! "What you missed": the page of all rooms and the summary of one, marking them as read and
//! undoing it, and the first page after a long absence.

use crate::{
    stage::database::{change, number},
    support::{PASSWORD, Page, Person, Site},
};

const DIGEST: &str = "/catch-up/";

/// Returns the texts of the headings of the rooms in their order.
async fn rooms(person: &Person) -> Vec<String> {
    person.open(DIGEST).await.texts(".digest-room h2 bdi")
}

/// Posts `fields` in `room`, and returns the id of the message.
async fn say(person: &Person, room: i64, text: &str) -> String {
    assert_eq!(person.post_by_form(room, text).await, 303);
    newest(person, room).await
}

async fn newest(person: &Person, room: i64) -> String {
    let page = person.open(&format!("/rooms/{room}/")).await;
    page.all_attributes("article[data-id]", "data-id")
        .pop()
        .unwrap()
}

async fn reply(person: &Person, room: i64, to: &str, text: &str) {
    let path = format!("/rooms/{room}/messages/");
    let page = format!("/rooms/{room}/?reply={to}");
    let answer = person.submit(&page, &path, &[("body", text)]).await;
    assert_eq!(answer.status, 303, "{}", answer.body);
}

/// The read cursor of a person.
fn cursor(site: &Site, room: i64, person: &Person) -> i64 {
    let query = format!(
        "SELECT read_seq AS number FROM members WHERE room_id = {room} AND user_id = {}",
        person.id
    );
    number(&site.settings.database_path(), &query)
}

/// A room of three people, in which everybody has read everything.
async fn tea(site: &Site) -> (Person, Person, Person, i64) {
    let (ana, bo) = site.friends("ana", "bo").await;
    let eve = site.sign_up("eve").await;
    ana.befriend(&eve).await;
    let room = ana.make_room("closed", "Tea", &[&bo, &eve]).await;
    for person in [&ana, &bo, &eve] {
        person.read_all().await;
    }
    (ana, bo, eve, room)
}

#[tokio::test]
async fn a_digest_lists_calls_with_what_they_answer_reactions_and_who_joined() {
    let site = Site::start().await;
    let (ana, bo, eve, room) = tea(&site).await;
    let mine = say(&ana, room, "green or black?").await;
    ana.read_all().await;
    reply(&bo, room, &mine, "black").await;
    let cake = say(&eve, room, "there is **cake**").await;
    reply(&bo, room, &cake, "@ana bring plates").await;
    let react = format!("/rooms/{room}/messages/{cake}/reactions/");
    let page = format!("/rooms/{room}/messages/{cake}/actions/");
    assert_eq!(
        bo.submit(&page, &react, &[("emoji", "🎉")]).await.status,
        303
    );
    let noor = site.sign_up("noor").await;
    ana.befriend(&noor).await;
    assert_eq!(ana.add_people(room, &[&noor]).await.status, 303);

    let page = ana.open(DIGEST).await;
    assert_eq!(page.texts("h1"), ["What you missed"]);
    assert_eq!(page.texts(".digest-room h2 bdi"), ["Tea"]);
    assert_eq!(
        page.texts(".digest-room header .hint"),
        ["1 mention, 1 reply, 3 messages by 2 people"]
    );
    assert_eq!(
        page.texts(".missed-group h3"),
        ["1 mention, 1 reply", "Most reactions"]
    );
    assert_eq!(
        page.texts(".missed-link"),
        ["bo @ana bring plates", "bo black", "eve there is cake"]
    );
    assert_eq!(
        page.texts(".missed-why"),
        [
            "In reply to eve: there is cake",
            "Replied to you: green or black?"
        ]
    );
    assert_eq!(page.texts(".missed-reaction"), ["🎉 1"]);
    assert_eq!(page.texts(".missed-joined"), ["noor joined"]);
    let first = page.attribute(".missed-link", "href").unwrap();
    let around = ana.get(&first).await;
    assert!(
        around.status == 303 || around.status == 200,
        "{first} leads to the message"
    );
}

#[tokio::test]
async fn the_digest_has_rooms_that_call_first_muted_ones_last_and_no_hidden_or_foreign_ones() {
    let site = Site::start().await;
    let (ana, bo, eve, tea) = tea(&site).await;
    let mut made = Vec::new();
    for name in ["Loud", "Muted", "Hidden", "Left"] {
        made.push(ana.make_room("closed", name, &[&bo]).await);
    }
    let foreign = bo.make_room("closed", "Foreign", &[]).await;
    let [loud, muted, hidden, left] = made[..] else {
        panic!("four rooms");
    };
    say(&bo, muted, "@ana psst").await;
    say(&bo, tea, "@ana come").await;
    for room in [hidden, left, foreign, loud] {
        say(&bo, room, "nobody is called").await;
    }
    for (room, level) in [(muted, "nothing"), (hidden, "hidden")] {
        let path = format!("/rooms/{room}/notifications/");
        let chosen = ana.submit(&path, &path, &[("level", level)]).await;
        assert_eq!(chosen.status, 303);
    }
    let gone = format!(
        "DELETE FROM members WHERE room_id = {left} AND user_id = {}",
        ana.id
    );
    change(&site.settings.database_path(), &gone);

    assert_eq!(rooms(&ana).await, ["Tea", "Loud", "Muted"]);
    assert!(rooms(&eve).await.contains(&"Tea".to_owned()));
    let page = ana.open(DIGEST).await;
    assert_eq!(page.texts(".digest-muted h2 bdi"), ["Muted"]);
    let plain = page.texts(".missed-link");
    assert!(
        plain.contains(&"bo nobody is called".to_owned()),
        "the latest of a room"
    );
}

#[tokio::test]
async fn blocked_people_and_deleted_messages_are_not_in_the_digest() {
    let site = Site::start().await;
    let (ana, bo, eve, room) = tea(&site).await;
    let insult = say(&eve, room, "@ana no soup").await;
    let taken_back = say(&bo, room, "@ana never mind").await;
    reply(&bo, room, &insult, "@ana what?").await;
    let path = format!("/rooms/{room}/messages/{taken_back}/delete/");
    assert_eq!(bo.submit(&path, &path, &[]).await.status, 303);
    ana.press_and_confirm("block", &eve).await;

    for path in [DIGEST.to_owned(), format!("/rooms/{room}/catch-up/")] {
        let page = ana.open(&path).await;
        let links = page.texts(".missed-link");
        assert!(links.contains(&"bo @ana what?".to_owned()), "{links:?}");
        assert!(!page.body.contains("no soup"), "neither as a quote");
        assert!(!page.body.contains("never mind"));
        assert!(!links.iter().any(|link| link.starts_with("eve")));
    }
}

#[tokio::test]
async fn what_is_not_listed_is_counted() {
    let site = Site::start_with(|settings| {
        let many = || "1000/1s".parse().unwrap();
        let rates = &mut settings.rates;
        (rates.room_creations, rates.room_creations_ip) = (many(), many());
        (rates.invitations, rates.invitations_ip) = (many(), many());
        (rates.forms, rates.forms_ip) = (many(), many());
    })
    .await;
    let (ana, bo, _eve, room) = tea(&site).await;
    for number in 0..7 {
        say(&bo, room, &format!("@ana {number}")).await;
    }
    let page = ana.open(DIGEST).await;
    assert_eq!(page.texts(".missed-link").len(), 5);
    assert_eq!(
        page.texts(".missed-link")[0],
        "bo @ana 6",
        "the newest come first"
    );
    assert_eq!(page.texts(".digest-rest"), ["and 2 more messages"]);
    let one = ana.open(&format!("/rooms/{room}/catch-up/")).await;
    assert_eq!(one.texts(".missed-link").len(), 7);

    for number in 0..12 {
        let room = ana
            .make_room("closed", &format!("Room {number}"), &[&bo])
            .await;
        say(&bo, room, "hello").await;
    }
    let page = ana.open(DIGEST).await;
    assert_eq!(page.texts(".digest-room h2 bdi").len(), 12);
    let rest = page.texts("#digest > .digest-rest");
    // The room, the direct conversation with eve is read, and the twelve above.
    assert_eq!(rest, ["and 1 more conversation"]);
}

#[tokio::test]
async fn everything_is_marked_as_read_and_undone_exactly_where_nobody_read_on() {
    let site = Site::start().await;
    let (ana, bo, eve, tea) = tea(&site).await;
    let other = ana.make_room("closed", "Other", &[&bo, &eve]).await;
    for person in [&ana, &eve] {
        person.read_all().await;
    }
    for text in ["one", "two", "three"] {
        say(&bo, tea, text).await;
        say(&bo, other, text).await;
    }
    let before = [tea, other].map(|room| cursor(&site, room, &ana));
    let of_eve = [tea, other].map(|room| cursor(&site, room, &eve));

    let page = ana.open(DIGEST).await;
    let next = "#digest form[action='/read-all/'] [name=next]";
    assert_eq!(page.attribute(next, "value").as_deref(), Some(DIGEST));
    let read = ana.submit(DIGEST, "/read-all/", &[("next", DIGEST)]).await;
    assert_eq!((read.status, read.location()), (303, DIGEST));
    let page = ana.open(DIGEST).await;
    assert_eq!(page.texts(".digest-done h2"), ["You’re all caught up"]);
    assert!(page.has(".digest-undo button"));
    // She reads on in one of them.
    say(&bo, other, "four").await;
    ana.open(&format!("/rooms/{other}/")).await;
    let read_on = cursor(&site, other, &ana);

    let undone = ana.submit(DIGEST, "/read-all/undo/", &[]).await;
    assert_eq!((undone.status, undone.location()), (303, DIGEST));
    assert_eq!(cursor(&site, tea, &ana), before[0]);
    assert_eq!(cursor(&site, other, &ana), read_on, "not moved back");
    assert_eq!([tea, other].map(|room| cursor(&site, room, &eve)), of_eve);
    assert_eq!(rooms(&ana).await, ["Tea"]);
    assert!(!ana.open(DIGEST).await.has(".digest-undo"));

    // Again, when there is nothing to undo.
    let token = ana.csrf_token(DIGEST).await;
    let fields = [
        ("csrf_token".to_owned(), token),
        ("next".to_owned(), DIGEST.to_owned()),
    ];
    assert_eq!(ana.post("/read-all/undo/", &fields).await.status, 303);
    let page = ana.open(DIGEST).await;
    assert_eq!(page.texts(".flash"), ["It was too late to undo this."]);
    assert_eq!(cursor(&site, tea, &ana), before[0]);
}

#[tokio::test]
async fn one_room_is_marked_as_read_and_leaves_the_digest() {
    let site = Site::start().await;
    let (ana, bo, _eve, tea) = tea(&site).await;
    let other = ana.make_room("closed", "Other", &[&bo]).await;
    for room in [tea, other] {
        say(&bo, room, "hello").await;
    }
    assert_eq!(rooms(&ana).await, ["Other", "Tea"]);
    let form = format!("/rooms/{other}/read/");
    let read = ana.submit(DIGEST, &form, &[]).await;
    assert_eq!((read.status, read.location()), (303, DIGEST));
    assert_eq!(rooms(&ana).await, ["Tea"]);
    let undone = ana.submit(DIGEST, "/read-all/undo/", &[]).await;
    assert_eq!(undone.status, 303);
    assert_eq!(rooms(&ana).await, ["Other", "Tea"]);
    // The room of somebody else is not found.
    let eve = site.sign_up("mallory").await;
    let token = eve.csrf_token("/").await;
    let fields = [("csrf_token".to_owned(), token)];
    assert_eq!(eve.post(&form, &fields).await.status, 404);
    assert_eq!(site.visitor().get(DIGEST).await.status, 303);
}

/// Lets the sessions of a person be unused for so many hours.
fn rest(site: &Site, person: &Person, hours: i64) {
    let statement = format!(
        "UPDATE sessions SET last_seen_at = last_seen_at - {hours} * 3600000 WHERE user_id = {}",
        person.id
    );
    change(&site.settings.database_path(), &statement);
}

async fn fetched(person: &Person, method: reqwest::Method, mode: &str) -> Page {
    let request = person.request(method, "/").header("Sec-Fetch-Mode", mode);
    Page::read(request.send().await.unwrap()).await
}

#[tokio::test]
async fn more_than_a_day_away_begins_with_what_was_missed_once_and_if_wanted() {
    let site = Site::start().await;
    let (ana, bo, _eve, room) = tea(&site).await;
    say(&bo, room, "hello").await;
    rest(&site, &ana, 23);
    assert_eq!(ana.get("/").await.status, 200, "not a day");

    rest(&site, &ana, 25);
    let first = fetched(&ana, reqwest::Method::GET, "navigate").await;
    assert_eq!((first.status, first.location()), (303, DIGEST));
    assert_eq!(ana.get("/").await.status, 200, "once");

    // What scripts ask for is no visit: an answer that leads elsewhere means logged out to them.
    for (method, mode) in [
        (reqwest::Method::HEAD, "same-origin"),
        (reqwest::Method::GET, "cors"),
    ] {
        rest(&site, &ana, 25);
        assert_eq!(fetched(&ana, method, mode).await.status, 200);
    }
    // Another device was used meanwhile.
    let mut phone = site.visitor();
    phone.log_in("ana", PASSWORD).await;
    let statement = format!(
        "UPDATE sessions SET last_seen_at = last_seen_at - 90000000 WHERE rowid =
            (SELECT min(rowid) FROM sessions WHERE user_id = {})",
        ana.id
    );
    change(&site.settings.database_path(), &statement);
    assert_eq!(ana.get("/").await.status, 200);

    let path = "/accounts/preferences/";
    let off = [("section", "reading"), ("open_at", "unread")];
    let mut fields = ana.open(path).await.form(path);
    fields.retain(|(name, _)| name != "catch_up");
    fields.extend(off.map(|(name, value)| (name.to_owned(), value.to_owned())));
    assert_eq!(ana.post(path, &fields).await.status, 303);
    rest(&site, &ana, 25);
    assert_eq!(ana.get("/").await.status, 200, "not wanted");

    // Nothing to show.
    bo.read_all().await;
    rest(&site, &bo, 25);
    assert_eq!(bo.get("/").await.status, 200);
}
