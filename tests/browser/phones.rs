//! Phones: touch, small targets, and little height.

use std::time::Duration;

use serde_json::{Value, json};

use crate::{
    profile::Profile,
    stage::{Program, until},
};

/// Longer than a long press, and than the browser's own.
const PRESSED: Duration = Duration::from_millis(900);

impl Profile {
    async fn become_phone(&self, width: u32, height: u32) {
        self.use_screen(width, height).await;
        let touch = json!({ "enabled": true, "maxTouchPoints": 1 });
        let method = "Emulation.setTouchEmulationEnabled";
        self.driver.cdp().send_raw(method, touch).await.unwrap();
    }

    /// Presses the middle of the text of the last message for a while.
    async fn press_long(&self) {
        self.press_long_on("article .message-text").await;
    }

    /// Presses the last element that fits the selector for a while.
    async fn press_long_on(&self, selector: &str) {
        let script = format!(
            "const text = [...document.querySelectorAll('{selector}')].at(-1);
            const {{ left, right, top, bottom }} = text.getBoundingClientRect();
            return [(left + Math.min(right, left + 60)) / 2, (top + bottom) / 2]"
        );
        let (x, y): (f64, f64) = self.ask_page(&script).await;
        let touch = |kind: &str, points: Value| json!({ "type": kind, "touchPoints": points });
        let cdp = self.driver.cdp();
        let method = "Input.dispatchTouchEvent";
        let start = touch("touchStart", json!([{ "x": x, "y": y }]));
        cdp.send_raw(method, start).await.unwrap();
        tokio::time::sleep(PRESSED).await;
        cdp.send_raw(method, touch("touchEnd", json!([])))
            .await
            .unwrap();
    }

    /// Moves a finger sideways over the row of a conversation, and lifts it. Returns the word that the row showed.
    async fn swipe(&self, name: &str, pixels: i32) -> Option<String> {
        let row = self.find_beginning("link", name).await;
        let place = row.rect().await.unwrap();
        let (x, y) = (place.x + place.width / 2.0, place.y + place.height / 2.0);
        let (cdp, method) = (self.driver.cdp(), "Input.dispatchTouchEvent");
        let start = json!({ "type": "touchStart", "touchPoints": [{ "x": x, "y": y }] });
        cdp.send_raw(method, start).await.unwrap();
        for step in 1..=8 {
            let x = x + f64::from(pixels * step) / 8.0;
            let moved = json!({ "type": "touchMove", "touchPoints": [{ "x": x, "y": y }] });
            cdp.send_raw(method, moved).await.unwrap();
        }
        let word = "return document.querySelector('[data-swipe]')?.dataset.swipe";
        let word = self.ask_page(word).await;
        self.screenshot("phone-swiped").await;
        let end = json!({ "type": "touchEnd", "touchPoints": [] });
        cdp.send_raw(method, end).await.unwrap();
        word
    }

    /// Returns the height of the visible part of the log.
    async fn log_height(&self) -> f64 {
        let script = "const log = document.getElementById('messages').getBoundingClientRect();
            const foot = document.querySelector('.room-foot').getBoundingClientRect();
            return foot.bottom <= innerHeight + 1 ? Math.max(0, log.height) : -1";
        self.ask_page(script).await
    }
}

#[tokio::test]
async fn a_long_press_opens_the_menu_and_its_targets_are_large_and_over_no_words() {
    let site = Program::start(&["--bcrypt-cost", "4"]).await;
    let (ana, bo) = tokio::join!(Profile::start(&site), Profile::start(&site));
    ana.meet(&bo, ("ana", "bo")).await;
    for text in [
        "short",
        "and one that is long enough for more than a line on a small phone",
    ] {
        bo.say(text).await;
        ana.say(text).await;
    }
    ana.wait_for_count(4).await;
    ana.become_phone(320, 568).await;
    ana.reload().await;
    ana.wait_for_count(4).await;
    let script = "const targets = [...document.querySelectorAll('article .message-more')];
        const words = [...document.querySelectorAll('article .message-text, article .message-author, article .message-time')]
            .filter((one) => !one.closest('.follows') || one.matches('.message-text'))
            .flatMap((one) => { const range = document.createRange(); range.selectNodeContents(one); return [...range.getClientRects()]; });
        const over = (a, b) => a.left < b.right - 1 && b.left < a.right - 1 && a.top < b.bottom - 1 && b.top < a.bottom - 1;
        return targets.map((one) => {
            const box = one.getBoundingClientRect();
            return [box.width, box.height, words.some((word) => over(box, word))];
        })";
    let targets: Vec<(f64, f64, bool)> = ana.ask_page(script).await;
    assert_eq!(targets.len(), 4);
    for (width, height, is_over) in targets {
        assert!(
            width >= 44.0 && height >= 44.0 && !is_over,
            "{width} × {height} {is_over}"
        );
    }
    assert!(!ana.scrolls_sideways().await);
    ana.screenshot("phone-targets").await;

    ana.press_long().await;
    ana.find("menuitem", "Reply").await;
    ana.screenshot("phone-long-press").await;
    // The keyboard closes when the focus leaves the box.
    ana.use_screen(320, 500).await;
    until("the menu in the smaller window", async || {
        let script = "const menu = document.getElementById('message-menu');
            const { top, bottom } = menu.getBoundingClientRect();
            return !menu.hidden && top >= 0 && bottom <= innerHeight";
        ana.ask_page::<bool>(script).await.then_some(())
    })
    .await;
    ana.press("menuitem", "Reply").await;
    ana.find("button", "Cancel reply").await;
}

#[tokio::test]
async fn the_log_is_left_room_beside_the_keyboard() {
    let site = Program::start(&["--bcrypt-cost", "4"]).await;
    let (ana, bo) = tokio::join!(Profile::start(&site), Profile::start(&site));
    ana.meet(&bo, ("ana", "bo")).await;
    for number in 0..12 {
        ana.say(&format!("line {number}")).await;
    }
    ana.wait_for_count(12).await;
    // Landscape with a keyboard, and 320 px with one: with a line in the box and with six.
    for (width, height, least) in [
        (640, 190, 100.0),
        (844, 200, 100.0),
        (320, 310, 100.0),
        (320, 568, 200.0),
    ] {
        ana.become_phone(width, height).await;
        ana.reload().await;
        for text in ["one line", "\none\ntwo\nthree\nfour\nfive"] {
            ana.paste(text).await;
            let least = if text.contains('\n') && height < 250 {
                70.0
            } else {
                least
            };
            until("room for the log", async || {
                let left = ana.log_height().await;
                (left >= least).then_some(())
            })
            .await;
            assert!(!ana.scrolls_sideways().await, "{width} × {height}");
        }
        ana.screenshot(&format!("phone-keyboard-{width}-{height}"))
            .await;
        ana.ask_page::<Value>("const box = document.getElementById('composer-body'); box.value = ''; box.dispatchEvent(new Event('input', { bubbles: true }))").await;
    }
}

#[tokio::test]
async fn a_long_press_in_the_list_opens_the_menu_of_the_conversation() {
    let site = Program::start(&["--bcrypt-cost", "4"]).await;
    let (ana, bo) = tokio::join!(Profile::start(&site), Profile::start(&site));
    ana.meet(&bo, ("ana", "bo")).await;
    ana.become_phone(390, 700).await;
    ana.open("/").await;
    ana.find("searchbox", "Filter conversations").await;
    // On a touch screen it is there before the first touch, which may be a long press.
    until("the script of the menu", async || {
        let script = "return performance.getEntriesByType('resource')
               .some(({ name, responseEnd }) => name.includes('row-menu') && responseEnd > 0)";
        ana.ask_page::<bool>(script).await.then_some(())
    })
    .await;
    ana.press_long_on("#conversations .side-name").await;
    ana.find("menu", "Actions for bo").await;
    assert_eq!(ana.path().await, "/", "the press is no click");
    let heights: Vec<f64> = ana
        .ask_page(
            "return [...document.querySelectorAll('#row-menu button:not([hidden])')]
               .map((item) => item.getBoundingClientRect().height)",
        )
        .await;
    assert!(heights.iter().all(|height| *height >= 44.0), "{heights:?}");
    ana.screenshot("list-menu-phone").await;
    ana.press("menuitem", "Mute").await;
    until("the mark of the muted conversation", async || {
        let marks: u32 = ana
            .ask_page("return document.querySelectorAll('.muted-mark').length")
            .await;
        (marks == 1).then_some(())
    })
    .await;
}

#[tokio::test]
async fn a_swipe_marks_a_conversation_read_or_mutes_it_and_opens_nothing() {
    let site = Program::start(&["--bcrypt-cost", "4"]).await;
    let (ana, bo) = tokio::join!(Profile::start(&site), Profile::start(&site));
    ana.meet(&bo, ("ana", "bo")).await;
    ana.become_phone(390, 700).await;
    ana.open("/").await;
    bo.say("news").await;
    ana.wait_for_link("bo", "bo, 1 unread").await;

    // The list loads what belongs to it after the page.
    let short = until("a row that follows the finger", async || {
        ana.swipe("bo", 40).await
    });
    assert_eq!(short.await, "Mark as read");
    assert!(ana.shows("link", "bo, 1 unread").await, "too short");
    ana.swipe("bo", 130).await;
    ana.wait_for_link("bo", "bo").await;
    assert_eq!(ana.swipe("bo", 130).await, None, "nothing to read");
    assert_eq!(ana.swipe("bo", -130).await.as_deref(), Some("Mute"));
    ana.wait_for(".other-rooms .muted-mark", true).await;
    assert_eq!(ana.swipe("bo", -130).await.as_deref(), Some("Unmute"));
    ana.wait_for(".other-rooms .muted-mark", false).await;
    assert_eq!(ana.path().await, "/");
}
