//! The room itself: its head on small phones, notices in one line, states in the margin, the bar
//! over a message, double-clicks, and the details beside the conversation.

use thirtyfour::{By, Key};

use crate::{
    profile::Profile,
    stage::{Program, database::change, until},
};

impl Profile {
    /// Waits until the script returns true.
    async fn wait_until_page(&self, what: &str, script: &str) {
        until(what, async || {
            self.ask_page::<bool>(script).await.then_some(())
        })
        .await;
    }

    /// Double-clicks at a point of the first message with this text: `x` pixels from the end of its
    /// words.
    async fn double_click_behind(&self, text: &str, x: i64) {
        let message = self.message(text).await;
        let words = message.find(By::Css(".message-text")).await.unwrap();
        self.driver
            .execute(
                "arguments[0].scrollIntoView({ block: 'center' })",
                vec![words.to_json().unwrap()],
            )
            .await
            .unwrap();
        let script = "const range = document.createRange(); range.selectNodeContents(arguments[0]);
            const { right, top, bottom } = range.getBoundingClientRect();
            return [Math.round(right), Math.round((top + bottom) / 2)]";
        let end = self.driver.execute(script, vec![words.to_json().unwrap()]);
        let (right, middle): (i64, i64) = end.await.unwrap().convert().unwrap();
        let pointer = self.driver.action_chain().move_to(right + x, middle);
        pointer.double_click().perform().await.unwrap();
    }
}

#[tokio::test]
async fn the_name_of_a_room_gives_way_to_no_button_on_a_small_phone() {
    let site = Program::start(&["--bcrypt-cost", "4"]).await;
    let (ana, bo) = tokio::join!(Profile::start(&site), Profile::start(&site));
    ana.meet(&bo, ("ana", "bo")).await;
    let name = "Sunday lunch with everybody";
    let room = ana.make_room("Closed", name, &["bo"]).await;
    bo.open(&room).await;
    ana.use_screen(320, 568).await;
    ana.open("/").await;
    bo.say("did you miss this?").await;
    ana.wait_for_link(name, &format!("{name}, 1 unread")).await;
    ana.open(&room).await;
    ana.find("link", "Catch me up").await;

    let script =
        "const rect = (selector) => document.querySelector(selector).getBoundingClientRect();
        const title = rect('.room-title'), catchUp = rect('.head-catch-up');
        const h1 = document.querySelector('.room-title h1');
        return [title.width, h1.scrollWidth - h1.clientWidth, h1.scrollHeight - h1.clientHeight,
            catchUp.top - title.bottom, catchUp.height]";
    let (width, cut, hidden, below, height): (f64, f64, f64, f64, f64) = ana.ask_page(script).await;

    assert!(width >= 150.0, "{width}");
    assert!(
        cut <= 0.0 && hidden <= 0.0,
        "the whole name: {cut} {hidden}"
    );
    assert!(below >= 0.0 && height >= 44.0, "{below} {height}");
    assert!(!ana.scrolls_sideways().await);
    ana.screenshot("phone-head-missed").await;
    ana.open("/status/").await;
    assert!(!ana.scrolls_sideways().await);
    ana.screenshot("phone-status").await;
}

#[tokio::test]
async fn who_is_online_is_told_in_the_head_as_it_changes() {
    let site = Program::start(&["--bcrypt-cost", "4"]).await;
    let (ana, bo) = tokio::join!(Profile::start(&site), Profile::start(&site));
    ana.meet(&bo, ("ana", "bo")).await;
    ana.make_room("Closed", "Tea", &["bo"]).await;
    ana.wait_until_page(
        "two people online",
        "return document.getElementById('head-here').textContent === '2 online'",
    )
    .await;
    let title = "return document.getElementById('head-here').title";
    assert_eq!(ana.ask_page::<String>(title).await, "bo");
    bo.log_out().await;

    ana.wait_until_page(
        "nobody else online",
        "return document.getElementById('head-here').hidden",
    )
    .await;
}

#[tokio::test]
async fn notices_of_one_kind_are_one_line_with_the_names_on_demand() {
    let site = Program::start(&["--bcrypt-cost", "4"]).await;
    let (ana, bo) = tokio::join!(Profile::start(&site), Profile::start(&site));
    ana.meet(&bo, ("ana", "bo")).await;
    let others = Profile::start(&site).await;
    for name in ["cleo", "dario"] {
        others.join(name).await;
        others.befriend(&ana, (name, "ana")).await;
    }
    // A comma within a name does not count as another person.
    change(
        &site.data().join("parlour.sqlite3"),
        "UPDATE users SET display_name = 'Lindqvist, Dario' WHERE username = 'dario'",
    );
    let room = ana.make_room("Closed", "Tea", &[]).await;
    ana.open(&room).await;
    ana.find("textbox", "Message Tea").await;
    let add = "const token = document.querySelector('[name=csrf_token]').value;
        const ids = await fetch(location.pathname + 'people/').then((page) => page.text())
            .then((text) => [...text.matchAll(/name=\"people\" value=\"(\\d+)\"/g)].map(([, id]) => id));
        for (const people of ids) {
            await fetch(location.pathname + 'people/',
                { method: 'POST', body: new URLSearchParams({ csrf_token: token, people }) });
        }";
    ana.driver
        .execute_async(
            format!(
                "const done = arguments[0]; (async () => {{ {add} }})().then(() => done(null))"
            ),
            vec![],
        )
        .await
        .unwrap();

    let lines =
        "return [...document.querySelectorAll('.notice')].filter((row) => row.checkVisibility())
        .map((row) => row.querySelector('.gathered summary > span') ?? row.querySelector('.notice-text'))
        .map((words) => words.textContent)";
    let line = "ana added bo and 2 more";
    until("one line, live", async || {
        let shown: Vec<String> = ana.ask_page(lines).await;
        (shown.len() == 2 && shown.iter().any(|text| text == line)).then_some(())
    })
    .await;
    ana.reload().await;
    ana.find("textbox", "Message Tea").await;
    let rows = "return [...document.querySelectorAll('.notice')].filter((row) => row.checkVisibility()).length";
    assert_eq!(ana.ask_page::<usize>(rows).await, 2, "in the history, too");
    let summary = ana.driver.find(By::Css(".gathered summary")).await.unwrap();
    let accessible = summary.prop("textContent").await.unwrap().unwrap();
    assert_eq!(accessible, format!("{line}: bo, cleo, Lindqvist, Dario"));
    let names = "return document.querySelector('.gathered-names').checkVisibility()";
    assert!(!ana.ask_page::<bool>(names).await);
    summary.click().await.unwrap();
    assert!(ana.ask_page::<bool>(names).await);
}

#[tokio::test]
async fn the_state_of_an_own_message_is_a_tick_in_the_margin_and_its_words_on_demand() {
    let site = Program::start(&["--bcrypt-cost", "4"]).await;
    let (ana, bo) = tokio::join!(Profile::start(&site), Profile::start(&site));
    ana.meet(&bo, ("ana", "bo")).await;
    bo.open_conversation("ana").await;
    ana.say("hello").await;
    ana.find_text_message("hello").await;
    ana.wait_until_page(
        "two ticks",
        "return document.querySelector('.state-delivered, .message-seen') !== null",
    )
    .await;

    let script = "const tick = document.querySelector('.message-state');
        const words = tick.querySelector('span');
        const range = document.createRange(); range.selectNodeContents(document.querySelector('.message-text'));
        const beside = tick.getBoundingClientRect().left - range.getBoundingClientRect().right;
        return [beside, getComputedStyle(words).visibility, words.textContent]";
    let (beside, shown, words): (f64, String, String) = ana.ask_page(script).await;
    assert!(
        beside > 300.0,
        "in the margin, far from the words: {beside}"
    );
    assert_eq!(shown, "hidden");
    assert!(words.starts_with("Delivered · Sent "), "{words}");
    ana.driver
        .execute("document.querySelector('#messages').focus()", vec![])
        .await
        .unwrap();
    ana.keys(Key::End + "").await;
    let (_, shown, _): (f64, String, String) = ana.ask_page(script).await;
    assert_eq!(shown, "visible", "with the focus");
}

#[tokio::test]
async fn the_bar_over_a_message_reacts_and_replies_by_pointer_and_keyboard() {
    let site = Program::start(&["--bcrypt-cost", "4"]).await;
    let (ana, bo) = tokio::join!(Profile::start(&site), Profile::start(&site));
    ana.meet(&bo, ("ana", "bo")).await;
    bo.open_conversation("ana").await;
    ana.say("hello").await;
    ana.wait_for_count(1).await;
    let message = ana.message("hello").await;
    let pointer = ana.driver.action_chain().move_to_element_center(&message);
    pointer.perform().await.unwrap();

    ana.press("button", "React: red heart").await;
    ana.wait_for_chips(&["❤️ 1 mine"]).await;
    bo.wait_for_chips(&["❤️ 1"]).await;
    ana.screenshot("message-bar").await;
    // Of three, the one that was used comes first.
    ana.reload().await;
    ana.message("hello").await;
    let focus = "document.querySelector('article.message').focus()";
    ana.driver.execute(focus, vec![]).await.unwrap();
    let first = "return document.querySelector('.bar-button')?.ariaLabel === 'React: red heart'";
    ana.wait_until_page("the most used reaction first", first)
        .await;
    let pressed = "return document.querySelector('.bar-button').ariaPressed";
    assert_eq!(ana.ask_page::<String>(pressed).await, "true");
    let reach = "return document.activeElement.textContent";
    until("Reply, by Tab", async || {
        ana.keys(Key::Tab + "").await;
        (ana.ask_page::<String>(reach).await == "Reply").then_some(())
    })
    .await;
    ana.keys(Key::Enter + "").await;
    ana.find("button", "Cancel reply").await;
}

#[tokio::test]
async fn a_double_click_beside_the_words_reacts_and_on_a_word_selects_it() {
    let site = Program::start(&["--bcrypt-cost", "4"]).await;
    let (ana, bo) = tokio::join!(Profile::start(&site), Profile::start(&site));
    ana.meet(&bo, ("ana", "bo")).await;
    ana.say("hello wonderful").await;
    ana.wait_for_count(1).await;

    ana.double_click_behind("hello wonderful", -20).await;
    let selected = "return getSelection().toString().trim()";
    assert_eq!(ana.ask_page::<String>(selected).await, "wonderful");
    let chips = "return document.querySelectorAll('.chip').length";
    assert_eq!(ana.ask_page::<usize>(chips).await, 0);
    ana.double_click_behind("hello wonderful", 120).await;
    ana.wait_for_chips(&["👍 1 mine"]).await;
    assert_eq!(ana.ask_page::<String>(selected).await, "");
    let room = ana.path().await;
    ana.double_click_behind("hello wonderful", 120).await;
    ana.wait_for_chips(&[]).await;

    ana.open("/accounts/preferences/").await;
    ana.choose_person("checkbox", "React with a double-click")
        .await;
    ana.wait_for(".saved:not(:empty)", true).await;
    ana.open(&room).await;
    ana.double_click_behind("hello wonderful", 120).await;
    // Whatever it would do is in the queue before this message.
    ana.say("after").await;
    ana.wait_for_count(2).await;
    assert_eq!(ana.ask_page::<usize>(chips).await, 0, "switched off");
}

#[tokio::test]
async fn the_details_open_beside_the_conversation_and_give_the_focus_back() {
    let site = Program::start(&["--bcrypt-cost", "4"]).await;
    let (ana, bo) = tokio::join!(Profile::start(&site), Profile::start(&site));
    ana.meet(&bo, ("ana", "bo")).await;
    let room = ana.make_room("Closed", "Tea", &["bo"]).await;
    ana.paste("half a thought").await;
    ana.use_screen(1400, 800).await;
    ana.press("link", "Room details").await;

    ana.find("complementary", "Room details").await;
    ana.find("link", "Remove bo").await;
    assert_eq!(ana.path().await, room, "the conversation stays");
    assert_eq!(ana.draft().await, "half a thought");
    let focused = "return document.activeElement.id || document.activeElement.ariaLabel";
    assert_eq!(ana.ask_page::<String>(focused).await, "panel-heading");
    ana.screenshot("room-details-beside").await;
    ana.keys(Key::Escape + "").await;
    ana.wait_gone("complementary", "Room details").await;
    assert_eq!(ana.ask_page::<String>(focused).await, "Room details");
    ana.press("link", "Room details").await;
    ana.find("complementary", "Room details").await;
    // It follows to another room.
    ana.press("link", "bo").await;
    ana.find("textbox", "Message bo").await;
    ana.wait_until_page(
        "the details of the other conversation",
        "return document.querySelector('.panel h3')?.textContent === 'bo'",
    )
    .await;
    ana.press("button", "Close").await;
    ana.wait_gone("complementary", "Room details").await;
    ana.expect_accessible(&[&room]).await;

    ana.use_screen(900, 800).await;
    ana.press("link", "Room details").await;
    ana.wait_for_path(&format!("{room}details/")).await;
}
