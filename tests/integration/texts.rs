//! What people write: limits, hostile texts, every script. It comes back as it was typed.

use serde_json::json;

use crate::support::Site;

const FAMILY: &str = "\u{1f468}\u{200d}\u{1f469}\u{200d}\u{1f467}\u{200d}\u{1f466}";

#[tokio::test]
async fn hostile_texts_are_shown_as_they_were_typed() {
    let site = Site::start().await;
    let (ana, bo) = site.friends("ana", "bo").await;
    let mut room = ana.open_room(&bo).await;
    let texts = [
        "<script>alert(1)</script>",
        "\"><img src=x onerror=alert(1)>",
        "{{7*7}}",
        "{{{this}}}",
        "</article></main><!-- ",
        "' onmouseover='alert(1)",
        "שלום עולם",
        FAMILY,
        "two\nlines\tand a tab",
        "&lt;b&gt; &amp;amp;",
    ];

    for text in texts {
        let accepted = room.post(text).await;
        let html = accepted["html"].as_str().unwrap();
        assert!(
            !html.contains("<script") && !html.contains("<img"),
            "{html}"
        );
        assert_eq!(room.next_message().await["body"], text);
    }

    let page = bo.open(&format!("/rooms/{}/", room.id)).await;
    assert_eq!(page.messages(), texts);
    assert!(!page.has("article script, article img[onerror], [onmouseover], [onerror]"));
}

#[tokio::test]
async fn names_are_escaped_and_isolated_wherever_they_stand() {
    let site = Site::start().await;
    let name = "אבגדה";
    let (ana, other) = site.friends("ana", name).await;
    let room = ana.room_with(&other).await;

    let page = ana.open(&format!("/rooms/{room}/")).await;

    assert!(page.texts("bdi").iter().any(|text| text == name));
    assert_eq!(page.texts("h1 bdi"), [name]);
}

#[tokio::test]
async fn ten_thousand_characters_are_taken_and_one_more_is_refused_with_the_number() {
    let site = Site::start().await;
    let (ana, bo) = site.friends("ana", "bo").await;
    let mut room = ana.open_room(&bo).await;

    room.post(&"x".repeat(10_000)).await;
    room.post(&"😀".repeat(10_000)).await;
    let refused = room.post_refused(&"x".repeat(10_001)).await;
    let by_a_lot = room.post_refused(&"ü".repeat(10_214)).await;

    assert_eq!(
        (&refused["code"], &refused["excess"]),
        (&json!("too_long"), &json!(1))
    );
    assert_eq!(by_a_lot["excess"], 214);
    assert!(
        by_a_lot["text"].as_str().unwrap().contains("214"),
        "{by_a_lot}"
    );
}

#[tokio::test]
async fn nothing_is_refused_as_nothing() {
    let site = Site::start().await;
    let (ana, bo) = site.friends("ana", "bo").await;
    let mut room = ana.open_room(&bo).await;

    for text in ["", " ", "\n\t\n"] {
        assert_eq!(room.post_refused(text).await["code"], "empty", "{text:?}");
    }
}

#[tokio::test]
async fn control_characters_are_refused() {
    let site = Site::start().await;
    let (ana, bo) = site.friends("ana", "bo").await;
    let mut room = ana.open_room(&bo).await;

    for text in ["a\0b", "a\u{1b}[31m", "a\u{7f}b\u{1}"] {
        assert_eq!(room.post_refused(text).await["code"], "invalid", "{text:?}");
    }
    room.post("still here").await;
}

#[tokio::test]
async fn a_family_counts_as_one_large_emoji() {
    let site = Site::start().await;
    let (ana, bo) = site.friends("ana", "bo").await;
    let mut room = ana.open_room(&bo).await;
    let is_big = async |room: &mut crate::support::Room, text: &str| {
        room.post(text).await["html"]
            .as_str()
            .unwrap()
            .contains("message-text big")
    };

    assert!(is_big(&mut room, FAMILY).await);
    assert!(is_big(&mut room, &FAMILY.repeat(6)).await);
    assert!(!is_big(&mut room, &FAMILY.repeat(7)).await);
    assert!(!is_big(&mut room, "words 😀").await);
    assert!(!is_big(&mut room, "42").await);
}
