//! Scheduled messages: sent by the server at their time, exactly once, or kept with the reason.

use serde_json::Value;
use uuid::Uuid;

use crate::{
    stage::until,
    support::{Page, Person, Room, Site},
};

/// Sends the form that chooses the time.
async fn schedule(person: &Person, room: i64, body: &str, fields: &[(&str, &str)]) -> Page {
    let form = format!("/rooms/{room}/scheduled/");
    let mut typed = vec![("body", body)];
    typed.extend(fields);
    let new = format!("{form}new/");
    person.submit(&new, &form, &typed).await
}

/// Makes all that wait due, and wakes the scheduler with another message, which is cancelled.
async fn time_passes(site: &Site, person: &Person, room: i64) {
    site.execute("UPDATE scheduled_messages SET due_at = 1 WHERE state = 'waiting'");
    let later = schedule(person, room, "a far one", &[("when", "tomorrow")]).await;
    assert_eq!(later.status, 303, "{}", later.body);
}

fn bodies(page: &Page) -> Vec<String> {
    page.texts("#later-list .later-body")
}

#[tokio::test]
async fn a_scheduled_message_is_shown_to_its_author_and_sent_once_without_them() {
    let site = Site::start().await;
    let (ana, bo) = site.friends("ana", "bo").await;
    let mut room = bo.open_room(&ana).await;
    let mut at_ana = ana.socket().await;
    let path = format!("/rooms/{}/", room.id);

    let chosen = [("when", "own"), ("date", "2099-01-01"), ("time", "09:00")];
    let far = schedule(&ana, room.id, "hello *later*", &chosen).await;
    assert_eq!(far.status, 422);
    assert_eq!(
        far.texts(".form-error"),
        ["Choose a time within the next 365 days."]
    );
    assert_eq!(
        far.raw_texts("#later-body"),
        ["hello *later*"],
        "the text is kept"
    );
    let past = [("when", "own"), ("date", "2020-01-01"), ("time", "09:00")];
    let past = schedule(&ana, room.id, "hello", &past).await;
    assert_eq!(
        past.texts(".form-error"),
        ["This time is in the past. Choose a later one."]
    );

    let set = schedule(&ana, room.id, "hello *later*", &[("when", "tomorrow")]).await;
    assert_eq!((set.status, set.location()), (303, path.as_str()));
    at_ana.wait_for("later.changed").await;
    let page = ana.open(&path).await;
    assert_eq!(page.texts("#later-line"), ["1 message scheduled"]);
    assert!(
        page.texts(".flash")
            .concat()
            .starts_with("The message will be sent on ")
    );
    assert_eq!(
        ana.open("/").await.texts(".later-line"),
        ["1 message scheduled"]
    );
    assert_eq!(bodies(&ana.open("/later/").await), ["hello *later*"]);
    assert!(
        bo.open(&path)
            .await
            .texts("#later-line")
            .concat()
            .is_empty()
    );
    assert!(bodies(&bo.open("/later/").await).is_empty());
    assert!(room.socket.heard("message.created").await.is_empty());

    time_passes(&site, &ana, room.id).await;
    let sent = room.next_message().await;
    assert_eq!(sent["body"], "hello *later*");
    assert_eq!(sent["author"]["id"], ana.id);
    at_ana.wait_in(room.id, "message.created").await;
    assert_eq!(bodies(&ana.open("/later/").await), ["a far one"]);
    time_passes(&site, &ana, room.id).await;
    assert_eq!(room.next_message().await["body"], "a far one");
    assert!(
        room.socket.heard("message.created").await.is_empty(),
        "each once"
    );
    assert_eq!(site.count("messages"), 2);
}

#[tokio::test]
async fn the_key_of_a_scheduled_message_sends_it_once_whatever_happens() {
    let site = Site::start().await;
    let (ana, bo) = site.friends("ana", "bo").await;
    let mut room = ana.open_room(&bo).await;
    let key = Uuid::new_v4();
    // The message was stored, and by some way the row is still there.
    assert_eq!(room.post_as(key, "once").await["type"], "message.accepted");
    let key = key.to_string();
    let fields = [("when", "tomorrow"), ("client_id", key.as_str())];
    assert_eq!(schedule(&ana, room.id, "once", &fields).await.status, 303);
    time_passes(&site, &ana, room.id).await;
    until("the row to go", async || {
        (site.count("scheduled_messages WHERE body = 'once'") == 0).then_some(())
    })
    .await;
    assert_eq!(site.count("messages WHERE body = 'once'"), 1);

    // The same form twice schedules one.
    let key = Uuid::new_v4().to_string();
    let fields = [("when", "tomorrow"), ("client_id", key.as_str())];
    for _ in 0..2 {
        assert_eq!(schedule(&ana, room.id, "twice", &fields).await.status, 303);
    }
    assert_eq!(site.count("scheduled_messages WHERE body = 'twice'"), 1);
}

#[tokio::test]
async fn what_is_refused_at_its_time_is_kept_with_the_reason() {
    let site = Site::start().await;
    let (ana, bo) = site.friends("ana", "bo").await;
    let direct = ana.room_with(&bo).await;
    let tea = ana.make_room("closed", "Tea", &[&bo]).await;
    let soup = bo.make_room("closed", "Soup", &[&ana]).await;
    let notes = ana.make_room("closed", "Notes", &[]).await;
    for (room, body) in [(direct, "to bo"), (tea, "to tea"), (soup, "to soup")] {
        let set = schedule(&ana, room, body, &[("when", "tomorrow")]).await;
        assert_eq!(set.status, 303, "{body}");
    }
    assert_eq!(bo.press_and_confirm("block", &ana).await.status, 303);
    assert_eq!(ana.about_room(tea, "archive/", &[]).await.status, 303);
    assert_eq!(ana.about_room(soup, "leave/", &[]).await.status, 303);
    let mut at_ana = ana.socket().await;

    time_passes(&site, &ana, notes).await;
    let page = until("three refusals", async || {
        let page = ana.open("/later/").await;
        (page.texts("#later-list .refused").len() == 3).then_some(page)
    })
    .await;
    at_ana.wait_for("later.changed").await;
    let mut told: Vec<String> = Vec::new();
    for _ in 0..3 {
        let refused = at_ana.wait_for("later.refused").await;
        let path = refused["path"].as_str().unwrap();
        let (list, row) = path.split_once('#').unwrap();
        assert_eq!(list, "/later/");
        assert!(page.has(&format!("#{row}.later-refused")), "{path}");
        told.push(refused["title"].as_str().unwrap().to_owned());
    }
    told.sort();
    let titles = ["Not sent: to bo", "Not sent: to soup", "Not sent: to tea"];
    assert_eq!(told, titles);
    let mut kept = bodies(&page);
    kept.sort();
    assert_eq!(kept, ["a far one", "to bo", "to soup", "to tea"]);
    let reasons = page.texts("#later-list .refused");
    let count = |words: &str| reasons.iter().filter(|one| one.contains(words)).count();
    assert_eq!(count("you could not write"), 2);
    assert_eq!(count("you are not in this conversation"), 1);
    let home = ana.open("/").await.texts(".later-line").concat();
    assert!(
        home.contains("3 scheduled messages were not sent"),
        "{home}"
    );
    assert_eq!(site.count("messages WHERE body LIKE 'to %'"), 0);
    // Where nobody may write, nothing can be scheduled.
    let closed = schedule(&ana, direct, "more", &[("when", "tomorrow")]).await;
    assert_eq!(closed.status, 403);
    assert_eq!(closed.raw_texts("#later-body"), ["more"]);
}

#[tokio::test]
async fn only_its_author_changes_or_cancels_it() {
    let site = Site::start_with(|settings| settings.limits.scheduled_messages = 2).await;
    let (ana, bo) = site.friends("ana", "bo").await;
    let room = ana.room_with(&bo).await;
    for body in ["one", "two"] {
        let set = schedule(&ana, room, body, &[("when", "tomorrow")]).await;
        assert_eq!(set.status, 303);
    }
    let many = schedule(&ana, room, "three", &[("when", "tomorrow")]).await;
    let words = "You can have 2 scheduled messages. Cancel one first.";
    assert_eq!(many.texts(".form-error"), [words]);

    let page = ana.open("/later/").await;
    let cancel = page.all_attributes("#later-list form[action$=cancel\\/]", "action");
    let edit = page.all_attributes("#later-list form[action$=edit\\/]", "action");
    let token = [("csrf_token".to_owned(), bo.csrf_token("/friends/").await)];
    assert_eq!(bo.post(&edit[0], &token).await.status, 404);
    bo.post(&cancel[0], &token).await;
    assert_eq!(site.count("scheduled_messages"), 2, "not by bo");

    assert_eq!(ana.submit("/later/", &cancel[0], &[]).await.status, 303);
    assert_eq!(bodies(&ana.open("/later/").await), ["two"]);
    let back = ana.submit("/later/", &edit[1], &[]).await;
    assert_eq!(back.status, 303);
    let page = ana.open(back.location()).await;
    assert_eq!(page.raw_texts("#composer-body"), ["two"], "back in the box");
    assert!(
        page.texts("#later-line").concat().is_empty(),
        "it does not wait any more"
    );
    site.execute("UPDATE scheduled_messages SET due_at = 1");
    let set = schedule(&ana, room, "four", &[("when", "tomorrow")]).await;
    assert_eq!(set.status, 303);
    until("it to be forgotten", async || {
        (site.count("scheduled_messages") == 1).then_some(())
    })
    .await;
    assert_eq!(site.count("messages"), 0);
}

#[tokio::test]
async fn the_box_leads_to_the_form_and_calls_are_asked_about() {
    let site = Site::start().await;
    let ana = site.sign_up("ana").await;
    let room = ana.make_room("open", "Tea", &[]).await;
    let path = format!("/rooms/{room}/");
    let page = ana.open(&path).await;
    let new = page.attribute(".composer-later", "formaction").unwrap();
    let mut fields = page.form(&format!("{path}messages/"));
    fields.push(("body".to_owned(), "\n@everyone soup".to_owned()));
    let form = ana.post(&new, &fields).await;
    assert_eq!(form.status, 200);
    assert_eq!(form.texts("#later-body"), ["@everyone soup"]);
    assert!(form.has(".later-presets button[value=tomorrow]"));

    let crowd: String = (50..61)
        .map(|user| {
            format!(
                "INSERT INTO users (id, username, username_key, password, created_at, password_changed_at)
                 VALUES ({user}, 'u{user}', 'u{user}', '', 0, 0);
                 INSERT INTO members (room_id, user_id, joined_at) VALUES ({room}, {user}, 0);"
            )
        })
        .collect();
    site.execute(&crowd);
    let asked = schedule(&ana, room, "@everyone soup", &[("when", "tomorrow")]).await;
    assert_eq!(asked.status, 422);
    let text = asked.texts(".form-error").concat();
    assert!(text.starts_with("This notifies 11 people."), "{text}");
    let action = format!("{path}scheduled/");
    let mut fields = asked.form(&action);
    for (name, value) in [("body", "@everyone soup"), ("when", "tomorrow")] {
        fields.push((name.to_owned(), value.to_owned()));
    }
    assert_eq!(ana.post(&action, &fields).await.status, 303);
    time_passes(&site, &ana, room).await;
    until("the mentions", async || {
        (site.count("mentions WHERE call_word = 'everyone'") == 11).then_some(())
    })
    .await;

    let stranger = site.sign_up("bo").await;
    assert_eq!(stranger.get(&new).await.status, 404);
}

#[tokio::test]
async fn a_socket_of_another_person_hears_nothing_of_it() {
    let site = Site::start().await;
    let (ana, bo) = site.friends("ana", "bo").await;
    let mut room: Room = bo.open_room(&ana).await;
    schedule(&ana, room.id, "hello", &[("when", "soon")]).await;
    let heard: Vec<Value> = room.socket.heard("later.changed").await;
    assert_eq!(heard, Vec::<Value>::new());
}
