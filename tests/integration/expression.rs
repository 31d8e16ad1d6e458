//! Actions on messages (edit, delete, reply, react) by socket and by form, and who may not do them.

use reqwest::Method;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::{
    stage::database,
    support::{Person, Room, Site},
};

impl Room {
    /// Sends a change of a message, and returns its answer, accepted or refused.
    async fn change(&mut self, kind: &str, id: &Value, rest: Value) -> Value {
        let client_id = Uuid::new_v4().to_string();
        let mut event = json!({"type": kind, "room": self.id, "id": id, "client_id": client_id});
        for (name, value) in rest.as_object().unwrap() {
            event[name] = value.clone();
        }
        self.socket.send(event).await;
        let is_answer = |event: &Value| event["client_id"] == client_id.as_str();
        self.socket
            .wait_until("the answer to a change", is_answer)
            .await
    }
}

#[tokio::test]
async fn what_happened_to_messages_reaches_somebody_who_was_away() {
    let site = Site::start().await;
    let (ana, bo) = site.friends("ana", "bo").await;
    let mut room = ana.open_room(&bo).await;
    let (one, two, three) = (
        room.post("one").await,
        room.post("two").await,
        room.post("three").await,
    );
    let body = json!({"body": "one, better"});
    assert_eq!(
        room.change("message.edit", &one["id"], body).await["seq"],
        4
    );
    assert_eq!(
        room.change("message.delete", &two["id"], json!({})).await["seq"],
        5
    );
    let react = json!({"emoji": "🌱", "on": true});
    assert_eq!(
        room.change("message.react", &three["id"], react).await["seq"],
        6
    );

    let missed = bo.socket().await.resume(room.id, 3).await;

    let events = missed["events"].as_array().unwrap();
    let told: Vec<_> = events
        .iter()
        .map(|event| {
            (
                event["change"].as_str().unwrap(),
                event["body"].as_str().unwrap(),
            )
        })
        .collect();
    assert_eq!(
        told,
        [
            ("edited", "one, better"),
            ("deleted", ""),
            ("reacted", "three")
        ]
    );
    assert_eq!(
        events[2]["reactions"],
        json!([{"emoji": "🌱", "people": [ana.id]}])
    );
    // From the beginning, messages come as they are now: the deleted text is nowhere.
    let all = bo.socket().await.resume(room.id, 0).await;
    assert!(!all.to_string().contains("two"), "{all}");
    let page = bo.open(&format!("/rooms/{}/", room.id)).await;
    assert_eq!(page.messages(), ["one, better", "Message deleted", "three"]);
    assert_eq!(page.texts(".chip"), ["🌱 1"]);
}

#[tokio::test]
async fn an_edit_after_a_deletion_is_refused() {
    let site = Site::start().await;
    let (ana, bo) = site.friends("ana", "bo").await;
    let mut room = ana.open_room(&bo).await;
    let message = room.post("oops").await;
    room.change("message.delete", &message["id"], json!({}))
        .await;

    let refused = room
        .change("message.edit", &message["id"], json!({"body": "back"}))
        .await;

    assert_eq!(
        (&refused["type"], &refused["code"]),
        (&json!("message.refused"), &json!("gone"))
    );
    let form = ana.edit_by_form(room.id, &message["id"], "back").await;
    assert_eq!(form, 409);
    let pages = ["actions", "edit", "delete", "versions"];
    for page in pages {
        let path = format!("/rooms/{}/messages/{}/{page}/", room.id, message["id"]);
        assert_eq!(ana.get(&path).await.status, 404, "{page}");
    }
}

#[tokio::test]
async fn the_forms_do_what_the_socket_does() {
    let site = Site::start().await;
    let (ana, bo) = site.friends("ana", "bo").await;
    let mut room = ana.open_room(&bo).await;
    let message = room.post("helo").await;
    let base = format!("/rooms/{}/messages/{}/", room.id, message["id"]);
    let (edit, delete) = (format!("{base}edit/"), format!("{base}delete/"));

    let answer = ana.submit(&edit, &edit, &[("body", "hello")]).await;
    assert_eq!(answer.status, 303, "{}", answer.body);
    let reactions = format!("{base}reactions/");
    let actions = format!("{base}actions/");
    let answer = bo.submit(&actions, &reactions, &[("emoji", "👍")]).await;
    assert_eq!(answer.status, 303);
    let page = bo.open(&format!("/rooms/{}/", room.id)).await;
    assert_eq!(page.messages(), ["hello"]);
    assert_eq!(page.texts(".chip"), ["👍 1"]);
    let versions = bo.open(&format!("{base}versions/")).await;
    assert_eq!(versions.texts(".quoted-text"), ["hello", "helo"]);
    bo.submit(&actions, &reactions, &[("emoji", "👍")]).await;
    assert_eq!(site.count("reactions"), 0, "the second press takes it away");
    let answer = bo.submit(&actions, &reactions, &[("emoji", "no")]).await;
    assert_eq!(answer.status, 303);
    let told = bo.open(&format!("/rooms/{}/", room.id)).await;
    assert_eq!(
        told.texts(".flash"),
        ["A reaction is one emoji. Choose another one."]
    );

    let answer = ana.submit(&delete, &delete, &[]).await;
    assert_eq!(answer.status, 303);
    let page = ana.open(&format!("/rooms/{}/", room.id)).await;
    assert_eq!(page.messages(), ["Message deleted"]);
    assert_eq!(page.texts(".flash"), ["The message was deleted."]);
}

#[tokio::test]
async fn a_refused_edit_gives_the_text_back_with_the_reason() {
    let site = Site::start_with(|settings| settings.limits.message_chars = 10).await;
    let (ana, bo) = site.friends("ana", "bo").await;
    let mut room = ana.open_room(&bo).await;
    let message = room.post("short").await;
    let edit = format!("/rooms/{}/messages/{}/edit/", room.id, message["id"]);

    let page = ana
        .submit(&edit, &edit, &[("body", "not <short> any more")])
        .await;

    assert_eq!(page.status, 422);
    assert_eq!(page.texts("textarea"), ["not <short> any more"]);
    assert_eq!(
        page.texts("[role=alert]"),
        ["Too long by 10 characters. Shorten it and send again."]
    );
}

#[tokio::test]
async fn an_answer_by_form_quotes_what_it_answers_until_that_is_deleted() {
    let site = Site::start().await;
    let (ana, bo) = site.friends("ana", "bo").await;
    let mut room = ana.open_room(&bo).await;
    let question = room.post("soup at **seven**?").await;
    let path = format!("/rooms/{}/?reply={}", room.id, question["id"]);

    let page = bo.open(&path).await;
    assert_eq!(page.texts(".replying .quote-text"), ["soup at seven?"]);
    let action = format!("/rooms/{}/messages/", room.id);
    let answer = bo.submit(&path, &action, &[("body", "yes")]).await;
    assert_eq!(answer.status, 303);

    let page = ana.open(&format!("/rooms/{}/", room.id)).await;
    assert_eq!(page.texts("a.quote"), ["ana soup at seven?"]);
    room.change("message.delete", &question["id"], json!({}))
        .await;
    let page = ana.open(&format!("/rooms/{}/", room.id)).await;
    assert_eq!(page.texts(".quote"), ["Original message deleted"]);
    assert!(!page.body.contains("seven"));
}

#[tokio::test]
async fn a_stranger_finds_no_message_and_changes_none() {
    let site = Site::start().await;
    let (ana, bo) = site.friends("ana", "bo").await;
    let mut room = ana.open_room(&bo).await;
    let message = room.post("between us").await;
    let eve = site.sign_up("eve").await;
    let token = eve.csrf_token("/friends/").await;
    let fields = |rest: &[(&str, &str)]| {
        let mut fields = vec![("csrf_token".to_owned(), token.clone())];
        fields.extend(
            rest.iter()
                .map(|(name, value)| ((*name).to_owned(), (*value).to_owned())),
        );
        fields
    };
    let nil = Uuid::nil().to_string();
    for (room, id) in [(room.id, &message["id"]), (999, &json!(999))] {
        let base = format!("/rooms/{room}/messages/{id}");
        for page in ["actions", "edit", "delete", "versions"] {
            assert_eq!(
                eve.get(&format!("{base}/{page}/")).await.status,
                404,
                "{page}"
            );
        }
        let edit = fields(&[("body", "mine"), ("client_id", &nil)]);
        assert_eq!(eve.post(&format!("{base}/edit/"), &edit).await.status, 404);
        assert_eq!(
            eve.post(&format!("{base}/delete/"), &fields(&[]))
                .await
                .status,
            404
        );
        let react = fields(&[("emoji", "🌱")]);
        assert_eq!(
            eve.post(&format!("{base}/reactions/"), &react).await.status,
            404
        );
        assert_eq!(eve.get(&format!("/rooms/{room}/names/")).await.status, 404);
    }
    // Of a room of one's own, a message of another room is not there either.
    eve.befriend(&ana).await;
    let own = eve.room_with(&ana).await;
    let across = format!("/rooms/{own}/messages/{}/actions/", message["id"]);
    assert_eq!(eve.get(&across).await.status, 404);
    let page = ana.open(&format!("/rooms/{}/", room.id)).await;
    assert_eq!(page.messages(), ["between us"]);
}

#[tokio::test]
async fn members_do_not_change_the_words_of_others_and_moderators_only_take_them_away() {
    let site = Site::start().await;
    let (ana, bo) = site.friends("ana", "bo").await;
    let mut room = ana.open_room(&bo).await;
    let message = room.post("mine").await;
    let base = format!("/rooms/{}/messages/{}/", room.id, message["id"]);
    let mut at_bo = bo.open_room(&ana).await;

    assert_eq!(bo.get(&format!("{base}edit/")).await.status, 403);
    assert_eq!(bo.get(&format!("{base}delete/")).await.status, 403);
    let edited = at_bo
        .change("message.edit", &message["id"], json!({"body": "yours"}))
        .await;
    let deleted = at_bo
        .change("message.delete", &message["id"], json!({}))
        .await;
    assert_eq!(
        (&edited["code"], &deleted["code"]),
        (&json!("not_allowed"), &json!("not_allowed"))
    );

    let path = site.settings.database_path();
    database::change(
        &path,
        "UPDATE members SET role = 'moderator' WHERE user_id = 2",
    );
    let edited = at_bo
        .change("message.edit", &message["id"], json!({"body": "yours"}))
        .await;
    assert_eq!(edited["code"], "not_allowed");
    assert_eq!(bo.get(&format!("{base}edit/")).await.status, 403);
    let answer = bo
        .submit(&format!("{base}delete/"), &format!("{base}delete/"), &[])
        .await;
    assert_eq!(answer.status, 303);
    let page = ana.open(&format!("/rooms/{}/", room.id)).await;
    assert_eq!(page.messages(), ["Message deleted by a moderator"]);
}

#[tokio::test]
async fn somebody_who_was_removed_finds_nothing_any_more() {
    let site = Site::start().await;
    let (ana, bo) = site.friends("ana", "bo").await;
    let mut room = ana.open_room(&bo).await;
    let message = room.post("mine").await;
    let path = site.settings.database_path();
    database::change(&path, "DELETE FROM members WHERE user_id = 1");

    let react = json!({"emoji": "🌱", "on": true});
    for (kind, rest) in [
        ("message.edit", json!({"body": "again"})),
        ("message.delete", json!({})),
        ("message.react", react),
    ] {
        let refused = room.change(kind, &message["id"], rest).await;
        assert_eq!(
            (&refused["code"], &refused["text"]),
            (
                &json!("not_allowed"),
                &json!("This conversation does not exist, or you are not in it.")
            ),
            "{kind}"
        );
    }
    assert_eq!(
        ana.edit_by_form(room.id, &message["id"], "again").await,
        404
    );
    let page = bo.open(&format!("/rooms/{}/", room.id)).await;
    assert_eq!(page.messages(), ["mine"]);
}

#[tokio::test]
async fn in_a_closed_conversation_nobody_edits_or_reacts_and_own_words_can_go() {
    let site = Site::start().await;
    let (ana, bo) = site.friends("ana", "bo").await;
    let mut room = ana.open_room(&bo).await;
    let message = room.post("before").await;
    bo.press_and_confirm("block", &ana).await;

    let edited = room
        .change("message.edit", &message["id"], json!({"body": "after"}))
        .await;
    let react = json!({"emoji": "🌱", "on": true});
    let reacted = room.change("message.react", &message["id"], react).await;

    for refused in [&edited, &reacted] {
        assert_eq!(refused["text"], "bo is not receiving messages from you.");
    }
    assert_eq!(
        ana.edit_by_form(room.id, &message["id"], "after").await,
        403
    );
    let deleted = room
        .change("message.delete", &message["id"], json!({}))
        .await;
    assert_eq!(deleted["type"], "change.accepted");
}

#[tokio::test]
async fn whoever_is_in_a_room_can_be_named_and_nobody_else() {
    let site = Site::start().await;
    let (ana, bo) = site.friends("ana", "bo").await;
    site.sign_up("eve").await;
    let mut room = ana.open_room(&bo).await;

    let people = ana.open(&format!("/rooms/{}/names/", room.id)).await;
    let people: Value = serde_json::from_str(&people.body).unwrap();
    assert_eq!(
        people,
        json!([{"id": ana.id, "username": "ana"}, {"id": bo.id, "username": "bo"}])
    );
    room.post("@Bo and @eve").await;
    let page = bo.open(&format!("/rooms/{}/", room.id)).await;
    assert_eq!(page.texts(".mention"), ["@bo"]);
    assert_eq!(site.count("mentions"), 1);
}

#[tokio::test]
async fn a_page_with_answers_and_reactions_stays_small() {
    let site = Site::start_with(|settings| {
        settings.rates.messages = "1000/1s".parse().unwrap();
        settings.limits.socket_events = "1000/1s".parse().unwrap();
    })
    .await;
    let (ana, bo) = site.friends("ana", "bo").await;
    let mut room = ana.open_room(&bo).await;
    for number in 0..50 {
        let text = format!(
            "Message {number}, as long as what people say to each other on an ordinary day."
        );
        let message = room.post(&text).await;
        let react = json!({"emoji": "🌱", "on": true});
        room.change("message.react", &message["id"], react).await;
        let edit = json!({"body": format!("{text} Really.")});
        room.change("message.edit", &message["id"], edit).await;
    }
    let path = format!("/rooms/{}/", room.id);
    let request = ana
        .request(Method::GET, &path)
        .header("Accept-Encoding", "gzip");
    let bytes = request.send().await.unwrap().bytes().await.unwrap().len();
    assert!(bytes <= 60_000, "{bytes}");
    assert!(bytes <= 20_000, "room for what others add: {bytes}");
}

impl Person {
    /// Edits with the form, even if the page has none. Returns the status.
    async fn edit_by_form(&self, room: i64, id: &Value, body: &str) -> u16 {
        let fields = [
            ("csrf_token", self.csrf_token("/friends/").await),
            ("client_id", Uuid::new_v4().to_string()),
            ("body", body.to_owned()),
        ];
        let fields = fields.map(|(name, value)| (name.to_owned(), value));
        self.post(&format!("/rooms/{room}/messages/{id}/edit/"), &fields)
            .await
            .status
    }
}

#[tokio::test]
async fn the_pages_about_a_message_quote_it_without_its_marks() {
    let site = Site::start().await;
    let (ana, bo) = site.friends("ana", "bo").await;
    let mut room = ana.open_room(&bo).await;
    room.post("All **twelve** of them").await;
    for page in ["actions", "delete"] {
        let path = format!("/rooms/{}/messages/1/{page}/", room.id);
        let page = ana.open(&path).await;
        assert_eq!(page.texts(".quoted-text"), ["All twelve of them"], "{path}");
    }
}
