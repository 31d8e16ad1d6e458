//! A block in shared rooms: what is hidden from the person who blocked, and that the blocked person
//! and all others see no difference.

use serde_json::json;

use crate::support::{Page, Person, Site};

/// Ana, bo and eve are in the room "Tea" of ana.
async fn tea(site: &Site) -> (Person, Person, Person, i64) {
    let (ana, bo) = site.friends("ana", "bo").await;
    let eve = site.sign_up("eve").await;
    ana.befriend(&eve).await;
    let room = ana.make_room("closed", "Tea", &[&bo, &eve]).await;
    (ana, bo, eve, room)
}

async fn log(person: &Person, room: i64) -> Page {
    person.get(&format!("/rooms/{room}/log/")).await
}

async fn names(person: &Person, room: i64) -> String {
    person.get(&format!("/rooms/{room}/names/")).await.body
}

/// Answers the newest message of the room.
async fn answer(person: &Person, room: i64, text: &str) {
    let newest = newest(person, room).await;
    let path = format!("/rooms/{room}/?reply={newest}");
    let form = format!("/rooms/{room}/messages/");
    assert_eq!(
        person.submit(&path, &form, &[("body", text)]).await.status,
        303
    );
}

async fn newest(person: &Person, room: i64) -> String {
    let page = log(person, room).await;
    page.all_attributes("article[data-id]", "data-id")
        .pop()
        .unwrap()
}

async fn react(person: &Person, room: i64, message: &str, emoji: &str) {
    let path = format!("/rooms/{room}/messages/{message}/actions/");
    let form = format!("/rooms/{room}/messages/{message}/reactions/");
    assert_eq!(
        person
            .submit(&path, &form, &[("emoji", emoji)])
            .await
            .status,
        303
    );
}

#[tokio::test]
#[expect(
    clippy::too_many_lines,
    reason = "one story, from the beginning of a block to its end"
)]
async fn what_a_blocked_person_says_in_a_room_is_folded_and_calls_nobody() {
    let site = Site::start().await;
    let (ana, bo, eve, room) = tea(&site).await;
    assert_eq!(ana.post_by_form(room, "soup?").await, 303);
    let soup = newest(&ana, room).await;
    let before = ana.open(&format!("/rooms/{room}/")).await;
    assert!(!before.has(".blocked"));

    ana.press_and_confirm("block", &eve).await;
    let mut at_ana = ana.socket().await;
    answer(&eve, room, "@ana no soup").await;
    react(&eve, room, &soup, "👎").await;
    react(&bo, room, &soup, "🌱").await;
    react(&eve, room, &soup, "🌱").await;
    at_ana.wait_in(room, "message.created").await;
    answer(&bo, room, "why not?").await;

    // Only bo's messages count.
    let list = ana.open("/").await;
    assert_eq!(list.texts("title"), ["Conversations – Parlour"]);
    let link = format!("a[data-conversation='{room}']");
    assert_eq!(
        list.attribute(&link, "aria-label").as_deref(),
        Some("Tea, 1 unread")
    );
    at_ana.send(json!({ "type": "unread.ask" })).await;
    let told = at_ana.wait_for("unread.told").await;
    assert_eq!(told["blocked"], json!([eve.id]));
    let mut states = told["rooms"].as_array().unwrap().iter();
    let state = states.find(|state| state["room"] == json!(room)).unwrap();
    assert_eq!(
        (&state["unread"], &state["mentions"]),
        (&json!(1), &json!(0))
    );
    let missed = ana.open(&format!("/rooms/{room}/catch-up/")).await;
    assert_eq!(missed.texts(".lead"), ["Since you left: 1 message"]);
    assert!(!missed.body.contains("no soup"), "{}", missed.body);

    // The page and the fragment for scripts fold, with the text one press away.
    for page in [
        ana.open(&format!("/rooms/{room}/")).await,
        log(&ana, room).await,
    ] {
        let folded = "article.blocked > details.blocked-line:not([open]) > summary";
        assert_eq!(
            page.texts(&format!("{folded} > .when-closed")),
            ["Blocked message – show"]
        );
        let name = page
            .attribute("article.blocked", "aria-labelledby")
            .unwrap();
        assert_eq!(page.attribute(folded, "id").as_deref(), Some(&*name));
        assert_eq!(
            page.texts("article.blocked .message-text"),
            ["@ana no soup"]
        );
        assert_eq!(
            page.texts("a.quote.blocked > .quote-blocked"),
            ["Blocked message"]
        );
        let chip = format!("#message-{soup} .chip");
        assert_eq!(page.texts(&chip), ["🌱 1"]);
        assert_eq!(page.attribute(&chip, "data-by"), Some(bo.id.to_string()));
        assert_eq!(page.attribute(&chip, "title").as_deref(), Some("bo"));
    }
    assert!(!names(&ana, room).await.contains("\"eve\""));
    let room_page = ana.open(&format!("/rooms/{room}/")).await;
    assert_eq!(room_page.page_data()["folded"], json!([eve.id]));
    assert!(
        !room_page.has("#new-messages"),
        "bo's message is read by now"
    );

    // Eve and bo see no difference.
    for person in [&eve, &bo] {
        let page = log(person, room).await;
        assert!(!page.has(".blocked"), "{}", page.body);
        assert_eq!(
            page.texts(&format!("#message-{soup} .chip")),
            ["👎 1", "🌱 2"]
        );
        let both = names(person, room).await;
        assert!(
            both.contains("\"ana\"") && both.contains("\"eve\""),
            "{both}"
        );
    }

    // The end of the block ends all of it.
    ana.press("unblock", &eve).await;
    let page = log(&ana, room).await;
    assert!(!page.has(".blocked"));
    assert_eq!(
        page.texts(&format!("#message-{soup} .chip")),
        ["👎 1", "🌱 2"]
    );
    assert!(names(&ana, room).await.contains("\"eve\""));
}

#[tokio::test]
async fn a_conversation_of_two_is_not_folded() {
    let site = Site::start().await;
    let (ana, eve) = site.friends("ana", "eve").await;
    let room = ana.room_with(&eve).await;
    assert_eq!(eve.post_by_form(room, "hello").await, 303);
    ana.press_and_confirm("block", &eve).await;
    let page = ana.open(&format!("/rooms/{room}/")).await;
    assert_eq!(page.messages(), ["hello"]);
    assert!(!page.has(".blocked"));
}

#[tokio::test]
async fn the_question_before_a_block_says_what_happens_in_rooms() {
    let site = Site::start().await;
    let (ana, eve) = site.friends("ana", "eve").await;
    let page = ana.open(&format!("/friends/{}/block/", eve.id)).await;
    assert!(
        page.texts("main p")
            .concat()
            .contains("collapsed to “Blocked message – show”")
    );
}

#[tokio::test]
async fn the_list_of_members_offers_to_block_somebody_who_is_no_friend() {
    let site = Site::start().await;
    let (_ana, bo, eve, room) = tea(&site).await;
    let details = format!("/rooms/{room}/details/");
    let link = format!("a[href='/friends/{}/block/']", eve.id);
    assert!(bo.open(&details).await.has(&link));
    assert!(
        !bo.open(&details)
            .await
            .has(&format!("a[href='/friends/{}/block/']", bo.id)),
        "nobody blocks themself"
    );

    bo.press_and_confirm("block", &eve).await;

    let page = bo.open(&details).await;
    assert!(!page.has(&link));
    assert!(
        page.texts(&format!("#member-{} .tag", eve.id))
            .contains(&"Blocked".to_owned())
    );
}
