//! Texts of messages: limits, hostile input, all scripts. Texts are returned as they were typed.

use serde_json::json;

use crate::{
    stage::Program,
    support::{Person, Site},
};

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
        "</article></main><!--",
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

    for text in ["", " ", "\n\t\n", "\u{200b}", "> \u{200b}"] {
        assert_eq!(room.post_refused(text).await["code"], "empty", "{text:?}");
    }
}

#[tokio::test]
async fn control_characters_become_line_breaks_or_nothing() {
    let site = Site::start().await;
    let (ana, bo) = site.friends("ana", "bo").await;
    let mut room = ana.open_room(&bo).await;

    for (text, kept) in [
        ("a\0b", "ab"),
        ("a\u{1b}[31m", "a[31m"),
        ("a\u{7f}b\u{1}", "ab"),
        ("a\u{b}b\rc", "a<br>b<br>c"),
    ] {
        let answer = room.post(text).await;
        let html = answer["html"].as_str().unwrap();
        assert!(html.contains(&format!(">{kept}<")), "{text:?}: {html}");
    }
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

#[tokio::test]
async fn marked_up_text_is_the_same_live_in_history_and_after_a_restart() {
    let mut program = Program::start(&["--bcrypt-cost", "4"]).await;
    let (mut ana, mut bo) = (Person::new(program.address), Person::new(program.address));
    ana.sign_up("ana").await;
    bo.sign_up("bo").await;
    ana.befriend(&bo).await;
    let mut room = ana.open_room(&bo).await;
    let mut at_bo = bo.socket().await;
    let source = "**Tea** at `four`:\n\n- [press](https://tea.example/)\n- <b onclick=a>\n\n> # so";

    let accepted = room.post(source).await;
    let heard = at_bo.wait_for("message.created").await;
    let resumed = at_bo.resume(room.id, 0).await;
    let path = format!("/rooms/{}/", room.id);
    let history = bo.open(&path).await;
    program.kill().await;
    program.start_again().await;
    let later = bo.open(&path).await;

    let live = text_markup(accepted["html"].as_str().unwrap());
    assert!(live.starts_with("<p><strong>Tea</strong> at <code>four</code>:</p><ul>"));
    assert!(live.contains("(<bdi>tea.example</bdi>)"), "{live}");
    assert_eq!(heard["body"], source, "the source is kept");
    let event = &resumed["events"][0]["html"];
    for html in [
        heard["html"].as_str(),
        event.as_str(),
        Some(&history.body),
        Some(&later.body),
    ] {
        assert_eq!(text_markup(html.unwrap()), live);
    }
}

/// Returns the markup of the first message's text.
fn text_markup(html: &str) -> String {
    let selector = scraper::Selector::parse("article .message-text").unwrap();
    let page = scraper::Html::parse_document(html);
    page.select(&selector).next().unwrap().inner_html()
}

/// The third column of the table of cases: where a text stands on one line, it has the numbers that were typed.
#[tokio::test]
async fn numbers_stay_in_the_catch_up_the_quote_the_details_and_the_lists() {
    let site = Site::start().await;
    let (ana, bo) = site.friends("ana", "bo").await;
    let room = ana.room_with(&bo).await;
    let mut at_bo = bo.open_room(&ana).await;
    let table = include_str!("../cases/lists-and-previews.tsv");
    let mut checked = 0;
    for line in table.lines().skip(1).filter(|line| !line.is_empty()) {
        let cells: Vec<&str> = line.split('\t').collect();
        let typed = format!("@ana\n{}", cells[0].replace("\\n", "\n"));
        let readable = cells.get(2).copied().unwrap_or_default();
        let words: Vec<&str> = readable
            .split([' ', '…'])
            .filter(|word| !word.is_empty())
            .collect();
        let id = at_bo.post(&typed).await["id"].clone();
        let about = format!("/rooms/{room}/messages/{id}");
        // Not the room, which would read it.
        for (path, selector) in [
            (format!("/rooms/{room}/catch-up/"), ".missed-text"),
            ("/".to_owned(), ".last-text"),
            ("/".to_owned(), ".home-last"),
            (format!("{about}/actions/"), ".quoted-text"),
            (format!("{about}/details/"), "p[dir=auto]"),
        ] {
            let texts = ana.open(&path).await.texts(selector);
            let fits = |text: &String| {
                let mut rest = text.as_str();
                words.iter().all(|word| match rest.split_once(word) {
                    Some((_, after)) => {
                        rest = after;
                        true
                    }
                    None => false,
                })
            };
            assert!(!texts.is_empty(), "{selector} on {path}");
            assert!(texts.iter().any(fits), "{readable} on {path}: {texts:?}");
            checked += usize::from(!words.is_empty());
        }
        let answer = json!({"type": "message.post", "room": room, "client_id": uuid::Uuid::new_v4(),
            "body": "an answer", "reply_to": id});
        at_bo.socket.send(answer).await;
        let html = loop {
            let message = at_bo.next_message().await;
            if message["body"] == "an answer" {
                break message["html"].as_str().unwrap().to_owned();
            }
        };
        let quote = scraper::Html::parse_fragment(&html);
        let part = scraper::Selector::parse(".quote-text").unwrap();
        let quote: String = quote.select(&part).flat_map(|one| one.text()).collect();
        for word in &words {
            assert!(quote.contains(word), "{word} in {quote}");
        }
    }
    assert!(checked >= 25, "{checked}");
}
