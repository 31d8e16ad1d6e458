//! Reminders of messages: private, at their time on all devices, and checked again when they are
//! shown. And a restart, over which they and scheduled messages wait.

use serde_json::json;

use crate::{
    stage::{
        Program,
        database::{change, number},
        until,
    },
    support::{Page, Person, Site, database},
};

/// Posts a message, and returns the path of its reminder.
async fn said(person: &Person, room: i64, text: &str) -> String {
    assert_eq!(person.post_by_form(room, text).await, 303);
    let page = person.open(&format!("/rooms/{room}/")).await;
    let id = page.all_attributes("article[data-id]", "data-id").pop();
    format!("/rooms/{room}/messages/{}/reminder/", id.unwrap())
}

/// Sends the form that chooses the time.
async fn remind(person: &Person, path: &str, when: &str) -> Page {
    person.submit(path, path, &[("when", when)]).await
}

/// Makes the time of all reminders that wait come. The scheduler wakes because somebody without
/// reminders changes something.
async fn time_passes(site: &Site, waker: &Person) {
    site.execute("UPDATE reminders SET due_at = 1 WHERE state = 'waiting'");
    let token = [("csrf_token".to_owned(), waker.csrf_token("/friends/").await)];
    assert_eq!(waker.post("/reminders/0/done/", &token).await.status, 303);
}

async fn listed(person: &Person) -> Vec<String> {
    let page = person.open("/reminders/").await;
    page.texts("#reminder-list .later-body")
}

#[tokio::test]
async fn a_reminder_is_private_and_comes_to_all_devices_until_it_is_done() {
    let site = Site::start().await;
    let (ana, bo) = site.friends("ana", "bo").await;
    let tea = bo.make_room("closed", "Tea", &[&ana]).await;
    let path = said(&bo, tea, "soup at **eight**").await;
    let (mut laptop, mut phone) = (ana.socket().await, ana.socket().await);
    let mut at_bo = bo.socket().await;

    let past = [("when", "own"), ("date", "2020-01-01"), ("time", "09:00")];
    let refused = ana.submit(&path, &path, &past).await;
    assert_eq!(refused.status, 422);
    let words = "This time is in the past. Choose a later one.";
    assert_eq!(refused.texts(".form-error"), [words]);
    assert_eq!(refused.attribute("#later-time", "value").unwrap(), "09:00");

    let message = path.trim_end_matches("reminder/");
    let actions = ana.open(&format!("{message}actions/")).await;
    assert!(actions.has(&format!("a[href='{path}']")));
    let set = remind(&ana, &path, "tomorrow").await;
    assert_eq!((set.status, set.location()), (303, message));
    for _ in 0..2 {
        assert_eq!(remind(&ana, &path, "hour").await.status, 303);
    }
    assert_eq!(site.count("reminders"), 1, "a new moment replaces it");
    assert_eq!(listed(&ana).await, ["soup at eight"]);
    assert!(listed(&bo).await.is_empty());
    assert!(laptop.heard("reminder.due").await.is_empty());

    time_passes(&site, &bo).await;
    for device in [&mut laptop, &mut phone] {
        let due = device.wait_for("reminder.due").await;
        let expected = json!({ "type": "reminder.due", "id": 1, "title": "Reminder: bo (Tea)",
            "text": "soup at eight", "path": message });
        assert_eq!(due, expected);
    }
    time_passes(&site, &bo).await;
    assert!(laptop.heard("reminder.due").await.is_empty(), "once");
    assert!(at_bo.heard("reminder.due").await.is_empty());
    let home = ana.open("/").await;
    assert_eq!(home.texts("#home .later-rows .row-title"), ["bo in Tea"]);
    assert_eq!(home.texts("#home .later-body"), ["soup at eight"]);
    assert_eq!(home.texts(".side-ask"), ["1 reminder is due"]);
    assert!(!bo.open("/").await.has(".side-ask"));

    // Again tomorrow, and later done, twice.
    let again = [("when", "tomorrow"), ("next", "/")];
    let moved = ana.submit("/", "/reminders/1/again/", &again).await;
    assert_eq!((moved.status, moved.location()), (303, "/"));
    assert!(!ana.open("/").await.has(".side-ask"));
    time_passes(&site, &bo).await;
    laptop.wait_for("reminder.due").await;
    let mut fields = ana.open("/").await.form("/reminders/1/done/");
    fields.retain(|(name, _)| name != "next");
    fields.push(("next".to_owned(), "https://evil.test/".to_owned()));
    for _ in 0..2 {
        let done = ana.post("/reminders/1/done/", &fields).await;
        assert_eq!(done.status, 303, "idempotent");
        assert!(done.location().starts_with('/'));
    }
    assert!(listed(&ana).await.is_empty());
}

#[tokio::test]
async fn a_stranger_finds_neither_the_message_nor_the_reminder_of_another() {
    let site = Site::start().await;
    let (ana, bo) = site.friends("ana", "bo").await;
    let eve = site.sign_up("eve").await;
    let room = ana.room_with(&bo).await;
    let path = said(&ana, room, "between us").await;
    assert_eq!(eve.get(&path).await.status, 404);
    let token = ("csrf_token".to_owned(), eve.csrf_token("/friends/").await);
    let hour = ("when".to_owned(), "hour".to_owned());
    let fields = [token, hour];
    assert_eq!(eve.post(&path, &fields).await.status, 404);
    assert_eq!(site.count("reminders"), 0);

    assert_eq!(remind(&ana, &path, "tomorrow").await.status, 303);
    assert_eq!(eve.post("/reminders/1/again/", &fields).await.status, 404);
    eve.post("/reminders/1/done/", &fields).await;
    let present = "reminders WHERE state = 'waiting' AND user_id = 1";
    assert_eq!(site.count(present), 1, "eve changed nothing");
}

#[tokio::test]
async fn who_left_or_was_removed_gets_nothing_of_the_message() {
    let site = Site::start().await;
    let (ana, bo) = site.friends("ana", "bo").await;
    let tea = ana.make_room("closed", "Tea", &[&bo]).await;
    let path = said(&ana, tea, "secret soup").await;
    assert_eq!(remind(&bo, &path, "tomorrow").await.status, 303);
    let mut at_bo = bo.socket().await;
    let remove = format!("people/{}/remove/", bo.id);
    assert_eq!(ana.about_room(tea, &remove, &[]).await.status, 303);

    let page = bo.open("/reminders/").await;
    assert!(!page.body.contains("soup") && !page.body.contains("Tea"));
    let hidden = "You cannot see this message any more.";
    assert_eq!(page.texts("#reminder-list .later-body"), [hidden]);
    time_passes(&site, &ana).await;
    let due = at_bo.wait_for("reminder.due").await;
    assert_eq!(
        (&due["text"], &due["path"]),
        (&json!(hidden), &json!("/reminders/"))
    );
    assert!(!due.to_string().contains("Tea"));
    assert_eq!(bo.open("/").await.texts("#home .later-body"), [hidden]);
}

#[tokio::test]
async fn deleted_and_blocked_messages_are_named_as_such() {
    let site = Site::start().await;
    let (ana, bo) = site.friends("ana", "bo").await;
    let tea = bo.make_room("closed", "Tea", &[&ana]).await;
    let gone = said(&bo, tea, "first soup").await;
    let rude = said(&bo, tea, "rude soup").await;
    for path in [&gone, &rude] {
        assert_eq!(remind(&ana, path, "tomorrow").await.status, 303);
    }
    let message = gone.trim_end_matches("reminder/");
    let delete = format!("{message}delete/");
    assert_eq!(bo.submit(&delete, &delete, &[]).await.status, 303);
    assert_eq!(listed(&ana).await, ["Message deleted", "rude soup"]);
    assert_eq!(
        ana.get(&gone).await.status,
        404,
        "nothing to be reminded of"
    );

    assert_eq!(ana.press_and_confirm("block", &bo).await.status, 303);
    assert_eq!(listed(&ana).await, ["Blocked message", "Blocked message"]);
    let mut at_ana = ana.socket().await;
    time_passes(&site, &bo).await;
    let due = at_ana.wait_for("reminder.due").await.to_string();
    assert!(due.contains("Blocked message"), "{due}");
    assert!(!due.contains("soup") && !due.contains("bo"), "{due}");
}

#[tokio::test]
async fn reminders_are_limited_and_previews_can_be_hidden() {
    let site = Site::start_with(|settings| settings.limits.reminders = 2).await;
    let (ana, bo) = site.friends("ana", "bo").await;
    let room = ana.room_with(&bo).await;
    let mut paths = Vec::new();
    for text in ["one", "two", "three"] {
        paths.push(said(&bo, room, text).await);
    }
    for path in &paths[..2] {
        assert_eq!(remind(&ana, path, "tomorrow").await.status, 303);
    }
    let many = remind(&ana, &paths[2], "tomorrow").await;
    assert_eq!(many.status, 422);
    let words = "You can have 2 reminders. Delete one first.";
    assert_eq!(many.texts(".form-error"), [words]);
    assert_eq!(remind(&ana, &paths[1], "hour").await.status, 303);

    let page = "/accounts/preferences/";
    let hide = [("section", "notifications"), ("hide_previews", "on")];
    assert_eq!(ana.submit(page, page, &hide).await.status, 303);
    let mut at_ana = ana.socket().await;
    time_passes(&site, &bo).await;
    let due = at_ana.wait_for("reminder.due").await;
    assert_eq!(due["title"], "Reminder: bo");
    let titles = ana
        .open("/reminders/")
        .await
        .texts(".later-rows .row-title");
    assert_eq!(titles, ["bo", "bo"], "the conversation has that name, too");
    assert_eq!(due["text"], "You wanted to be reminded of a message.");
}

#[tokio::test]
async fn what_waits_comes_after_a_restart() {
    let mut program = Program::start(&["--bcrypt-cost", "4"]).await;
    let mut ana = Person::new(program.address);
    ana.sign_up("ana").await;
    let room = ana.make_room("closed", "Garden", &[]).await;
    let path = said(&ana, room, "water the tomatoes").await;
    assert_eq!(remind(&ana, &path, "tomorrow").await.status, 303);
    let form = format!("/rooms/{room}/scheduled/");
    let typed = [("body", "good morning"), ("when", "tomorrow")];
    let set = ana.submit(&format!("{form}new/"), &form, &typed).await;
    assert_eq!(set.status, 303, "{}", set.body);
    program.kill().await;

    // Both are due while the server is down.
    let file = database(&program);
    change(&file, "UPDATE scheduled_messages SET due_at = 1");
    change(&file, "UPDATE reminders SET due_at = 1");
    program.start_again().await;
    until("the reminder", async || {
        let due = "SELECT count(*) AS number FROM reminders WHERE state = 'due'";
        (number(&file, due) == 1).then_some(())
    })
    .await;
    until("the scheduled message", async || {
        let sent = "SELECT count(*) AS number FROM messages WHERE body = 'good morning'";
        (number(&file, sent) == 1).then_some(())
    })
    .await;
    let kept = "SELECT count(*) AS number FROM scheduled_messages";
    assert_eq!(number(&file, kept), 0, "it is sent once");
    assert_eq!(
        ana.open("/").await.texts("#home .later-body"),
        ["water the tomatoes"]
    );
}
