//! Unread counts, notification levels, and the summary of missed messages: over HTTP and the
//! socket, with and without scripts, for members and for outsiders.

use serde_json::{Value, json};

use crate::support::{Page, Person, Room, Site};

/// Returns the accessible name of the link to a conversation on the page of the list.
async fn link_of(person: &Person, room: i64) -> String {
    let page = person.open("/").await;
    let link = format!("a[data-conversation='{room}']");
    page.attribute(&link, "aria-label")
        .unwrap_or_else(|| page.texts(&format!("{link} .side-name")).concat())
}

async fn two_messages() -> (Site, Person, Person, Room) {
    let site = Site::start().await;
    let (ana, bo) = site.friends("ana", "bo").await;
    let mut room = ana.open_room(&bo).await;
    room.post("one").await;
    room.post("two").await;
    (site, ana, bo, room)
}

/// Returns the ids of the messages on a page, in order.
fn ids(page: &Page) -> Vec<String> {
    let html = scraper::Html::parse_document(&page.body);
    let articles = scraper::Selector::parse("article[data-id]").unwrap();
    html.select(&articles)
        .map(|article| article.attr("data-id").unwrap().to_owned())
        .collect()
}

async fn moved(room: &mut Room) -> (i64, i64, i64) {
    let event = room.socket.wait_for("read.moved").await;
    let number = |key: &str| event[key].as_i64().unwrap();
    (number("read_seq"), number("unread"), number("mentions"))
}

#[tokio::test]
async fn without_scripts_the_list_counts_and_a_look_at_the_room_reads_it_everywhere() {
    let (_site, ana, bo, room) = two_messages().await;
    let mut at_bo = bo.open_room(&ana).await;
    assert_eq!(link_of(&bo, room.id).await, "ana, 2 unread");
    let list = bo.open("/").await;
    assert_eq!(list.texts("title"), ["(2) Conversations – Parlour"]);
    assert!(
        list.attribute("#favicon", "href")
            .unwrap()
            .ends_with("mark-badge.svg")
    );
    assert!(list.has(".badge[data-number='2']"));
    assert_eq!(
        link_of(&ana, room.id).await,
        "bo",
        "own messages do not count"
    );

    let page = bo.open(&format!("/rooms/{}/", room.id)).await;
    let divider = "[role=separator][aria-label='New messages']";
    assert!(page.has(divider));
    assert_eq!(page.texts("title"), ["ana – Parlour"]);
    assert_eq!(moved(&mut at_bo).await, (2, 0, 0));
    assert_eq!(link_of(&bo, room.id).await, "ana");
    let again = bo.open(&format!("/rooms/{}/", room.id)).await;
    assert!(!again.has(divider), "it is gone at the next visit");
}

#[tokio::test]
async fn a_browser_that_runs_scripts_reads_nothing_by_fetching_a_page() {
    let (_site, _ana, bo, room) = two_messages().await;
    let path = format!("/rooms/{}/", room.id);
    for (name, value) in [("Cookie", "parlour_script=1"), ("Sec-Purpose", "prefetch")] {
        let value = match name {
            "Cookie" => format!("{}; {value}", bo.cookies()),
            _ => value.to_owned(),
        };
        let request = bo.request(reqwest::Method::GET, &path).header(name, value);
        assert_eq!(request.send().await.unwrap().status(), 200);
    }
    assert_eq!(link_of(&bo, room.id).await, "ana, 2 unread");
}

#[tokio::test]
async fn a_form_marks_unread_and_another_one_reads_everything_and_takes_it_back() {
    let (_site, ana, bo, room) = two_messages().await;
    let mut at_bo = bo.open_room(&ana).await;
    let page = bo.open(&format!("/rooms/{}/", room.id)).await;
    assert_eq!(moved(&mut at_bo).await, (2, 0, 0));
    let second = ids(&page)[1].clone();

    let details = format!("/rooms/{}/messages/{second}/details/", room.id);
    let form = format!("/rooms/{}/messages/{second}/unread/", room.id);
    let answer = bo.submit(&details, &form, &[]).await;
    assert_eq!((answer.status, answer.location()), (303, "/"));
    assert_eq!(moved(&mut at_bo).await, (1, 1, 1));
    assert_eq!(link_of(&bo, room.id).await, "ana, 1 unread");

    assert_eq!(bo.submit("/", "/read-all/", &[]).await.status, 303);
    assert_eq!(moved(&mut at_bo).await, (2, 0, 0));
    assert!(bo.open("/").await.has("#read-all-undo:not([hidden])"));
    let token = bo.csrf_token("/").await;
    let fields = [("csrf_token".to_owned(), token)];
    assert_eq!(bo.post("/read-all/undo/", &fields).await.status, 303);
    assert_eq!(moved(&mut at_bo).await, (1, 1, 1));
    assert!(!bo.open("/").await.has("#read-all-undo:not([hidden])"));
}

#[tokio::test]
async fn a_hidden_room_leaves_the_list_and_calls_nobody() {
    let (_site, ana, bo, room) = two_messages().await;
    let mut at_bo = bo.open_room(&ana).await;
    let path = format!("/rooms/{}/notifications/", room.id);
    let page = bo.open(&path).await;
    assert!(page.has("input[name=level][value=everything][checked]"));
    let answer = bo.submit(&path, &path, &[("level", "hidden")]).await;
    assert_eq!(answer.status, 303);
    let told = at_bo.socket.wait_for("level.changed").await;
    assert_eq!(
        (&told["room"], &told["level"]),
        (&json!(room.id), &json!("hidden"))
    );

    let list = bo.open("/").await;
    assert!(!list.has("#conversations > ul a"));
    assert!(list.has("details.hidden-rooms a[data-conversation]"));
    assert_eq!(list.texts("title"), ["Conversations – Parlour"]);
    assert_eq!(list.texts(".hidden-rooms summary"), ["Show hidden"]);
    let wrong = bo.submit(&path, &path, &[("level", "loud")]).await;
    assert_eq!(wrong.status, 400);
}

async fn why(person: &Person, room: i64, message: &str) -> String {
    let page = person
        .open(&format!("/rooms/{room}/messages/{message}/details/"))
        .await;
    page.texts("[aria-labelledby=notification-heading] p")
        .remove(0)
}

#[tokio::test]
async fn each_message_says_why_nobody_was_notified_of_it_when_it_came() {
    let (_site, ana, bo, mut room) = two_messages().await;
    let level = format!("/rooms/{}/notifications/", room.id);
    let preferences = "/accounts/preferences/";
    let always = [
        ("quiet_from", "00:00"),
        ("quiet_until", "00:00"),
        ("open_at", "unread"),
        ("enter", "sends"),
    ];
    let week = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"].map(|day| format!("quiet_{day}"));
    let mut quiet: Vec<(&str, &str)> = always.to_vec();
    quiet.extend(week.iter().map(|day| (day.as_str(), "on")));

    bo.submit(&level, &level, &[("level", "mentions")]).await;
    room.post("three").await;
    bo.submit(preferences, preferences, &quiet).await;
    room.post("four").await;
    bo.submit(&level, &level, &[("level", "everything")]).await;
    let off: Vec<_> = always.to_vec();
    let token = bo.csrf_token(preferences).await;
    let mut fields: Vec<(String, String)> = vec![("csrf_token".into(), token)];
    fields.extend(
        off.iter()
            .map(|(name, value)| ((*name).into(), (*value).into())),
    );
    assert_eq!(bo.post(preferences, &fields).await.status, 303);
    room.post("five").await;

    let page = bo.open(&format!("/rooms/{}/", room.id)).await;
    let ids = ids(&page);
    let notified = "Notifications were on for this message.";
    assert!(why(&bo, room.id, &ids[0]).await.starts_with(notified));
    assert_eq!(
        why(&bo, room.id, &ids[2]).await,
        "You were not notified because: notifications for this conversation are set to “Mentions and replies”."
    );
    assert_eq!(
        why(&bo, room.id, &ids[3]).await,
        "You were not notified because: notifications for this conversation are set to “Mentions and replies”, it arrived during your quiet hours."
    );
    assert!(why(&bo, room.id, &ids[4]).await.starts_with(notified));
    assert_eq!(
        why(&ana, room.id, &ids[0]).await,
        "You were not notified because: you wrote this message."
    );
}

#[tokio::test]
async fn who_has_seen_an_own_message_stands_in_its_details_until_somebody_switches_it_off() {
    let (_site, ana, bo, room) = two_messages().await;
    let page = ana.open(&format!("/rooms/{}/", room.id)).await;
    let details = format!("/rooms/{}/messages/{}/details/", room.id, ids(&page)[1]);
    let names = "[aria-labelledby=seen-heading] bdi";
    assert_eq!(ana.open(&details).await.texts(names), Vec::<String>::new());
    bo.open(&format!("/rooms/{}/", room.id)).await;
    assert_eq!(ana.open(&details).await.texts(names), ["bo"]);

    let path = "/accounts/preferences/";
    let mut fields = bo.open(path).await.form(path);
    fields.retain(|(name, _)| name != "seen");
    for (name, value) in [
        ("open_at", "unread"),
        ("enter", "sends"),
        ("quiet_from", "22:00"),
        ("quiet_until", "07:00"),
    ] {
        fields.push((name.to_owned(), value.to_owned()));
    }
    assert_eq!(bo.post(path, &fields).await.status, 303);
    assert!(!ana.open(&details).await.has("#seen-heading"));
}

#[tokio::test]
async fn a_long_absence_is_summed_up_on_top_of_the_room_and_on_a_page() {
    let (_site, _ana, bo, mut room) = two_messages().await;
    let path = format!("/rooms/{}/", room.id);
    for number in 0..18 {
        room.post(&format!("more {number}")).await;
    }
    let catch_up = format!("/rooms/{}/catch-up/", room.id);
    let page = bo.open(&catch_up).await;
    assert_eq!(
        page.texts(".lead"),
        ["Since you left: 20 messages by 1 person"]
    );
    // Twenty are read faster than summed up.
    let request = bo.request(reqwest::Method::GET, &path);
    let scripted = format!("{}; parlour_script=1", bo.cookies());
    let request = request.header("Cookie", scripted).send().await.unwrap();
    assert!(!Page::read(request).await.has("#catch-up"));
    room.post("one more").await;
    let page = bo.open(&path).await;
    assert_eq!(
        page.texts("#catch-up summary"),
        ["Since you left: 21 messages by 1 person Catch me up"]
    );
    assert!(!bo.open(&path).await.has("#catch-up"), "all is read now");
}

#[tokio::test]
async fn preferences_are_saved_told_to_open_pages_and_refused_in_words() {
    let site = Site::start().await;
    let ana = site.sign_up("ana").await;
    let mut socket = ana.socket().await;
    assert_eq!(socket.hello["preferences"]["enter_sends"], true);
    let path = "/accounts/preferences/";
    let typed = [
        ("open_at", "newest"),
        ("enter", "newline"),
        ("quiet_mon", "on"),
        ("quiet_from", "21:15"),
        ("quiet_until", "06:45"),
        ("time_zone", "Europe/Berlin"),
    ];
    assert_eq!(ana.submit(path, path, &typed).await.status, 303);
    let told = socket.wait_for("preferences.changed").await["preferences"].clone();
    assert_eq!(
        (
            &told["enter_sends"],
            &told["quiet_from"],
            &told["quiet_days"]
        ),
        (&json!(false), &json!(1275), &json!(1))
    );
    let page = ana.open(path).await;
    assert!(page.has("input[name=quiet_mon][checked]"));
    let chosen = "select[name=time_zone] option[selected]";
    assert_eq!(page.texts(chosen), ["Europe/Berlin"]);

    let mut wrong = typed.to_vec();
    wrong[5] = ("time_zone", "Mars/Olympus");
    let refused = ana.submit(path, path, &wrong).await;
    assert_eq!(refused.status, 422);
    assert_eq!(
        refused.texts("#time_zone-error"),
        ["There is no such time zone. Choose one from the list."]
    );
    assert!(!refused.has(chosen));

    let snooze = "/accounts/preferences/snooze/";
    for (length, is_on) in [("half_hour", true), ("tomorrow", true), ("off", false)] {
        let answer = ana.submit(path, snooze, &[("length", length)]).await;
        assert_eq!(answer.status, 303);
        let told = socket.wait_for("preferences.changed").await;
        let until: &Value = &told["preferences"]["snoozed_until"];
        assert_eq!(until.is_i64(), is_on, "{length}");
    }
}

#[tokio::test]
async fn quiet_hours_follow_the_browser_until_a_zone_is_chosen() {
    let (_site, ana, bo, mut room) = two_messages().await;
    let path = "/accounts/preferences/";
    let in_zone = async |path: &str, zone: &str| {
        let cookies = format!("{}; parlour_zone={zone}", bo.cookies());
        let request = bo
            .request(reqwest::Method::GET, path)
            .header("Cookie", cookies);
        Page::read(request.send().await.unwrap()).await
    };
    let page = in_zone(path, "Asia/Tokyo").await;
    assert!(!page.has("select[name=time_zone] option[selected]"));
    let first = &page.texts("select[name=time_zone] option")[0];
    assert_eq!(first, "Same as this browser (Asia/Tokyo)");

    // Quiet hours from now on for two hours, as a clock in UTC says.
    let now = jiff::Timestamp::now().to_zoned(jiff::tz::TimeZone::UTC);
    let hour = |hours: i8| format!("{:02}:00", (now.hour() + hours).rem_euclid(24));
    let (from, until) = (hour(0), hour(2));
    let days = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"].map(|day| format!("quiet_{day}"));
    let mut typed = vec![
        ("open_at", "unread"),
        ("enter", "sends"),
        ("quiet_from", &*from),
        ("quiet_until", &*until),
        ("time_zone", ""),
    ];
    typed.extend(days.iter().map(|day| (day.as_str(), "on")));
    assert_eq!(bo.submit(path, path, &typed).await.status, 303);
    room.post("now").await;
    let message = ids(&ana.open(&format!("/rooms/{}/", room.id)).await)
        .pop()
        .unwrap();
    let details = format!("/rooms/{}/messages/{message}/details/", room.id);
    let quiet = "it arrived during your quiet hours";
    assert!(in_zone(&details, "UTC").await.body.contains(quiet));
    assert!(!in_zone(&details, "Asia/Tokyo").await.body.contains(quiet));
}

#[tokio::test]
async fn nothing_of_this_is_there_for_visitors_strangers_and_messages_of_other_rooms() {
    let (site, ana, bo, room) = two_messages().await;
    let id = ids(&ana.open(&format!("/rooms/{}/", room.id)).await)[0].clone();
    let eve = site.sign_up("eve").await;
    eve.befriend(&bo).await;
    let own = eve.room_with(&bo).await;
    let visitor = site.visitor();
    let token = eve.csrf_token("/friends/").await;
    let fields = [
        ("csrf_token".to_owned(), token),
        ("level".to_owned(), "nothing".to_owned()),
    ];
    for at in [room.id, 999_999] {
        for path in [
            format!("/rooms/{at}/notifications/"),
            format!("/rooms/{at}/catch-up/"),
            format!("/rooms/{at}/messages/{id}/details/"),
        ] {
            assert_eq!(eve.get(&path).await.status, 404, "{path}");
            assert_eq!(visitor.get(&path).await.status, 303, "{path}");
        }
        for path in [
            format!("/rooms/{at}/notifications/"),
            format!("/rooms/{at}/messages/{id}/unread/"),
        ] {
            assert_eq!(eve.post(&path, &fields).await.status, 404, "{path}");
        }
    }
    // A room of one's own opens no message of another.
    for path in [
        format!("/rooms/{own}/messages/{id}/details/"),
        format!("/rooms/{own}/messages/{id}/unread/"),
    ] {
        let answer = match path.ends_with("unread/") {
            true => eve.post(&path, &fields).await,
            false => eve.get(&path).await,
        };
        assert_eq!(answer.status, 404, "{path}");
    }
    assert_eq!(visitor.get("/accounts/preferences/").await.status, 303);
}

#[tokio::test]
async fn blocking_and_parting_leave_no_count_behind() {
    let (_site, ana, bo, room) = two_messages().await;
    assert_eq!(link_of(&bo, room.id).await, "ana, 2 unread");
    let mut at_bo = bo.open_room(&ana).await;
    bo.press_and_confirm("block", &ana).await;
    at_bo.socket.send(json!({"type": "unread.ask"})).await;
    let told = at_bo.socket.wait_for("unread.told").await;
    assert_eq!(told["rooms"][0]["unread"], 0);
    assert_eq!(told["blocked"], json!([ana.id]));
    assert_eq!(link_of(&bo, room.id).await, "ana");
    assert_eq!(
        bo.open("/").await.texts("title"),
        ["Conversations – Parlour"]
    );
}

#[tokio::test]
async fn the_details_of_a_message_show_its_words_without_their_marks() {
    let (_site, _ana, bo, mut room) = two_messages().await;
    room.post("all **twelve** of them").await;
    let page = bo.open(&format!("/rooms/{}/", room.id)).await;
    let newest = ids(&page).pop().unwrap();

    let details = bo
        .open(&format!("/rooms/{}/messages/{newest}/details/", room.id))
        .await;

    assert!(
        details.body.contains("all twelve of them"),
        "{}",
        details.body
    );
}

/// Returns the read cursors that this socket may see.
async fn seen_in(room: &mut Room) -> Vec<(String, i64)> {
    let id = room.id;
    room.socket
        .send(json!({"type": "seen.ask", "room": id}))
        .await;
    let told = room.socket.wait_in(id, "seen.told").await;
    let of_one = |seen: &Value| {
        let name = seen["user"]["username"].as_str().unwrap();
        (name.to_owned(), seen["seq"].as_i64().unwrap())
    };
    told["seen"]
        .as_array()
        .unwrap()
        .iter()
        .map(of_one)
        .collect()
}

#[tokio::test]
async fn in_a_small_room_everybody_shows_who_wants_to_and_nobody_who_blocks() {
    let site = Site::start().await;
    let (ana, bo) = site.friends("ana", "bo").await;
    let cleo = site.sign_up("cleo").await;
    ana.befriend(&cleo).await;
    let id = ana.make_room("closed", "Tea", &[&bo, &cleo]).await;
    let mut room = Room {
        id,
        socket: ana.socket().await,
    };
    let posted = room.post("who sees this?").await;
    let (seq, message) = (posted["seq"].as_i64().unwrap(), &posted["id"]);
    let details = format!("/rooms/{id}/messages/{message}/details/");
    let names = "[aria-labelledby=seen-heading] bdi";

    for reader in [&bo, &cleo] {
        reader.open(&format!("/rooms/{id}/")).await;
        let seen = room.socket.wait_in(id, "read.seen").await;
        assert_eq!(
            (&seen["user"]["id"], &seen["seq"]),
            (&json!(reader.id), &json!(seq))
        );
    }
    let both = [("bo".to_owned(), seq), ("cleo".to_owned(), seq)];
    assert_eq!(seen_in(&mut room).await, both);
    let page = ana.open(&details).await;
    assert_eq!(page.texts(names), ["bo", "cleo"]);
    assert!(page.has("[aria-labelledby=seen-heading] .avatar[data-initials=BO]"));

    bo.press_and_confirm("block", &ana).await;
    room.socket.wait_for("seen.changed").await;
    assert_eq!(seen_in(&mut room).await, both[1..]);
    assert_eq!(ana.open(&details).await.texts(names), ["cleo"]);

    // With the twenty-first nobody sees it any more.
    let crowd = (100..118).map(|user| {
        format!(
            "INSERT INTO users (id, username, username_key, password, created_at, password_changed_at)
             VALUES ({user}, 'u{user}', 'u{user}', '', 0, 0);
             INSERT INTO members (room_id, user_id, joined_at) VALUES ({id}, {user}, 0);"
        )
    });
    site.execute(&crowd.collect::<String>());
    assert!(seen_in(&mut room).await.is_empty());
    assert!(!ana.open(&details).await.has("#seen-heading"));
}

#[tokio::test]
async fn a_page_that_gives_a_message_back_is_read_by_looking_at_it_too() {
    let (_site, _ana, bo, room) = two_messages().await;
    assert_eq!(link_of(&bo, room.id).await, "ana, 2 unread");
    assert_eq!(bo.post_by_form(room.id, " ").await, 422);
    assert_eq!(link_of(&bo, room.id).await, "ana");
}
