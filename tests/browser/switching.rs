//! Switching the conversation on a slow line: from the key press on, everything typed belongs to the
//! room that was chosen, and nothing is lost. The page is not loaded again.

use std::time::Duration;

use serde_json::{Value, json};

use crate::{
    profile::Profile,
    stage::{Program, database::change, fill_room, number, until},
};

/// The modifiers of a key event of the `DevTools` protocol.
const ALT: u32 = 1;
const CONTROL: u32 = 2;

/// The latencies of a line: none, usual, and far away.
const LINES: [Duration; 3] = [
    Duration::ZERO,
    Duration::from_millis(150),
    Duration::from_millis(600),
];

impl Profile {
    /// Presses a key where the focus is, without waiting for anything.
    pub(crate) async fn key(&self, key: &str, code: u32, modifiers: u32) {
        let text = if key == "Enter" { "\r" } else { "" };
        for kind in ["keyDown", "keyUp"] {
            let event = json!({ "type": kind, "key": key, "code": key, "text": if kind == "keyDown" { text } else { "" },
                "windowsVirtualKeyCode": code, "modifiers": modifiers });
            let cdp = self.driver.cdp();
            cdp.send_raw("Input.dispatchKeyEvent", event).await.unwrap();
        }
    }

    /// Opens the page of a room on a fast line, and adds the latency after that.
    async fn start_in(&self, room: &str, name: &str, latency: Duration) {
        self.wire.add_latency(Duration::ZERO);
        self.open(room).await;
        self.wait_for_page_of(name).await;
        self.mark_page().await;
        self.wire.add_latency(latency);
    }

    async fn next_room(&self) {
        self.key("ArrowDown", 40, ALT).await;
    }

    /// Types key by key where the focus is, without waiting for anything, and presses Enter if the
    /// text ends with a line break.
    async fn type_blindly(&self, text: &str) {
        for letter in text.chars() {
            if letter == '\n' {
                self.key("Enter", 13, 0).await;
                continue;
            }
            let letter = letter.to_string();
            for kind in ["keyDown", "keyUp"] {
                let event = json!({ "type": kind, "key": letter, "text": if kind == "keyDown" { letter.as_str() } else { "" } });
                let cdp = self.driver.cdp();
                cdp.send_raw("Input.dispatchKeyEvent", event).await.unwrap();
            }
        }
    }

    /// Presses the mouse on the link of a room, or releases it there.
    async fn mouse(&self, kind: &str, room: &str) {
        let script = format!(
            "const box = document.querySelector('#conversations a[href=\"{room}\"]').getBoundingClientRect();
            return [box.x + box.width / 2, box.y + box.height / 2]"
        );
        let [x, y]: [f64; 2] = self.ask_page(&script).await;
        let event = json!({ "type": kind, "x": x, "y": y, "button": "left", "clickCount": 1 });
        let cdp = self.driver.cdp();
        cdp.send_raw("Input.dispatchMouseEvent", event)
            .await
            .unwrap();
    }

    /// Returns how often the page has requested this path.
    async fn requests_of(&self, path: &str) -> usize {
        let script = format!(
            "return performance.getEntriesByType('resource').filter(({{name}}) => name.endsWith({})).length",
            json!(path)
        );
        self.ask_page(&script).await
    }

    /// Waits until the page of a room has arrived, after it was chosen.
    async fn wait_for_page_of(&self, name: &str) {
        until(&format!("the room {name}"), async || {
            // The head that is shown until the page is there has no such attribute.
            let script = format!(
                "return document.getElementById('room-head')?.dataset.name === {}",
                json!(name)
            );
            // Fails while there is no page.
            let there = self.driver.execute(&script, Vec::new()).await.ok()?;
            there.convert::<bool>().ok()?.then_some(())
        })
        .await;
    }

    /// Returns the paths of the conversations in their order.
    async fn paths(&self) -> Vec<String> {
        let script =
            "return Array.from(document.querySelectorAll('#conversations a'), (a) => a.pathname)";
        self.ask_page(script).await
    }

    /// Waits until the marked page is replaced by one that was loaded.
    async fn wait_for_load(&self) {
        until("the page to be loaded", async || {
            // Fails while there is no page.
            let is_marked = "return window.markedByTest === true";
            let marked = self.driver.execute(is_marked, Vec::new()).await.ok()?;
            (!marked.convert::<bool>().ok()?).then_some(())
        })
        .await;
    }

    async fn title(&self) -> String {
        self.driver.title().await.unwrap()
    }

    /// Returns the number of event listeners that the page has, after a garbage collection.
    async fn listeners(&self) -> f64 {
        let cdp = self.driver.cdp();
        let metrics = cdp.send_raw("Performance.getMetrics", json!({})).await;
        let metrics = metrics.unwrap();
        let all = metrics["metrics"].as_array().unwrap();
        let found = all
            .iter()
            .find(|metric| metric["name"] == "JSEventListeners");
        found.unwrap()["value"].as_f64().unwrap()
    }
}

impl Program {
    /// Returns whether the room has this message exactly once, and no other room has it.
    fn has(&self, room: &str, body: &str) -> bool {
        let room = room.trim_start_matches("/rooms/").trim_end_matches('/');
        let all = format!("SELECT count(*) AS number FROM messages WHERE body = '{body}'");
        let here = format!("{all} AND room_id = {room}");
        number(&self.database(), &all) == 1 && number(&self.database(), &here) == 1
    }
}

async fn wait_for_message(site: &Program, room: &str, body: &str) {
    until(&format!("'{body}' in {room}"), async || {
        site.has(room, body).then_some(())
    })
    .await;
}

/// Starts a person with three rooms. The order of the list is Cake, Tea, Garden.
async fn three_rooms(arguments: &[&str]) -> (Program, Profile, [String; 3]) {
    let site = Program::start(&[&["--bcrypt-cost", "4"], arguments].concat()).await;
    let ana = Profile::start(&site).await;
    ana.join("ana").await;
    let garden = ana.make_room("Closed", "Garden", &[]).await;
    let tea = ana.make_room("Closed", "Tea", &[]).await;
    let cake = ana.make_room("Closed", "Cake", &[]).await;
    (site, ana, [cake, tea, garden])
}

#[tokio::test]
async fn what_is_typed_after_the_key_belongs_to_the_next_room_on_any_line() {
    let (site, ana, [cake, tea, _]) = three_rooms(&[]).await;
    for line in LINES {
        let ms = line.as_millis();
        ana.start_in(&cake, "Cake", line).await;

        ana.type_blindly("half").await;
        let order = ana.paths().await;
        let at = |room: &str| order.iter().position(|path| path == room).unwrap();
        let is_below = at(&tea) == (at(&cake) + 1) % 3;
        let (key, code) = if is_below {
            ("ArrowDown", 40)
        } else {
            ("ArrowUp", 38)
        };
        ana.key(key, code, ALT).await;
        ana.type_blindly(&format!("tea {ms}\nmore")).await;
        assert_eq!(ana.path().await, tea);
        wait_for_message(&site, &tea, &format!("tea {ms}")).await;
        ana.wait_for_page_of("Tea").await;
        ana.find_text_message(&format!("tea {ms}")).await;
        assert_eq!(ana.draft().await, "more", "{ms} ms");

        // Two steps, without waiting for the room between.
        ana.type_blindly("!").await;
        let order = ana.paths().await;
        let here = order.iter().position(|path| *path == tea).unwrap();
        let target = &order[(here + 2) % 3];
        ana.next_room().await;
        ana.next_room().await;
        let draft = if *target == cake { "half" } else { "" };
        let message = format!("{draft}two on {ms}");
        ana.type_blindly(&format!("two on {ms}\n")).await;
        assert_eq!(ana.path().await, *target);
        wait_for_message(&site, target, &message).await;
        ana.find_text_message(&message).await;

        for (room, draft) in [
            ("Tea", "more!"),
            ("Cake", if draft.is_empty() { "half" } else { "" }),
        ] {
            ana.press("link", room).await;
            ana.wait_for_page_of(room).await;
            assert_eq!(ana.draft().await, draft, "{room}, {ms} ms");
            ana.key("a", 65, CONTROL).await;
            ana.key("Backspace", 8, 0).await;
        }
        assert!(
            ana.is_marked_page().await,
            "{ms} ms: without loading a page"
        );
    }
}

#[tokio::test]
async fn the_page_of_a_room_is_requested_when_its_link_is_pressed() {
    let (_site, ana, [cake, tea, _]) = three_rooms(&[]).await;
    ana.start_in(&cake, "Cake", Duration::ZERO).await;
    ana.mouse("mousePressed", &tea).await;
    until("the page to be there", async || {
        (ana.requests_of(&tea).await == 1).then_some(())
    })
    .await;
    assert_eq!(ana.path().await, cake, "nothing is released yet");
    ana.mouse("mouseReleased", &tea).await;
    ana.wait_for_page_of("Tea").await;
    assert_eq!(ana.path().await, tea);
    assert_eq!(ana.requests_of(&tea).await, 1, "not requested again");
    assert!(ana.is_marked_page().await, "without loading a page");
}

#[tokio::test]
async fn what_is_typed_after_a_click_or_the_switcher_belongs_to_the_chosen_room() {
    let (site, ana, [cake, tea, garden]) = three_rooms(&[]).await;
    for line in LINES {
        let ms = line.as_millis();
        ana.start_in(&cake, "Cake", line).await;

        ana.press("link", "Tea").await;
        ana.type_blindly(&format!("clicked {ms}\nrest")).await;
        wait_for_message(&site, &tea, &format!("clicked {ms}")).await;
        ana.wait_for_page_of("Tea").await;
        assert_eq!(ana.draft().await, "rest");

        ana.key("k", 75, CONTROL).await;
        ana.find("option", "Garden").await;
        ana.type_blindly(&format!("gar\nchosen {ms}\n")).await;
        wait_for_message(&site, &garden, &format!("chosen {ms}")).await;
        ana.wait_for_page_of("Garden").await;
        assert!(ana.is_marked_page().await);
        ana.press("link", "Tea").await;
        ana.key("a", 65, CONTROL).await;
        ana.key("Backspace", 8, 0).await;
        ana.wait_for_page_of("Tea").await;
    }
    // From a page without a room, too.
    ana.open("/").await;
    ana.mark_page().await;
    ana.press("link", "Cake").await;
    ana.type_blindly("from the front\n").await;
    wait_for_message(&site, &cake, "from the front").await;
    ana.wait_for_page_of("Cake").await;
    ana.find_text_message("from the front").await;
    assert!(ana.is_marked_page().await);
    ana.driver.back().await.unwrap();
    ana.wait_for_text("Hello, ana").await;
}

#[tokio::test]
async fn history_title_focus_and_place_are_those_of_the_room() {
    let (site, ana, [cake, tea, _]) = three_rooms(&[]).await;
    fill_room(&site.database(), 2, 200);
    ana.open(&cake).await;
    ana.wait_for_page_of("Cake").await;
    ana.mark_page().await;

    ana.press("link", "Tea").await;
    ana.wait_for_page_of("Tea").await;
    assert_eq!(ana.title().await, "Tea – Parlour");
    ana.find("log", "Messages").await;
    let current = "return [...document.querySelectorAll('#conversations [aria-current]')].map((a) => a.pathname)";
    assert_eq!(
        ana.ask_page::<Vec<String>>(current).await,
        std::slice::from_ref(&tea)
    );
    let focus = "return document.activeElement.id";
    assert_eq!(ana.ask_page::<String>(focus).await, "composer-body");
    ana.ask_page::<Value>("document.getElementById('messages').scrollTop = -1200")
        .await;
    ana.find("button", "Jump to latest").await;
    let place = "const log = document.getElementById('messages').getBoundingClientRect();
        const first = [...document.querySelectorAll('article[data-seq]')].find((a) => a.getBoundingClientRect().bottom > log.top);
        return [first?.dataset.seq ?? '', Math.round(first?.querySelector('.message-body').getBoundingClientRect().top ?? 0)]";
    let left: (String, i64) = ana.ask_page(place).await;

    ana.driver.back().await.unwrap();
    ana.wait_for_page_of("Cake").await;
    assert_eq!(ana.path().await, cake);
    assert_eq!(ana.title().await, "Cake – Parlour");
    ana.say("hello").await;
    ana.wait_for_count(1).await;
    ana.driver.forward().await.unwrap();
    ana.wait_for_page_of("Tea").await;
    until("the place that was left", async || {
        let (seq, top): (String, i64) = ana.ask_page(place).await;
        (seq == left.0 && (top - left.1).abs() <= 1).then_some(())
    })
    .await;
    assert_eq!(ana.path().await, tea);

    ana.press("link", "Cake").await;
    ana.wait_for_page_of("Cake").await;
    ana.press("link", "Tea").await;
    ana.wait_for_page_of("Tea").await;
    until("the place again", async || {
        let (seq, top): (String, i64) = ana.ask_page(place).await;
        (seq == left.0 && (top - left.1).abs() <= 1).then_some(())
    })
    .await;
    assert!(ana.violations().await.is_empty());
    assert!(ana.is_marked_page().await, "without loading a page");
}

#[tokio::test]
async fn a_room_that_is_open_anew_is_live_and_the_one_before_is_not() {
    let site = Program::start(&["--bcrypt-cost", "4"]).await;
    let (ana, bo) = tokio::join!(Profile::start(&site), Profile::start(&site));
    ana.meet(&bo, ("ana", "bo")).await;
    let direct = ana.path().await;
    let tea = ana.make_room("Closed", "Tea", &["bo"]).await;
    ana.mark_page().await;

    ana.press("link", "bo").await;
    ana.wait_for_page_of("bo").await;
    bo.say("are you there?").await;
    ana.find_text_message("are you there?").await;
    ana.say("yes").await;
    bo.wait_for_count(2).await;
    ana.choose("yes", "Edit").await;
    ana.rewrite("yes!").await;
    ana.press("button", "Save").await;
    bo.find_text_message("yes!").await;

    bo.open(&tea).await;
    bo.say("in the other room").await;
    ana.find_beginning("link", "Tea, 1 unread").await;
    assert_eq!(ana.messages().await, ["are you there?", "yes!"]);
    ana.press("link", "Tea, 1 unread").await;
    ana.wait_for_messages(&["in the other room".to_owned()])
        .await;
    ana.find("link", "Tea").await;
    assert_eq!(ana.path().await, tea);
    bo.open(&direct).await;
    bo.say("one more").await;
    ana.find_beginning("link", "bo, 1 unread").await;
    assert!(ana.is_marked_page().await);
}

#[tokio::test]
async fn a_page_that_does_not_come_is_loaded_and_what_was_typed_is_there() {
    let (site, ana, [cake, tea, _]) = three_rooms(&[]).await;
    let typed = async |text: &str| {
        ana.press("link", "Tea").await;
        ana.type_blindly(text).await;
    };
    let back = async || {
        ana.open(&cake).await;
        ana.wait_for_page_of("Cake").await;
        ana.mark_page().await;
    };

    // Without a connection the box works, and the page comes later.
    back().await;
    ana.wire.cut();
    typed("one from the box\noffline").await;
    ana.find_status("Reconnecting…").await;
    ana.find_text_message("one from the box").await;
    ana.wire.mend();
    ana.wait_for_page_of("Tea").await;
    wait_for_message(&site, &tea, "one from the box").await;
    assert_eq!(ana.draft().await, "offline");
    assert!(ana.is_marked_page().await);

    // Another release of the scripts, and another history.
    let others = [
        ("src=\\\"\\/static\\/\\w+", "src=\\\"/static/0", " and old"),
        ("data-epoch=\\\"\\w+", "data-epoch=\\\"0", " and restored"),
    ];
    for (from, to, text) in others {
        back().await;
        let other = format!(
            "const unheld = window.fetch;
            window.fetch = async (...request) => {{
                const text = await (await unheld(...request)).text();
                return new Response(text.replace(/{from}/, \"{to}\"));
            }};"
        );
        ana.ask_page::<Value>(&other).await;
        typed(text).await;
        ana.wait_for_load().await;
        ana.wait_for_page_of("Tea").await;
    }
    assert_eq!(ana.draft().await, "offline and old and restored");

    // The server fails.
    back().await;
    ana.ask_page::<Value>("window.fetch = async () => new Response('', { status: 503 });")
        .await;
    typed(" and broken").await;
    ana.wait_for_load().await;
    ana.wait_for_page_of("Tea").await;
    assert_eq!(ana.draft().await, "offline and old and restored and broken");

    // The session has ended. The line is slow, so that nothing is typed into the log-in page.
    back().await;
    ana.wire.add_latency(LINES[2]);
    change(&site.database(), "DELETE FROM sessions");
    typed(" and signed out").await;
    ana.log_in("ana").await;
    ana.wait_for_page_of("Tea").await;
    assert_eq!(
        ana.draft().await,
        "offline and old and restored and broken and signed out"
    );
    assert_eq!(ana.path().await, tea);
}

#[tokio::test]
async fn switching_many_times_does_not_grow_the_page() {
    let (site, ana, [cake, _, _]) = three_rooms(&[]).await;
    for room in 1..=3 {
        fill_room(&site.database(), room, 60);
    }
    ana.open(&cake).await;
    ana.wait_for_page_of("Cake").await;
    ana.mark_page().await;
    let round = async |times: usize| {
        for _ in 0..times {
            // With keys, because the driver of the browser keeps the elements that it looks for.
            for name in ["Tea", "Garden", "Cake"] {
                ana.next_room().await;
                ana.wait_for_page_of(name).await;
            }
        }
        let (bytes, nodes) = ana.memory().await;
        (bytes, nodes, ana.listeners().await)
    };
    let few = round(4).await;
    let many = round(12).await;

    assert!(many.0 < few.0 + 500_000.0, "{few:?} {many:?}");
    assert!(many.1 < few.1 * 1.05, "{few:?} {many:?}");
    assert!(many.2 < few.2 * 1.05, "{few:?} {many:?}");
    assert!(ana.is_marked_page().await);
}

#[tokio::test]
async fn a_room_that_is_closed_keeps_what_was_typed_into_it() {
    let (site, ana, [cake, tea, _]) = three_rooms(&[]).await;
    ana.open(&format!("{tea}archive/")).await;
    ana.press("button", "Archive").await;
    ana.find("button", "Unarchive").await;
    ana.open(&cake).await;
    ana.wait_for_page_of("Cake").await;
    ana.wire.add_latency(Duration::from_millis(600));
    ana.press("link", "Tea").await;
    ana.type_blindly("too late").await;
    ana.wait_for_page_of("Tea").await;
    let kept = "return Object.values(localStorage).includes('too late')";
    assert!(ana.ask_page::<bool>(kept).await);
    assert!(!ana.shows("textbox", "Message Tea").await);
    let given_back = ana.find("textbox", "Not sent. You wrote:").await;
    assert_eq!(given_back.prop("value").await.unwrap().unwrap(), "too late");
    ana.press("link", "Cake").await;
    ana.type_blindly("in time\n").await;
    wait_for_message(&site, &cake, "in time").await;
}
