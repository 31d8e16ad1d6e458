//! What helps people to write in the box: emoji, formatting, lists, pasted pages and commands.

use std::time::Duration;

use thirtyfour::{By, Key};
use tokio::time::timeout;

use crate::{
    profile::Profile,
    stage::{Program, until},
};

impl Profile {
    /// Presses keys wherever the focus is, as one action.
    async fn type_keys(&self, keys: impl Into<thirtyfour::TypingData>) {
        let chain = self.driver.action_chain().send_keys(keys);
        chain.perform().await.unwrap();
    }

    async fn wait_for_draft(&self, wanted: &str) {
        let mut last = String::new();
        let found = timeout(Duration::from_secs(15), async {
            while last != wanted {
                last = self.draft().await;
            }
        });
        let found = found.await.is_ok();
        assert!(found, "the draft is {last:?}, not {wanted:?}");
    }

    /// Puts the caret at this place of the box.
    async fn put_caret(&self, start: usize, end: usize) {
        let script = format!(
            "const box = document.getElementById('composer-body'); box.focus(); box.setSelectionRange({start}, {end})"
        );
        self.driver.execute(script, vec![]).await.unwrap();
    }

    /// Returns whether the box has the focus, and where its caret is.
    async fn caret(&self) -> (bool, u64) {
        self.ask_page("const box = document.getElementById('composer-body'); return [document.activeElement === box, box.selectionStart]")
            .await
    }

    async fn empty_box(&self) {
        self.put_caret(0, 100_000).await;
        self.type_keys(Key::Delete + "").await;
        self.wait_for_draft("").await;
    }

    /// Presses a key of an input method in the box. Returns whether the page left it alone.
    async fn composes(&self, key: &str, fields: &str) -> bool {
        self.ask_page(&format!(
            "return document.activeElement.dispatchEvent(new KeyboardEvent('keydown',
             {{ key: '{key}', bubbles: true, cancelable: true, {fields} }}))"
        ))
        .await
    }

    async fn shown_emoji(&self, row: &str) -> Vec<String> {
        self.ask_page(&format!(
            "return [...document.querySelectorAll('.picker-{row} .choice')].map((choice) => choice.value)"
        ))
        .await
    }
}

#[tokio::test]
async fn the_picker_of_the_box_is_searched_at_once_and_inserts_at_the_caret() {
    let site = Program::start(&["--bcrypt-cost", "4"]).await;
    let (ana, bo) = tokio::join!(Profile::start(&site), Profile::start(&site));
    ana.meet(&bo, ("ana", "bo")).await;

    ana.paste("peas and beans").await;
    ana.put_caret(4, 4).await;
    ana.press("button", "Emoji").await;
    ana.find("dialog", "Choose an emoji").await;
    until("the search with the focus", async || {
        let script = "return document.activeElement.matches('.picker-search')";
        ana.ask_page::<bool>(script).await.then_some(())
    })
    .await;
    ana.type_keys("seedl").await;
    ana.find("button", "seedling").await;
    ana.type_keys(Key::Escape + "").await;
    ana.wait_gone("dialog", "Choose an emoji").await;
    assert_eq!(ana.caret().await, (true, 4), "Escape leads back");
    assert_eq!(ana.draft().await, "peas and beans");

    // Pressing the button again closes the picker, too.
    ana.press("button", "Emoji").await;
    ana.find("dialog", "Choose an emoji").await;
    ana.press("button", "Emoji").await;
    ana.wait_gone("dialog", "Choose an emoji").await;

    ana.press("button", "Emoji").await;
    ana.find("dialog", "Choose an emoji").await;
    ana.type_keys("seedl").await;
    ana.find("button", "seedling").await;
    ana.type_keys(Key::Enter + "").await;
    ana.wait_for_draft("peas🌱 and beans").await;
    assert_eq!(ana.caret().await, (true, 6));
    ana.keys(Key::Control + "z").await;
    ana.wait_for_draft("peas and beans").await;
}

#[tokio::test]
async fn the_picker_remembers_skin_tone_and_what_was_used_and_is_walked_by_arrows() {
    let site = Program::start(&["--bcrypt-cost", "4"]).await;
    let (ana, bo) = tokio::join!(Profile::start(&site), Profile::start(&site));
    ana.meet(&bo, ("ana", "bo")).await;

    ana.press("button", "Emoji").await;
    ana.press("button", "People").await;
    ana.press("button", "Medium skin tone").await;
    until("hands in the tone", async || {
        let shown = ana.shown_emoji("found").await;
        shown.contains(&"👋🏽".to_owned()).then_some(())
    })
    .await;
    let search = ana.driver.find(By::Css(".picker-search")).await.unwrap();
    search.click().await.unwrap();
    // Two rows down, one to the right, one up.
    ana.type_keys(Key::Down + Key::Down + Key::Down + Key::Right + Key::Up)
        .await;
    let chosen = ana.shown_emoji("found").await[9].clone();
    ana.type_keys(Key::Enter + "").await;
    ana.wait_for_draft(&chosen).await;

    ana.reload().await;
    ana.press("button", "Emoji").await;
    until("what was used", async || {
        let often = ana.shown_emoji("quick").await;
        (often.first() == Some(&chosen)).then_some(())
    })
    .await;
    for (width, scheme) in [(320, "light"), (1280, "dark")] {
        ana.use_screen(width, 740).await;
        ana.prefer(scheme).await;
        ana.reload().await;
        ana.press("button", "Emoji").await;
        ana.press("button", "Flags").await;
        assert!(!ana.scrolls_sideways().await, "{width}");
        assert!(ana.violations().await.is_empty(), "{width} {scheme}");
        ana.screenshot(&format!("emoji-{width}-{scheme}")).await;
    }
}

#[tokio::test]
async fn without_the_server_the_common_emoji_can_be_chosen() {
    let site = Program::start(&["--bcrypt-cost", "4"]).await;
    let (ana, bo) = tokio::join!(Profile::start(&site), Profile::start(&site));
    ana.meet(&bo, ("ana", "bo")).await;
    ana.paste("soup").await;
    ana.wire.cut();
    ana.press("button", "Emoji").await;
    ana.wait_for_text("Could not load the emoji.").await;
    assert_eq!(ana.draft().await, "soup");
    ana.press("button", "thumbs up").await;
    ana.wait_for_draft("soup👍").await;
    ana.wire.mend();
}

#[tokio::test]
async fn a_short_code_is_completed_or_replaced_and_undone() {
    let site = Program::start(&["--bcrypt-cost", "4"]).await;
    let (ana, bo) = tokio::join!(Profile::start(&site), Profile::start(&site));
    ana.meet(&bo, ("ana", "bo")).await;
    ana.paste("").await;

    ana.type_keys("well done :thu").await;
    ana.find("listbox", "Emoji").await;
    ana.find("option", "👍 :thumbsup:").await;
    ana.type_keys(Key::Down + Key::Up + Key::Enter).await;
    ana.wait_for_draft("well done 👍 ").await;
    ana.wait_gone("listbox", "Emoji").await;
    ana.keys(Key::Control + "z").await;
    ana.wait_for_draft("well done :thu").await;
    assert!(!ana.shows("listbox", "Emoji").await, "not offered again");

    ana.empty_box().await;
    ana.type_keys("so :seedling:").await;
    ana.wait_for_draft("so 🌱 ").await;
    ana.type_keys("at 10:30, http://example.org/:seed `:seed")
        .await;
    ana.wait_for_draft("so 🌱 at 10:30, http://example.org/:seed `:seed")
        .await;
    assert!(!ana.shows("listbox", "Emoji").await);

    // A whole code that nobody knows stays, and Enter sends it.
    ana.empty_box().await;
    ana.type_keys("a :nosuchcode:" + Key::Enter).await;
    bo.wait_for_messages(&["a :nosuchcode:".to_owned()]).await;

    // The list of an input method is its own.
    ana.type_keys(":thu").await;
    ana.find("option", "👍 :thumbsup:").await;
    for key in ["Enter", "Tab", "ArrowDown", "Escape"] {
        let composed = "isComposing: true, keyCode: 229";
        assert!(ana.composes(key, composed).await, "{key}");
    }
    ana.type_keys(Key::Tab + "").await;
    ana.wait_for_draft("👍 ").await;
}

#[tokio::test]
async fn keys_and_the_bar_format_and_undo_takes_the_format_back() {
    let site = Program::start(&["--bcrypt-cost", "4"]).await;
    let (ana, bo) = tokio::join!(Profile::start(&site), Profile::start(&site));
    ana.meet(&bo, ("ana", "bo")).await;

    ana.paste("a bold word").await;
    ana.put_caret(2, 6).await;
    ana.keys(Key::Control + "b").await;
    ana.wait_for_draft("a **bold** word").await;
    ana.keys(Key::Control + "b").await;
    ana.wait_for_draft("a bold word").await;
    ana.keys(Key::Control + "i").await;
    ana.wait_for_draft("a *bold* word").await;
    for (key, draft) in [
        ("z", "a bold word"),
        ("z", "a **bold** word"),
        ("z", "a bold word"),
    ] {
        ana.keys(Key::Control + key).await;
        ana.wait_for_draft(draft).await;
    }
    // The quick switcher has its key still.
    ana.keys(Key::Control + "k").await;
    ana.find("option", "bo").await;
    ana.type_keys(Key::Escape + "").await;

    // Buttons leave the focus in the box, and the bar is one stop of the Tab key.
    ana.put_caret(2, 6).await;
    ana.press("button", "Strikethrough").await;
    ana.wait_for_draft("a ~~bold~~ word").await;
    assert_eq!(ana.caret().await, (true, 4));
    ana.press("button", "List").await;
    ana.wait_for_draft("- a ~~bold~~ word").await;
    ana.put_caret(0, 0).await;
    for _ in 0..3 {
        ana.keys(Key::Shift + Key::Tab).await;
    }
    let focused = "return document.activeElement.ariaLabel";
    assert_eq!(ana.ask_page::<String>(focused).await, "Bold");
    until("arrows within the bar", async || {
        ana.type_keys(Key::Right + "").await;
        let label = ana.ask_page::<String>(focused).await;
        (label == "Quote").then_some(())
    })
    .await;
    ana.type_keys(Key::Enter + "").await;
    ana.wait_for_draft("> - a ~~bold~~ word").await;

    assert!(ana.violations().await.is_empty());
    ana.screenshot("formatting-bar").await;
}

#[tokio::test]
async fn the_bar_is_switched_off_and_the_browser_remembers_that() {
    let site = Program::start(&["--bcrypt-cost", "4"]).await;
    let (ana, bo) = tokio::join!(Profile::start(&site), Profile::start(&site));
    ana.meet(&bo, ("ana", "bo")).await;

    ana.find("button", "Bold").await;
    ana.press("button", "Formatting").await;
    ana.wait_gone("button", "Bold").await;
    ana.reload().await;
    ana.find("button", "Formatting").await;
    assert!(!ana.shows("button", "Bold").await);
    ana.press("button", "Formatting").await;
    ana.find("button", "Bold").await;
    for (width, scheme) in [
        (320, "dark"),
        (390, "light"),
        (700, "light"),
        (1280, "dark"),
    ] {
        ana.use_screen(width, 740).await;
        ana.prefer(scheme).await;
        assert!(!ana.scrolls_sideways().await, "{width}");
        ana.screenshot(&format!("box-{width}-{scheme}")).await;
    }
}

#[tokio::test]
async fn a_list_goes_on_at_shift_enter_and_ends_at_an_empty_item() {
    let site = Program::start(&["--bcrypt-cost", "4"]).await;
    let (ana, bo) = tokio::join!(Profile::start(&site), Profile::start(&site));
    ana.meet(&bo, ("ana", "bo")).await;
    let line_break = async || {
        let chain = ana.driver.action_chain().key_down(Key::Shift);
        let chain = chain.send_keys(Key::Enter + "").key_up(Key::Shift);
        chain.perform().await.unwrap();
    };

    ana.paste("1. beans").await;
    line_break().await;
    ana.wait_for_draft("1. beans\n2. ").await;
    ana.type_keys("peas").await;
    line_break().await;
    ana.wait_for_draft("1. beans\n2. peas\n3. ").await;
    line_break().await;
    ana.wait_for_draft("1. beans\n2. peas\n").await;
    ana.keys(Key::Control + "z").await;
    ana.wait_for_draft("1. beans\n2. peas\n3. ").await;
    line_break().await;
    ana.type_keys("that is all" + Key::Enter).await;
    bo.wait_for_text("that is all").await;
    let items = "return [...document.querySelectorAll('.message-text ol li')].map((item) => item.textContent.trim())";
    assert_eq!(bo.ask_page::<[String; 2]>(items).await, ["beans", "peas"]);
}

/// A page, and what pasting it gives.
const PASTED: [(&str, &str); 14] = [
    ("a <b>bold</b> <i>word</i>", "a **bold** *word*"),
    (
        "<strong>bold <em>and italic</em></strong><del>gone</del>",
        "**bold *and italic***~~gone~~",
    ),
    ("<b>one<br>two</b>", "**one**\n**two**"),
    ("<b> a </b>b", "**a** b"),
    ("<p>one</p><p>t<b>w</b>o</p>", "one\n\nt**w**o"),
    ("<div>one</div><div><i>two</i></div>", "one\n*two*"),
    (
        "<ul><li>one<ul><li>in</li></ul></li><li><p>two</p></li></ul>",
        "- one\n  - in\n- two",
    ),
    ("<ol start=3><li>c</li><li>d</li></ol>", "3. c\n4. d"),
    (
        "<blockquote><p>said</p><p>more</p></blockquote><p>yes</p>",
        "> said\n>\n> more\n\nyes",
    ),
    (
        "<p>see</p><pre><code>if a {\n  b\n}\n</code></pre>",
        "see\n\n```\nif a {\n  b\n}\n```",
    ),
    (
        "<code>x</code> at <a href='https://example.org/a(b)'>the [site]</a>, <a href='https://example.org/'>https://example.org</a>, <a href='javascript:alert(1)'>no</a>",
        "`x` at [the \\[site\\]](https://example.org/a%28b%29), https://example.org, no",
    ),
    (
        "<b style='font-weight:normal'>plain <span style='font-weight:700'>bold</span></b>",
        "plain **bold**",
    ),
    (
        "<b>x</b><script>window.broken = 1</script><img src=x onerror='window.broken = 1' alt='cat'><style>p{}</style><iframe srcdoc='<script>parent.broken = 1</script>'></iframe>",
        "**x**cat",
    ),
    (
        "<meta charset=utf-8><!--StartFragment--><h1>Soup</h1>\n<p>with <em>leek</em></p><!--EndFragment-->",
        "Soup\n\nwith *leek*",
    ),
];

impl Profile {
    /// Pastes a page and its plain text into the box. Returns whether the browser is left to paste.
    async fn paste_page(&self, html: &str, text: &str) -> bool {
        let script = format!(
            "const source = new DataTransfer();
             const html = {};
             if (html) source.setData('text/html', html);
             source.setData('text/plain', {});
             const fields = {{ clipboardData: source, bubbles: true, cancelable: true }};
             return document.getElementById('composer-body').dispatchEvent(new ClipboardEvent('paste', fields))",
            serde_json::json!(html),
            serde_json::json!(text),
        );
        self.ask_page(&script).await
    }
}

#[tokio::test]
async fn a_pasted_page_becomes_markdown_and_nothing_of_it_runs() {
    let site = Program::start(&["--bcrypt-cost", "4"]).await;
    let (ana, bo) = tokio::join!(Profile::start(&site), Profile::start(&site));
    ana.meet(&bo, ("ana", "bo")).await;

    for (html, markdown) in PASTED {
        assert!(!ana.paste_page(html, "plain").await, "{html}");
        ana.wait_for_draft(markdown).await;
        ana.empty_box().await;
    }
    assert!(
        ana.ask_page::<bool>("return window.broken === undefined")
            .await
    );

    // It replaces the selection, and undo brings that back.
    ana.paste("one two three").await;
    ana.put_caret(4, 7).await;
    ana.paste_page("<b>2</b>", "2").await;
    ana.wait_for_draft("one **2** three").await;
    ana.keys(Key::Control + "z").await;
    ana.wait_for_draft("one two three").await;
    ana.empty_box().await;

    // The browser pastes what has no formatting, what is too long, and without formatting if asked to.
    assert!(ana.paste_page("<p>one</p>", "one").await);
    assert!(ana.paste_page("", "one").await);
    let long = format!("<b>{}</b>", "a".repeat(200_001));
    assert!(ana.paste_page(&long, "a").await);
    // Within code it is its text.
    ana.paste("`").await;
    ana.paste_page("<b>x</b>", "x").await;
    ana.wait_for_draft("`x").await;
    ana.empty_box().await;

    // A text that is too long for the box is offered as before.
    assert!(!ana.paste_page("<b>a</b>", &"a".repeat(60_000)).await);
    ana.find("button", "Discard").await;
    assert_eq!(ana.draft().await, "");
}

#[tokio::test]
async fn commands_are_completed_run_and_explained() {
    let site = Program::start(&["--bcrypt-cost", "4"]).await;
    let (ana, bo) = tokio::join!(Profile::start(&site), Profile::start(&site));
    ana.meet(&bo, ("ana", "bo")).await;

    ana.paste("/m").await;
    ana.type_keys(Key::Backspace + "m").await;
    ana.find("listbox", "Commands").await;
    ana.find("option", "/mute – mute this conversation").await;
    ana.type_keys(Key::Enter + "").await;
    ana.wait_for_draft("/me ").await;
    ana.type_keys("waves" + Key::Enter).await;
    bo.wait_for_messages(&["waves".to_owned()]).await;
    ana.say("and this is said").await;
    ana.say("/me goes").await;
    bo.wait_for_count(3).await;
    for person in [&ana, &bo] {
        let follows = "return [...document.querySelectorAll('article.message')].map((one) => one.matches('.follows'))";
        until("names in front of what is done", async || {
            let follows = person.ask_page::<Vec<bool>>(follows).await;
            (follows == [false, true, false]).then_some(())
        })
        .await;
        person.wait_for_text("ana goes").await;
    }

    // A whole command is run by Enter, without a page load.
    let loaded = "return window.loaded ??= Math.random()";
    let before: f64 = ana.ask_page(loaded).await;
    ana.type_keys("/mute" + Key::Enter).await;
    ana.wait_for_text("bo is muted.").await;
    ana.wait_for_draft("").await;
    ana.type_keys("/invite somebody" + Key::Enter).await;
    ana.wait_for_text("You cannot add people to this conversation.")
        .await;
    assert_eq!(ana.draft().await, "/invite somebody");
    assert!(ana.violations().await.is_empty());
    ana.screenshot("commands").await;
    assert!((ana.ask_page::<f64>(loaded).await - before).abs() < f64::EPSILON);
    assert_eq!(bo.messages().await.len(), 3);

    // Without the server it stays in the box.
    ana.wire.cut();
    ana.type_keys(Key::Enter + "").await;
    ana.wait_for_text("That did not work.").await;
    assert_eq!(ana.draft().await, "/invite somebody");
}
