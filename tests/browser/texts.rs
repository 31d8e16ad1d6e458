//! Texts in a browser: markup is shown as typed, and every script has its own text direction.

use thirtyfour::Key;

use crate::{
    profile::Profile,
    stage::{Program, number, until},
};

impl Profile {
    /// Returns the plain text that copying a selection gives. The selection goes from the first of
    /// these words in the log to the end of the last.
    async fn copied(&self, first: &str, last: &str) -> String {
        let script = format!(
            "const walker = document.createTreeWalker(document.getElementById('log-inner'), NodeFilter.SHOW_TEXT);
             const texts = [];
             while (walker.nextNode()) texts.push(walker.currentNode);
             const start = texts.find((text) => text.data.includes('{first}'));
             const end = texts.findLast((text) => text.data.includes('{last}'));
             const endAt = end.data.indexOf('{last}') + '{last}'.length;
             getSelection().setBaseAndExtent(start, start.data.indexOf('{first}'), end, endAt);
             let copied = '';
             addEventListener('copy', (event) => {{ copied = event.clipboardData.getData('text/plain') }}, {{ once: true }});
             document.execCommand('copy');
             return copied"
        );
        self.ask_page(&script).await
    }
}

#[tokio::test]
async fn hostile_texts_stay_texts_live_and_after_a_reload() {
    let site = Program::start(&["--bcrypt-cost", "4"]).await;
    let (ana, bo) = tokio::join!(Profile::start(&site), Profile::start(&site));
    ana.meet(&bo, ("ana", "bo")).await;
    let texts = [
        "<script>window.broken = 1</script>",
        "<img src=x onerror='window.broken = 1'>",
        "{{7*7}}",
        "{{{this}}}",
        "\u{05e9}\u{05dc}\u{05d5}\u{05dd} (1 < 2)",
        "\u{1f468}\u{200d}\u{1f469}\u{200d}\u{1f467}\u{200d}\u{1f466}",
    ]
    .map(str::to_owned);

    for text in &texts {
        ana.paste(text).await;
        ana.press_enter().await;
    }

    for person in [&ana, &bo] {
        person.wait_for_messages(&texts).await;
        person.reload().await;
        person.wait_for_messages(&texts).await;
        assert!(
            person
                .ask_page::<bool>("return window.broken === undefined")
                .await
        );
        let direction = person.direction_of(4).await;
        assert_eq!(direction, "rtl", "Hebrew reads from the right");
        assert_eq!(person.direction_of(0).await, "ltr");
    }
    bo.screenshot("texts").await;
}

#[tokio::test]
async fn ten_thousand_characters_go_and_one_more_is_refused_with_the_number() {
    let site = Program::start(&["--bcrypt-cost", "4"]).await;
    let (ana, bo) = tokio::join!(Profile::start(&site), Profile::start(&site));
    ana.meet(&bo, ("ana", "bo")).await;
    let most = "m".repeat(10_000);

    ana.paste(&most).await;
    ana.press_enter().await;
    bo.wait_for_messages(std::slice::from_ref(&most)).await;
    ana.paste(&"m".repeat(10_001)).await;
    ana.wait_for_text("1 too many").await;
    ana.press_enter().await;

    assert_eq!(ana.draft().await.len(), 10_001, "the text is kept");
    assert_eq!(bo.messages().await.len(), 1);
    assert!(!bo.scrolls_sideways().await, "a long word wraps");
}

#[tokio::test]
async fn marked_up_text_is_live_on_both_screens_and_fits_a_phone() {
    let site = Program::start(&["--bcrypt-cost", "4"]).await;
    let (ana, bo) = tokio::join!(Profile::start(&site), Profile::start(&site));
    bo.use_screen(320, 640).await;
    ana.meet(&bo, ("ana", "bo")).await;
    let wide = format!("let wide = \"{}\";", "code ".repeat(40));
    let talk = [
        "**Bold**, *italic*, ~~gone~~ and `code` in a line".to_owned(),
        "The train: https://example.com/times?line=7 or [this](https://trains.example/)".to_owned(),
        format!(
            "Tea:\n\n- water\n- leaves\n  1. green\n  2. black\n\n> who brings\n> the cups?\n\n```\n{wide}\n```"
        ),
    ];
    for text in &talk {
        ana.paste(text).await;
        ana.press_enter().await;
    }

    for person in [&ana, &bo] {
        for reloaded in [false, true] {
            if reloaded {
                person.reload().await;
            }
            person.wait_for_count(3).await;
            for (selector, words) in [
                ("strong", "Bold"),
                ("em", "italic"),
                ("s", "gone"),
                ("a[href='https://trains.example/']", "this (trains.example)"),
                ("li li", "green"),
                ("blockquote", "who brings"),
            ] {
                let question = format!(
                    "return document.querySelector(\"[role=log] .message-text {selector}\").textContent"
                );
                let found: String = person.ask_page(&question).await;
                assert!(found.starts_with(words), "{selector}: {found}");
            }
            person.find("link", "this (trains.example)").await;
        }
    }
    assert!(!bo.scrolls_sideways().await, "code scrolls inside itself");
    let code_moves: bool = bo
        .ask_page(
            "const code = document.querySelector('[role=log] pre'); code.focus(); \
             return code.scrollWidth > code.clientWidth && document.activeElement === code",
        )
        .await;
    assert!(code_moves, "and can be reached by keyboard");
    bo.screenshot("text-phone").await;
    ana.screenshot("text-light").await;
    ana.prefer("dark").await;
    ana.screenshot("text-dark").await;
}

#[tokio::test]
async fn a_tall_message_of_blocks_folds() {
    let site = Program::start(&["--bcrypt-cost", "4"]).await;
    let (ana, bo) = tokio::join!(Profile::start(&site), Profile::start(&site));
    ana.meet(&bo, ("ana", "bo")).await;

    ana.paste(&"- a line of a long list\n".repeat(60)).await;
    ana.press_enter().await;

    for person in [&ana, &bo] {
        person.wait_for_count(1).await;
        person.press("button", "Show more").await;
        person.find("button", "Show less").await;
    }
}

#[tokio::test]
async fn copying_from_the_log_gives_names_times_texts_and_numbers_without_buttons() {
    let site = Program::start(&["--bcrypt-cost", "4"]).await;
    let (ana, bo) = tokio::join!(Profile::start(&site), Profile::start(&site));
    ana.meet(&bo, ("ana", "bo")).await;
    ana.say("the plan").await;
    ana.wait_for_count(1).await;
    ana.paste("2. boil\n3. wait").await;
    ana.press_enter().await;
    bo.wait_for_count(2).await;
    bo.say("agreed, one two three").await;
    ana.wait_for_count(3).await;

    let copied = ana.copied("the plan", "agreed").await;

    let words: Vec<_> = copied.lines().collect();
    let [plan, boil, wait, agreed] = words[..] else {
        panic!("four lines: {copied}")
    };
    for (line, author, text) in [
        (plan, "ana", "the plan"),
        (boil, "ana", "2. boil"),
        (agreed, "bo", "agreed"),
    ] {
        let (time, said) = line.split_once("] ").expect("a time");
        assert!(time.starts_with('[') && time.contains(':'), "{line}");
        assert_eq!(said, format!("{author}: {text}"));
    }
    assert_eq!(wait, "3. wait");
    assert_eq!(ana.copied("one", "two").await, "one two");
}

impl Profile {
    /// Replaces the texts of the page as the translation of a browser does: every text becomes
    /// elements with other words, except where the page forbids it.
    async fn translate_page(&self) {
        self.ask_page::<serde_json::Value>(
            "const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
            const texts = [];
            while (walker.nextNode()) texts.push(walker.currentNode);
            for (const text of texts) {
                const parent = text.parentElement;
                if (!parent.translate || parent.closest('script, style, textarea, noscript, template')) continue;
                const font = document.createElement('font');
                font.textContent = text.data.toUpperCase();
                text.replaceWith(font);
            }",
        )
        .await;
    }
}

#[tokio::test]
async fn what_a_browser_translates_is_never_saved_as_the_text_of_a_message() {
    let site = Program::start(&["--bcrypt-cost", "4"]).await;
    let (ana, bo) = tokio::join!(Profile::start(&site), Profile::start(&site));
    ana.meet(&bo, ("ana", "bo")).await;
    bo.say("guten tag").await;
    ana.find_text_message("guten tag").await;
    ana.say("wie geht es").await;
    ana.wait_for_count(2).await;

    ana.translate_page().await;
    ana.find_text_message("WIE GEHT ES").await;
    ana.keys(Key::Up + "").await;
    let edit = ana.find("textbox", "Edit message").await;
    let source = edit.prop("value").await.unwrap().unwrap();
    assert_eq!(source, "wie geht es");
    ana.keys(Key::Enter + "").await;
    ana.wait_gone("textbox", "Edit message").await;

    // Names are not translated, so that links made from them still find the person.
    ana.keys("@b").await;
    ana.keys(Key::Enter + "").await;
    let typed = "return document.activeElement.value";
    assert_eq!(ana.ask_page::<String>(typed).await, "@bo ");
    ana.keys("hallo".to_owned() + Key::Enter).await;
    ana.wait_for_count(3).await;
    let bodies = "SELECT count(*) AS number FROM messages WHERE body IN ('guten tag', 'wie geht es', '@bo hallo')";
    assert_eq!(number(&site.data().join("parlour.sqlite3"), bodies), 3);
    let versions = "SELECT count(*) AS number FROM message_versions";
    assert_eq!(
        number(&site.data().join("parlour.sqlite3"), versions),
        0,
        "nothing was changed"
    );
}

#[tokio::test]
async fn numbers_stay_in_the_quote_and_glued_names_are_offered() {
    let site = Program::start(&["--bcrypt-cost", "4"]).await;
    let (ana, bo) = tokio::join!(Profile::start(&site), Profile::start(&site));
    ana.meet(&bo, ("ana", "bo")).await;
    ana.say("the plan").await;
    ana.wait_for_count(1).await;
    ana.paste("2. second\n5. fifth **now**").await;
    ana.press_enter().await;
    bo.wait_for_count(2).await;

    bo.choose("second\nfifth now", "Reply").await;
    bo.wait_for_text("2. second 5. fifth now").await;
    bo.keys("你好@an").await;
    bo.find("option", "ana").await;
    // The box is a combobox while names are offered.
    bo.keys(Key::Enter + "").await;
    assert_eq!(bo.draft().await, "你好@ana ");
    bo.press_enter().await;

    for person in [&ana, &bo] {
        person.wait_for_count(3).await;
        person.find("link", "ana · 2. second 5. fifth now").await;
        let called: String = person
            .ask_page("return document.querySelector('[role=log] .mention').textContent")
            .await;
        assert_eq!(called, "@ana");
        let clipped: String = person
            .ask_page("return getComputedStyle(document.querySelector('.message-body')).clipPath")
            .await;
        assert!(clipped.starts_with("inset"), "marks are clipped: {clipped}");
    }
}

impl Profile {
    /// Measures marks and the text beside them: `[what, text, space between them]`, in pixels. Bullets and bars are at
    /// the side where the text of their block starts.
    async fn marks(&self) -> Vec<(String, String, f64)> {
        self.ask_page(
            "const range = document.createRange();
            // The first line of what is selected: text of its own, without that of an inner list.
            const lines = (nodes) => nodes.flatMap((node) => {
                range.selectNodeContents(node);
                return [...range.getClientRects()];
            }).filter(({ width }) => width > 0);
            const texts = (element) => [...element.childNodes].filter((node) =>
                node.nodeType === Node.TEXT_NODE ? node.data.trim() !== '' : !node.matches('ul, ol, blockquote'));
            const space = (side, box, rects) => side === 'left'
                ? Math.min(...rects.map(({ left }) => left)) - box.left
                : box.right - Math.max(...rects.map(({ right }) => right));
            const measured = [];
            const measure = (what, element, bar) => {
                const side = getComputedStyle(bar ?? element).direction === 'rtl' ? 'right' : 'left';
                const box = (bar ?? element).getBoundingClientRect();
                measured.push([what, element.textContent.trim(), space(side, box, lines(texts(element)))]);
            };
            for (const item of document.querySelectorAll('.message-text li')) measure('item', item);
            for (const bar of document.querySelectorAll('.message-text blockquote'))
                for (const text of bar.querySelectorAll(':scope > p').length > 0 ? bar.querySelectorAll(':scope > p') : [bar])
                    if (texts(text).length > 0) measure('bar', text, bar);
            for (const quote of document.querySelectorAll('.quote')) measure('quote', quote);
            for (const text of document.querySelectorAll('.quoted:not(dialog *) .quoted-text')) measure('quoted', text, text.parentElement);
            return measured",
        )
        .await
    }

    async fn expect_marks_beside_their_text(&self, count: usize, place: &str) {
        let marks = self.marks().await;
        assert_eq!(marks.len(), count, "{place}: {marks:?}");
        for (what, text, space) in marks {
            // A bar has its width and a padding.
            let most = if what == "item" { 1.0 } else { 20.0 };
            assert!(
                (-0.5..=most).contains(&space),
                "{place}: {space} px beside the {what} of '{text}'"
            );
        }
    }
}

#[tokio::test]
async fn bullets_and_bars_stay_beside_text_of_either_direction() {
    let site = Program::start(&["--bcrypt-cost", "4"]).await;
    let (ana, bo) = tokio::join!(Profile::start(&site), Profile::start(&site));
    ana.meet(&bo, ("ana", "bo")).await;
    for text in ["שלום", "hello"] {
        ana.say(text).await;
        bo.find_text_message(text).await;
        bo.choose(text, "Reply").await;
        bo.say("an answer").await;
    }
    let talk = [
        // Of one direction, then of the other, then mixed.
        "- שלום\n- עולם\n  - בתוך",
        "- hello\n- world\n  1. inner",
        "- hello\n- שלום\n- عالم 7\n  2. בתוך\n  3. inner",
        "- שלום\n- hello\n\n> שלום\n>\n> hello\n> > עולם",
        "> hello\n>\n> שלום\n\n1. שלום\n2. hello\n\n- [ ] שלום\n\n  hello",
    ];
    for text in talk {
        ana.paste(text).await;
        ana.press_enter().await;
    }
    bo.wait_for_count(talk.len() + 4).await;
    let count = bo.marks().await.len();
    assert!(count > 20, "{count}");
    for page in ["ltr", "rtl"] {
        let turn = format!("document.documentElement.dir = '{page}'");
        bo.ask_page::<serde_json::Value>(&turn).await;
        bo.expect_marks_beside_their_text(count, &format!("a page of {page}"))
            .await;
        bo.screenshot(&format!("marks-{page}")).await;
    }
    let messages = "SELECT min(id) AS number FROM messages";
    let first = number(&site.data().join("parlour.sqlite3"), messages);
    for page in ["ltr", "rtl"] {
        bo.open(&format!("/rooms/1/messages/{first}/actions/"))
            .await;
        let turn = format!("document.documentElement.dir = '{page}'");
        bo.ask_page::<serde_json::Value>(&turn).await;
        bo.expect_marks_beside_their_text(1, &format!("a page about a message, {page}"))
            .await;
    }
}

#[tokio::test]
async fn quotes_and_copies_of_a_translated_page_are_in_the_words_of_their_author() {
    let site = Program::start(&["--bcrypt-cost", "4"]).await;
    let (ana, bo) = tokio::join!(Profile::start(&site), Profile::start(&site));
    ana.meet(&bo, ("ana", "bo")).await;
    // Browsers let scripts copy after a key press only.
    ana.say("first").await;
    bo.find_text_message("first").await;
    bo.say("guten **tag**").await;
    bo.paste("- wie\n- geht es").await;
    bo.press_enter().await;
    ana.wait_for_count(3).await;
    let copied = ana.copied("guten", "geht es").await;
    assert!(
        copied.ends_with("• wie\n• geht es"),
        "the premise: {copied}"
    );

    ana.translate_page().await;
    ana.find_text_message("GUTEN TAG").await;
    let copied = ana.copied("GUTEN", "GEHT ES").await;
    let said: Vec<&str> = copied
        .lines()
        .map(|line| line.split_once("] ").map_or(line, |(_, said)| said))
        .collect();
    assert_eq!(said, ["bo: guten **tag**", "bo: - wie", "- geht es"]);
    // What is a part of a message is what was selected.
    assert_eq!(ana.copied("GUTEN", "TAG").await, "GUTEN TAG");

    let focus = "[...document.querySelectorAll('article')].find(({ textContent }) => textContent.includes('GUTEN TAG')).focus()";
    ana.ask_page::<serde_json::Value>(focus).await;
    ana.keys("r").await;
    ana.wait_for_text("guten **tag**").await;
    ana.wire.hold_answers();
    ana.keys("hallo".to_owned() + Key::Enter).await;
    let quote = "return [...document.querySelectorAll('article .quote')].at(-1)?.textContent ?? ''";
    until("the quote", async || {
        (ana.ask_page::<String>(quote).await == "bo guten **tag**").then_some(())
    })
    .await;
    ana.wire.mend();
    for person in [&ana, &bo] {
        person.wait_for_count(4).await;
        person.find("link", "bo · guten tag").await;
    }
}
