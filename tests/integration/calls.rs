//! `@everyone` and `@here`: whom they notify, the question before, the setting of a room, and the
//! rate limit.

use serde_json::{Value, json};

use crate::support::{Person, Room, Site, Socket};

/// A closed room of ana, bo and cleo, with a socket of ana.
struct Tea {
    site: Site,
    ana: Person,
    bo: Person,
    cleo: Person,
    room: Room,
}

impl Tea {
    async fn start() -> Self {
        Self::on(Site::start().await).await
    }

    async fn on(site: Site) -> Self {
        let (ana, bo) = site.friends("ana", "bo").await;
        let cleo = site.sign_up("cleo").await;
        ana.befriend(&cleo).await;
        let id = ana.make_room("closed", "Tea", &[&bo, &cleo]).await;
        let socket = ana.socket().await;
        Self {
            room: Room { id, socket },
            site,
            ana,
            bo,
            cleo,
        }
    }
}

async fn mentions(socket: &mut Socket, room: i64) -> Value {
    socket.wait_in(room, "message.created").await["mentions"].clone()
}

async fn count_of(person: &Person, room: i64) -> Value {
    let hello = person.socket().await.hello;
    let rooms = hello["rooms"].as_array().unwrap();
    let state = rooms.iter().find(|state| state["room"] == room).unwrap();
    state["mentions"].clone()
}

#[tokio::test]
async fn everyone_is_mentioned_and_learns_why() {
    let mut tea = Tea::start().await;
    let room = tea.room.id;
    let mut at_bo = tea.bo.socket().await;
    let sent = tea
        .room
        .post("@Everyone, soup! And `@everyone` is code")
        .await;

    let html = sent["html"].as_str().unwrap();
    assert_eq!(
        html.matches("<b class=\"mention\">@Everyone</b>").count(),
        1
    );
    assert_eq!(html.matches("class=\"mention\"").count(), 1, "{html}");
    let called = json!([tea.bo.id, tea.cleo.id]);
    assert_eq!(mentions(&mut at_bo, room).await, called);
    for person in [&tea.bo, &tea.cleo] {
        assert_eq!(count_of(person, room).await, json!(1), "{}", person.name);
    }
    assert_eq!(count_of(&tea.ana, room).await, json!(0));
    let details = format!("/rooms/{room}/messages/{}/details/", sent["id"]);
    let why = tea.bo.open(&details).await;
    assert!(
        why.body.contains("It mentions you with @everyone"),
        "{}",
        why.body
    );
    assert!(
        !tea.ana
            .open(&details)
            .await
            .body
            .contains("@everyone, which")
    );

    // A name in the same text is the stronger reason, and a muted room stays muted.
    let level = [("level", "nothing")];
    let muted = tea.cleo.about_room(room, "notifications/", &level).await;
    assert_eq!(muted.status, 303);
    let sent = tea.room.post("@everyone and @bo").await;
    let details = format!("/rooms/{room}/messages/{}/details/", sent["id"]);
    assert!(!tea.bo.open(&details).await.body.contains("with @everyone"));
    let why = tea.cleo.open(&details).await;
    assert!(
        why.body.contains("You were not notified because"),
        "{}",
        why.body
    );
    assert!(why.body.contains("with @everyone"));
}

#[tokio::test]
async fn here_calls_those_online_and_tells_nobody_who_they_are() {
    let mut tea = Tea::start().await;
    let room = tea.room.id;
    let (mut at_bo, mut other) = (tea.bo.socket().await, tea.bo.socket().await);
    let mut at_ana = tea.ana.socket().await;

    let sent = tea.room.post("@here who has milk?").await;

    for socket in [&mut at_bo, &mut other] {
        assert_eq!(mentions(socket, room).await, json!([tea.bo.id]));
        assert!(socket.heard("message.created").await.is_empty(), "once");
    }
    assert_eq!(mentions(&mut at_ana, room).await, Value::Null);
    assert_eq!(count_of(&tea.bo, room).await, json!(1));
    assert_eq!(count_of(&tea.cleo, room).await, json!(0), "cleo was away");
    let details = format!("/rooms/{room}/messages/{}/details/", sent["id"]);
    assert!(tea.bo.open(&details).await.body.contains("with @here"));
    assert!(!tea.cleo.open(&details).await.body.contains("with @here"));

    // Who blocks the author does not show that they are online.
    assert_eq!(
        tea.bo.press_and_confirm("block", &tea.ana).await.status,
        303
    );
    tea.room.post("@here again").await;
    assert_eq!(mentions(&mut at_bo, room).await, Value::Null);
    // Everyone includes them, so that the block does not show; their counts leave the author out.
    tea.room.post("@everyone again").await;
    assert_eq!(
        mentions(&mut at_ana, room).await,
        Value::Null,
        "the one before"
    );
    assert_eq!(
        mentions(&mut at_ana, room).await,
        json!([tea.bo.id, tea.cleo.id])
    );
    assert_eq!(count_of(&tea.bo, room).await, json!(0));
}

#[tokio::test]
async fn two_people_and_rooms_that_switched_it_off_have_only_text() {
    let mut tea = Tea::start().await;
    let direct = tea.ana.room_with(&tea.bo).await;
    let id = std::mem::replace(&mut tea.room.id, direct);
    let sent = tea.room.post("@everyone @here").await;
    assert!(
        !sent["html"].as_str().unwrap().contains("mention"),
        "{sent}"
    );
    tea.room.id = id;

    let names = format!("/rooms/{id}/names/");
    let offered: Value = serde_json::from_str(&tea.cleo.open(&names).await.body).unwrap();
    let calls: Vec<&Value> = offered.as_array().unwrap().iter().collect();
    let call = |word: &str| calls.iter().find(|name| name["username"] == word).copied();
    assert_eq!(call("everyone").unwrap()["name"], "Everyone (2 people)");
    assert_eq!(call("here").unwrap()["name"], "Everyone online (1 person)");

    let switch = [("may", "false")];
    assert_eq!(
        tea.bo.about_room(id, "members/call/", &switch).await.status,
        403
    );
    let stranger = tea.site.sign_up("dan").await;
    assert_eq!(
        stranger
            .about_room(id, "members/call/", &switch)
            .await
            .status,
        404
    );
    let details = format!("/rooms/{id}/details/");
    let switched = tea
        .ana
        .submit(&details, &format!("/rooms/{id}/members/call/"), &[])
        .await;
    assert_eq!(switched.status, 303);
    let sent = tea.room.post("@everyone @here").await;
    assert!(
        !sent["html"].as_str().unwrap().contains("mention"),
        "{sent}"
    );
    assert_eq!(count_of(&tea.bo, id).await, json!(0));
    assert!(!tea.cleo.open(&names).await.body.contains("everyone"));
    let said = tea.ana.open(&details).await;
    assert!(said.body.contains("@everyone and @here notify nobody"));
}

#[tokio::test]
async fn an_edit_keeps_a_call_and_adds_none() {
    let mut tea = Tea::start().await;
    let room = tea.room.id;
    let one = tea.room.post("soup").await;
    let edit = json!({"type": "message.edit", "room": room, "id": one["id"],
        "client_id": uuid::Uuid::new_v4(), "body": "@everyone soup"});
    tea.room.socket.send(edit).await;
    let changed = tea.room.socket.wait_for("message.changed").await;
    assert!(
        !changed["html"].as_str().unwrap().contains("mention"),
        "{changed}"
    );
    assert_eq!(count_of(&tea.bo, room).await, json!(0));

    let two = tea.room.post("@everyone soup").await;
    for (body, calls) in [("@everyone, hot soup", 1), ("soup", 0), ("@everyone!", 0)] {
        let edit = json!({"type": "message.edit", "room": room, "id": two["id"],
            "client_id": uuid::Uuid::new_v4(), "body": body});
        tea.room.socket.send(edit).await;
        let changed = tea.room.socket.wait_for("message.changed").await;
        let html = changed["html"].as_str().unwrap();
        assert_eq!(html.contains("class=\"mention\""), calls == 1, "{html}");
        assert_eq!(count_of(&tea.bo, room).await, json!(calls), "{body}");
    }
}

#[tokio::test]
async fn the_form_asks_before_it_notifies_more_than_ten() {
    let site = Site::start().await;
    let ana = site.sign_up("ana").await;
    let room = ana.make_room("open", "Tea", &[]).await;
    for number in 0..10 {
        let guest = site.sign_up(&format!("guest{number}")).await;
        assert_eq!(guest.about_room(room, "join/", &[]).await.status, 303);
    }
    let (path, action) = (
        format!("/rooms/{room}/"),
        format!("/rooms/{room}/messages/"),
    );
    let text = [("body", "@everyone soup")];
    let ten = ana.submit(&path, &action, &text).await;
    assert_eq!(ten.status, 303, "ten are not asked about: {}", ten.body);
    let dialog = format!("/rooms/{room}/calls/?word=everyone");
    assert_eq!(ana.get(&dialog).await.status, 204);

    let last = site.sign_up("last").await;
    assert_eq!(last.about_room(room, "join/", &[]).await.status, 303);
    let text = [("body", "@everyone bread")];
    let asked = ana.submit(&path, &action, &text).await;
    assert_eq!(asked.status, 200);
    let question = asked.texts("#composer-note").concat();
    assert!(
        question.starts_with("This notifies 11 people. Send?"),
        "{question}"
    );
    assert_eq!(asked.raw_texts("#composer-body"), ["@everyone bread"]);
    assert_eq!(site.count("messages WHERE body LIKE '%bread'"), 0);
    let mut fields = asked.form(&action);
    fields.push(("body".to_owned(), "@everyone bread".to_owned()));
    let sent = ana.post(&action, &fields).await;
    assert_eq!(sent.status, 303, "{}", sent.body);
    assert_eq!(site.count("messages WHERE body LIKE '%bread'"), 1);
    let code = ana.submit(&path, &action, &[("body", "`@everyone`")]).await;
    assert_eq!(code.status, 303, "code calls nobody");

    let asked = ana.open(&dialog).await;
    assert_eq!(asked.texts("dialog h2"), ["This notifies 11 people. Send?"]);
    let here = format!("/rooms/{room}/calls/?word=here");
    assert_eq!(ana.get(&here).await.status, 204, "nobody is online");
    assert_eq!(site.sign_up("outside").await.get(&dialog).await.status, 404);
}

#[tokio::test]
async fn calls_have_a_rate_limit_of_their_own() {
    let site = Site::start_with(|settings| settings.rates.calls = "1/1h".parse().unwrap()).await;
    let mut tea = Tea::on(site).await;
    let key = uuid::Uuid::new_v4();
    assert_eq!(
        tea.room.post_as(key, "@everyone one").await["type"],
        "message.accepted"
    );
    let repeated = tea.room.post_as(key, "@everyone one").await;
    assert_eq!(
        repeated["type"], "message.accepted",
        "a repeat calls nobody"
    );
    let refused = tea.room.post_refused("@here two").await;
    assert_eq!(refused["code"], "too_many");
    let text = refused["text"].as_str().unwrap();
    assert!(text.contains("in 60 minutes"), "{text}");
    tea.room.post("two without it").await;
    let direct = tea.ana.room_with(&tea.bo).await;
    let id = std::mem::replace(&mut tea.room.id, direct);
    tea.room.post("@here is text between two").await;
    assert_eq!(count_of(&tea.cleo, id).await, json!(1));
}
