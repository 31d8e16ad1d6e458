//! Slash commands: what they show, what they do, and what is only a text.

use serde_json::json;

use crate::support::{Page, Person, Site};

impl Person {
    /// Sends what was typed with the form of the box.
    async fn type_into(&self, room: i64, body: &str) -> Page {
        let path = format!("/rooms/{room}/");
        self.submit(&path, &format!("{path}messages/"), &[("body", body)])
            .await
    }
}

#[tokio::test]
async fn what_somebody_does_is_read_behind_their_name_everywhere() {
    let site = Site::start().await;
    let (ana, bo) = site.friends("ana", "bo").await;
    let direct = ana.room_with(&bo).await;
    let room = ana.make_room("closed", "Tea", &[&bo]).await;
    let mut socket = bo.socket().await;

    for room in [direct, room] {
        assert_eq!(ana.post_by_form(room, "hello").await, 303);
        assert_eq!(ana.post_by_form(room, "/me *waves*").await, 303);
    }

    // Live, with the text as it was typed, so that an edit shows that.
    let shown = |event: &serde_json::Value| event["body"] == "/me *waves*";
    let event = socket.wait_until("the action", shown).await;
    let html = event["html"].as_str().unwrap();
    assert!(
        html.contains("<div class=\"emote\"><em>waves</em></div>"),
        "{html}"
    );
    let path = format!("/rooms/{room}/");
    let page = bo.open(&path).await;
    assert_eq!(page.messages(), ["hello", "waves"]);
    assert_eq!(page.texts(".message .emote"), ["waves"]);
    assert!(!page.has(".message.follows"), "the name is in front of it");

    // In the list, on the pages about the message, and in quotes.
    for (person, room) in [(&ana, direct), (&bo, direct), (&ana, room), (&bo, room)] {
        let list = person.open("/").await;
        assert_eq!(list.texts(&format!("#last-{room}")), ["ana waves"]);
    }
    let id = page.attribute(".message:has(.emote)", "data-id").unwrap();
    let reply = bo.open(&format!("{path}?reply={id}")).await;
    assert_eq!(reply.texts("#replying .quote-text"), ["waves"]);
    let details = bo.open(&format!("{path}messages/{id}/details/")).await;
    assert!(details.body.contains("waves") && !details.body.contains("/me *"));
}

#[tokio::test]
async fn mute_and_invite_act_on_the_room_and_are_not_sent() {
    let site = Site::start().await;
    let (ana, bo) = site.friends("ana", "bo").await;
    let cleo = site.sign_up("cleo").await;
    ana.befriend(&cleo).await;
    let room = ana.make_room("closed", "Tea", &[&bo]).await;
    let path = format!("/rooms/{room}/");

    for (typed, level) in [("/mute", "nothing"), ("/mute off", "mentions")] {
        let mut socket = ana.socket().await;
        let answer = ana.type_into(room, typed).await;
        assert_eq!(answer.status, 303, "{}", answer.body);
        let told = socket.wait_in(room, "level.changed").await;
        assert_eq!(told["level"], json!(level));
        let page = ana.open(&path).await;
        assert!(page.texts(".flash")[0].contains("Tea"));
    }

    let answer = ana.type_into(room, "/invite @Cleo").await;
    assert_eq!(answer.status, 303, "{}", answer.body);
    assert_eq!(ana.members_of(room).await.len(), 3);
    assert_eq!(site.count("messages WHERE body LIKE '/%'"), 0);

    // Without a name, the page that adds people.
    let answer = ana.type_into(room, "/invite").await;
    assert_eq!(answer.location(), format!("{path}people/"));
}

#[tokio::test]
async fn a_command_that_is_refused_says_why_and_stays_in_the_box() {
    let site = Site::start().await;
    let (ana, bo) = site.friends("ana", "bo").await;
    let (cleo, dan) = site.friends("cleo", "dan").await;
    cleo.befriend(&bo).await;
    let room = ana.make_room("closed", "Tea", &[&bo]).await;

    // Bo is no moderator, and dan is no friend of ana. Cleo is not in the room.
    for (person, typed, status, why) in [
        (
            &bo,
            "/invite cleo",
            403,
            "You cannot add people to this conversation.",
        ),
        (&ana, "/invite dan", 422, "You have no friend named dan."),
        (
            &ana,
            "/invite nobody",
            422,
            "You have no friend named nobody.",
        ),
    ] {
        let answer = person.type_into(room, typed).await;
        assert_eq!(answer.status, status, "{typed}");
        assert_eq!(answer.texts("#composer-note"), [why]);
        assert_eq!(answer.texts("#composer-body"), [typed]);
    }
    let token = cleo.csrf_token("/").await;
    for typed in ["/mute", "/invite dan"] {
        let fields = [
            ("csrf_token", token.as_str()),
            ("body", typed),
            ("client_id", "6f1c1f5e-6f0f-4c0c-9a3e-3f1f2d8f0a11"),
        ];
        let fields = fields.map(|(name, value)| (name.to_owned(), value.to_owned()));
        let answer = cleo
            .post(&format!("/rooms/{room}/messages/"), &fields)
            .await;
        assert_eq!(answer.status, 404, "{typed}");
    }
    assert_eq!(ana.members_of(room).await.len(), 2);
    drop(dan);
}

#[tokio::test]
async fn other_words_behind_a_slash_are_text() {
    let site = Site::start().await;
    let (ana, bo) = site.friends("ana", "bo").await;
    let mut room = ana.open_room(&bo).await;

    for (typed, shown) in [
        ("/unknown words", "/unknown words"),
        ("/usr/bin/env", "/usr/bin/env"),
        ("//me waves", "/me waves"),
        ("/shrug who knows", "who knows ¯\\_(ツ)_/¯"),
        ("/mute it", "/mute it"),
        // The socket only posts.
        ("/mute", "/mute"),
    ] {
        room.post(typed).await;
        let page = bo.open(&format!("/rooms/{}/", room.id)).await;
        assert_eq!(page.messages().last().map(String::as_str), Some(shown));
    }
}
