//! A long conversation: history loads in both directions, and nothing moves while the reader looks
//! at it.

use serde::Deserialize;
use serde_json::{Value, json};
use thirtyfour::By;

use crate::{
    profile::Profile,
    stage::{Program, fill_room, number, until},
};

/// Measurements while a page of history was inserted.
#[derive(Debug, Deserialize)]
struct Grown {
    /// The maximum distance of the watched line from its place, in CSS pixels.
    moved: f64,
    /// The number of messages in the page afterwards.
    count: usize,
}

/// Starts two friends in a conversation that has this number of messages.
pub(crate) async fn a_conversation_of(
    count: i64,
    arguments: &[&str],
) -> (Program, Profile, Profile) {
    let site = Program::start(&[&["--bcrypt-cost", "4"], arguments].concat()).await;
    let (ana, bo) = tokio::join!(Profile::start(&site), Profile::start(&site));
    ana.meet(&bo, ("ana", "bo")).await;
    fill_room(&site.database(), 1, count);
    for person in [&ana, &bo] {
        person.open("/rooms/1/").await;
        person.wait_for_script().await;
        assert_eq!(person.messages().await.pop(), Some(seeded(count)));
    }
    (site, ana, bo)
}

/// Returns the text of a message from `fill_room`.
fn seeded(seq: i64) -> String {
    let words = if seq % 7 == 0 { seq % 90 } else { seq % 5 };
    let words = usize::try_from(words).unwrap();
    format!("{seq}{}", " word".repeat(words))
}

impl Program {
    pub(crate) fn database(&self) -> std::path::PathBuf {
        self.data().join("parlour.sqlite3")
    }

    fn message_id(&self, seq: i64) -> i64 {
        let query = format!("SELECT id AS number FROM messages WHERE room_id = 1 AND seq = {seq}");
        number(&self.database(), &query)
    }
}

impl Profile {
    /// Scrolls near the first (`up`) or the last message of the page. Watches a line in the middle
    /// of the view in every frame until more messages are there, and for some frames after.
    async fn grow(&self, up: bool) -> Grown {
        let script = "
            const [up, done] = arguments;
            const log = document.getElementById('messages');
            const all = () => log.querySelectorAll('article[data-seq]');
            const edge = () => (up ? all()[0] : [...all()].at(-1)).id;
            const before = edge();
            log.scrollTop = up ? log.clientHeight - log.scrollHeight + 300 : -300;
            const middle = log.getBoundingClientRect().top + log.clientHeight / 2;
            const line = [...all()].find((a) => a.getBoundingClientRect().bottom > middle)
                .querySelector('.message-body');
            const top = () => line.isConnected ? line.getBoundingClientRect().top : Infinity;
            const start = top();
            let moved = 0;
            let frames = 0;
            const look = () => {
                moved = Math.max(moved, Math.abs(top() - start));
                if (edge() !== before) frames += 1;
                if (frames > 3) done({ moved, count: all().length });
                else requestAnimationFrame(look);
            };
            look();";
        let answer = self.driver.execute_async(script, vec![json!(up)]).await;
        answer.unwrap().convert().unwrap()
    }

    /// Waits until the room's script has scrolled to the position where the page opens.
    async fn wait_for_script(&self) {
        until("the script of the room", async || {
            let focused = "return document.activeElement.id === 'composer-body'";
            self.ask_page::<bool>(focused).await.then_some(())
        })
        .await;
    }

    /// Returns the number of the first message in the page, and how far the log can be scrolled up.
    async fn edge(&self) -> (i64, f64) {
        self.ask_page(
            "const log = document.getElementById('messages');
            const first = document.querySelector('article[data-seq]');
            return [Number(first.dataset.seq), log.scrollHeight - log.clientHeight + log.scrollTop]",
        )
        .await
    }

    /// Returns the distance of the view from the end of the log, in CSS pixels.
    pub(crate) async fn above_end(&self) -> f64 {
        self.ask_page("return -document.getElementById('messages').scrollTop")
            .await
    }

    pub(crate) async fn scroll_up(&self, pixels: u32) {
        let script = format!("document.getElementById('messages').scrollTop = -{pixels}");
        self.ask_page::<Value>(&script).await;
    }

    /// Returns the number of the first message in view, and its position.
    pub(crate) async fn reading(&self) -> (String, f64) {
        self.ask_page(
            "const log = document.getElementById('messages').getBoundingClientRect();
            const first = [...document.querySelectorAll('article[data-seq]')]
                .find((a) => a.getBoundingClientRect().bottom > log.top);
            return [first.dataset.seq, first.querySelector('.message-body').getBoundingClientRect().top]",
        )
        .await
    }

    /// Waits until the message is in the middle of the log, highlighted and focused.
    async fn wait_for_flash(&self, id: i64) {
        let script = format!(
            "const message = document.getElementById('message-{id}');
            if (!message || !message.matches('.found') || document.activeElement !== message) return null;
            const [log, rect] = [document.getElementById('messages'), message].map((e) => e.getBoundingClientRect());
            return (rect.top + rect.bottom - log.top - log.bottom) / 2"
        );
        until("the flash of a message", async || {
            let off: Option<f64> = self.ask_page(&script).await;
            off.filter(|off| off.abs() < 2.0)
        })
        .await;
    }

    /// Prepares the socket of later pages for `hear_many`.
    async fn tap_socket(&self) {
        let source = "globalThis.WebSocket = class extends WebSocket {
              constructor(...given) { super(...given); globalThis.tapped = this; }
            };";
        let method = "Page.addScriptToEvaluateOnNewDocument";
        let script = json!({ "source": source });
        self.driver.cdp().send_raw(method, script).await.unwrap();
    }

    /// Simulates `count` messages of the other person on the socket.
    async fn hear_many(&self, count: u32) {
        let script = "
            let [count, done] = arguments;
            const last = [...document.querySelectorAll('article[data-seq]')].at(-1);
            (async () => {
                for (let seq = Number(last.dataset.seq) + 1; count > 0; seq += 1, count -= 1) {
                    const [id, one] = [seq + 1_000_000, last.cloneNode(true)];
                    one.dataset.seq = seq;
                    one.querySelector('.message-text').textContent = `live ${seq}`;
                    const html = one.outerHTML.replaceAll(`-${last.dataset.id}`, `-${id}`)
                        .replace(`data-id=\"${last.dataset.id}\"`, `data-id=\"${id}\"`);
                    const event = { type: 'message.created', room: 1, seq, id, html,
                        author: { id: 2, username: 'bo' }, client_id: `live ${seq}` };
                    tapped.onmessage({ data: JSON.stringify(event) });
                    if (seq % 20 === 0) await new Promise(requestAnimationFrame);
                }
                done(null);
            })();";
        let heard = self.driver.execute_async(script, vec![json!(count)]).await;
        heard.unwrap();
    }

    /// Returns the bytes of the scripts' heap and the number of DOM nodes, after a garbage
    /// collection.
    pub(crate) async fn memory(&self) -> (f64, f64) {
        let cdp = self.driver.cdp();
        cdp.send_raw("Performance.enable", json!({})).await.unwrap();
        cdp.send_raw("HeapProfiler.collectGarbage", json!({}))
            .await
            .unwrap();
        let metrics = cdp.send_raw("Performance.getMetrics", json!({})).await;
        let metrics = metrics.unwrap();
        let metric = |name: &str| {
            let all = metrics["metrics"].as_array().unwrap();
            let found = all.iter().find(|metric| metric["name"] == name);
            found.unwrap()["value"].as_f64().unwrap()
        };
        (metric("JSHeapUsedSize"), metric("Nodes"))
    }

    /// Presses the row for left-out messages, in the middle of the view.
    async fn press_missing(&self) {
        until("the row of a hole", async || {
            let script = "const row = document.querySelector('.missing'); \
                row?.scrollIntoView({ block: 'center' }); return row !== null";
            self.ask_page::<bool>(script).await.then_some(())
        })
        .await;
        self.press("link", "Messages missing here – load").await;
    }

    /// Waits until the view is at the end of the conversation.
    async fn wait_for_end(&self, last: &str) {
        until("the end of the conversation", async || {
            let end = self.messages().await.pop()?;
            (end == last && self.above_end().await < 1.0).then_some(())
        })
        .await;
    }
}

#[tokio::test]
#[expect(
    clippy::print_stdout,
    reason = "the figures are wanted when somebody asks for them"
)]
async fn twenty_pages_up_and_down_never_move_the_line_and_the_page_stays_small() {
    let (_site, ana, _bo) = a_conversation_of(100_000, &[]).await;

    let check = |page: &str, grown: Grown| {
        assert!(grown.moved <= 1.0, "{page}: {grown:?}");
        assert!(grown.count <= 400, "{page}: {grown:?}");
    };
    let mut full = (0.0, 0.0);
    for page in 1..=20 {
        check(&format!("page {page} up"), ana.grow(true).await);
        if page == 10 {
            full = ana.memory().await;
            ana.screenshot("timeline-history").await;
        }
    }
    let mut down = 0;
    while ana
        .ask_page("return document.getElementById('later') !== null")
        .await
    {
        down += 1;
        check(&format!("page {down} down"), ana.grow(false).await);
    }
    assert!(down >= 13, "all that was dropped came back: {down} pages");
    let after = ana.memory().await;

    println!("after 10 pages {full:?}, after all {after:?} (bytes, nodes)");
    assert!(after.0 < full.0 + 2_000_000.0, "{full:?} {after:?}");
    assert!(after.1 < full.1 * 1.2, "{full:?} {after:?}");
}

#[tokio::test]
async fn a_wheel_that_turns_while_pages_come_in_moves_the_text_as_far_as_it_turned() {
    const TURNS: u32 = 40;
    const TURN: u32 = 120;
    let (_site, ana, _bo) = a_conversation_of(1000, &[]).await;
    for _ in 0..3 {
        ana.grow(true).await;
    }
    let (first, _) = ana.edge().await;
    ana.ask_page::<Value>(
        "const log = document.getElementById('messages');
        log.scrollTop = log.clientHeight - log.scrollHeight + 1800;
        const top = log.getBoundingClientRect().top;
        window.line = [...log.querySelectorAll('article')].find((a) => a.getBoundingClientRect().top > top)",
    )
    .await;
    let line = "return line.isConnected ? line.getBoundingClientRect().top : null";
    let start: f64 = ana.ask_page(line).await;

    let cdp = ana.driver.cdp();
    let turn = json!({ "type": "mouseWheel", "x": 600, "y": 300, "deltaX": 0, "deltaY": -f64::from(TURN) });
    for _ in 0..TURNS {
        cdp.send_raw("Input.dispatchMouseEvent", turn.clone())
            .await
            .unwrap();
    }
    until(
        "two pages more and the end of the wheel's way",
        async || {
            let (now, above) = ana.edge().await;
            (first - now >= 100 && above > 800.0).then_some(())
        },
    )
    .await;

    let end: f64 = ana.ask_page(line).await;
    let far = f64::from(TURNS * TURN) + 1.0;
    assert!(end - start <= far, "from {start} to {end}");
}

#[tokio::test]
async fn news_are_counted_while_reading_up_and_nothing_moves() {
    let (_site, ana, bo) = a_conversation_of(120, &[]).await;
    ana.scroll_up(1500).await;
    ana.find("button", "Jump to latest").await;
    let place = ana.reading().await;

    for text in ["one", "two", "three"] {
        bo.paste(&format!("{text}{}", "\nand more".repeat(12)))
            .await;
        bo.press_enter().await;
    }
    ana.find("button", "3 new messages").await;
    assert_eq!(ana.reading().await, place);
    ana.screenshot("timeline-news").await;

    ana.press("button", "3 new messages").await;
    ana.find("button", "Jump to latest").await;
    let in_view = "const [log, one] = [document.getElementById('messages'), \
        [...document.querySelectorAll('article')].find((a) => a.textContent.includes('one'))]\
        .map((e) => e.getBoundingClientRect()); return one.top > log.top && one.bottom < log.bottom";
    assert!(ana.ask_page::<bool>(in_view).await, "the first new message");
    ana.press("button", "Jump to latest").await;
    ana.wait_gone("button", "Jump to latest").await;
    assert!(ana.above_end().await < 1.0);
    assert!(ana.messages().await.pop().unwrap().starts_with("three"));
}

#[tokio::test]
async fn a_tab_that_stays_open_keeps_only_the_newest_messages() {
    let (_site, ana, _bo) = a_conversation_of(60, &[]).await;
    ana.tap_socket().await;
    ana.open("/rooms/1/").await;
    ana.wait_for_script().await;
    ana.hear_many(800).await;
    let full = ana.memory().await;
    ana.hear_many(800).await;
    let after = ana.memory().await;

    let messages = ana.messages().await;
    assert!(messages.len() <= 400, "{}", messages.len());
    assert_eq!(messages.last().map(String::as_str), Some("live 1660"));
    assert!(ana.above_end().await < 1.0, "the end is followed");
    assert!(after.0 < full.0 + 1_000_000.0, "{full:?} {after:?}");
    assert!(after.1 < full.1 * 1.2, "{full:?} {after:?}");
}

#[tokio::test]
async fn what_arrives_past_the_edge_of_the_page_is_only_counted() {
    let (site, ana, bo) = a_conversation_of(500, &[]).await;
    ana.open(&format!("/rooms/1/messages/{}/", site.message_id(100)))
        .await;
    ana.wait_for_flash(site.message_id(100)).await;
    bo.say("far away").await;
    ana.find("button", "1 new message").await;
    assert!(!ana.messages().await.contains(&"far away".to_owned()));

    ana.press("button", "1 new message").await;
    ana.wait_for_end("far away").await;

    bo.say("live again").await;
    ana.wait_for_end("live again").await;
}

#[tokio::test]
async fn an_own_message_leads_to_the_end_and_there_is_a_way_back() {
    let (site, ana, bo) = a_conversation_of(500, &[]).await;
    ana.open(&format!("/rooms/1/messages/{}/", site.message_id(100)))
        .await;
    ana.wait_for_flash(site.message_id(100)).await;
    let place = ana.reading().await;

    ana.say("my word on it").await;
    ana.wait_for_end("my word on it").await;
    bo.find_text_message("my word on it").await;
    assert_eq!(ana.path().await, "/rooms/1/");
    assert_eq!(ana.unsent().await, 0);
    ana.screenshot("timeline-back").await;

    ana.press("button", "Back to where you were").await;
    until("the place of before", async || {
        let (seq, top) = ana.reading().await;
        (seq == place.0 && (top - place.1).abs() <= 1.0).then_some(())
    })
    .await;
    ana.wait_gone("button", "Back to where you were").await;
}

#[tokio::test]
async fn what_arrives_while_the_newest_page_is_fetched_stands_at_its_end() {
    let (site, ana, bo) = a_conversation_of(500, &[]).await;
    ana.open(&format!("/rooms/1/messages/{}/", site.message_id(100)))
        .await;
    ana.wait_for_flash(site.message_id(100)).await;
    // Delay the response of the fetch, so that the message arrives on the socket before it (a
    // race).
    let hold_answers = "const unheld = window.fetch;
        const released = new Promise((resolve) => { window.release = resolve; });
        window.fetch = async (...request) => {
            const answer = await unheld(...request);
            window.isAnswered = true;
            await released;
            return answer;
        };";
    ana.ask_page::<Value>(hold_answers).await;

    ana.press("button", "Jump to latest").await;
    until("the answer of the server", async || {
        ana.ask_page::<bool>("return window.isAnswered === true;")
            .await
            .then_some(())
    })
    .await;
    // The message is taller than the row that would lead to it.
    let news = ["just now"; 60].join(" ");
    bo.say(&news).await;
    ana.find("button", "1 new message").await;
    ana.ask_page::<Value>("window.release();").await;

    ana.wait_for_end(&news).await;
    ana.wait_gone("button", "Jump to latest").await;
}

#[tokio::test]
async fn a_jump_shows_the_message_and_back_returns_to_the_place() {
    let (site, ana, _bo) = a_conversation_of(500, &[]).await;
    let (far, near) = (site.message_id(100), site.message_id(490));
    ana.scroll_up(900).await;
    ana.find("button", "Jump to latest").await;
    let place = ana.reading().await;
    ana.mark_page().await;

    for id in [near, far] {
        let follow = format!(
            "const link = document.createElement('a');
            link.href = '/rooms/1/messages/{id}/';
            document.getElementById('messages').append(link);
            link.click();
            link.remove();"
        );
        ana.ask_page::<Value>(&follow).await;
        ana.wait_for_flash(id).await;
        ana.screenshot("timeline-flash").await;
        assert_eq!(ana.path().await, format!("/rooms/1/messages/{id}/"));
        ana.find("button", "Jump to latest").await;
    }
    ana.driver.back().await.unwrap();
    ana.driver.back().await.unwrap();

    until("the place of before", async || {
        let (seq, top) = ana.reading().await;
        (seq == place.0 && (top - place.1).abs() <= 1.0).then_some(())
    })
    .await;
    assert_eq!(ana.path().await, "/rooms/1/");
    assert!(ana.is_marked_page().await, "without loading the page again");
}

#[tokio::test]
async fn a_room_is_where_it_was_left_in_the_same_tab() {
    let (_site, ana, _bo) = a_conversation_of(500, &[]).await;
    for _ in 0..3 {
        ana.grow(true).await;
    }
    ana.scroll_up(4000).await;
    let place = ana.reading().await;

    ana.open("/friends/").await;
    ana.open("/rooms/1/").await;
    ana.wait_for_script().await;
    until("the place of before", async || {
        let (seq, top) = ana.reading().await;
        (seq == place.0 && (top - place.1).abs() <= 1.0).then_some(())
    })
    .await;

    ana.press("button", "Jump to latest").await;
    ana.wait_for_end(&seeded(500)).await;
    ana.reload().await;
    ana.wait_for_end(&seeded(500)).await;
}

/// A message of the log: author, time in milliseconds, local day, whether it is grouped with the
/// previous one, whether a day divider precedes it.
type Row = (String, i64, String, bool, bool);

#[tokio::test]
async fn groups_and_days_are_right_across_the_edges_of_pages() {
    let (site, ana, _bo) = a_conversation_of(1500, &[]).await;
    ana.open(&format!("/rooms/1/messages/{}/", site.message_id(700)))
        .await;
    ana.wait_for_flash(site.message_id(700)).await;

    for up in [
        true, true, false, false, true, true, true, true, true, false,
    ] {
        ana.grow(up).await;
        let rows: Vec<Row> = ana
            .ask_page(
                "return [...document.querySelectorAll('article[data-seq]')].map((a) => {
                const at = new Date(a.dataset.at);
                return [a.dataset.author, at.getTime(), at.toDateString(), a.matches('.follows'),
                    a.previousElementSibling?.matches('.day') ?? false];
            })",
            )
            .await;
        assert!(!rows[0].3 && rows[0].4, "the first has its head and day");
        for pair in rows.windows(2) {
            let [one, other] = pair else { panic!("a pair") };
            let same_day = one.2 == other.2;
            let together = one.0 == other.0 && other.1 - one.1 <= 300_000 && same_day;
            assert_eq!((other.3, other.4), (together, !same_day), "{pair:?}");
        }
    }
}

#[tokio::test]
async fn what_is_missing_after_a_long_absence_comes_into_its_place() {
    let (site, ana, bo) = a_conversation_of(30, &["--resume-len", "60"]).await;
    ana.mark_page().await;
    ana.wire.cut();
    ana.find_status("Reconnecting…").await;
    fill_room(&site.database(), 1, 200);
    ana.wire.mend();
    ana.press_missing().await;
    until("the first page of what was missing", async || {
        (ana.messages().await.len() == 130).then_some(())
    })
    .await;
    ana.screenshot("timeline-hole").await;
    for count in [180, 230] {
        ana.press_missing().await;
        until("more of what was missing", async || {
            (ana.messages().await.len() == count).then_some(())
        })
        .await;
    }

    let all: Vec<String> = (1..=230).map(seeded).collect();
    ana.wait_for_messages(&all).await;
    assert!(!ana.shows("link", "Messages missing here – load").await);
    assert!(ana.is_marked_page().await);
    bo.say("still live").await;
    ana.find_text_message("still live").await;
}

#[tokio::test]
async fn pages_that_do_not_come_say_so_and_come_with_the_connection() {
    let (_site, ana, _bo) = a_conversation_of(200, &[]).await;
    ana.wire.cut();
    ana.find_status("Reconnecting…").await;
    ana.scroll_up(1400).await;
    ana.find("link", "Could not load earlier messages. Try again.")
        .await;
    let place = ana.reading().await;

    ana.wire.mend();
    ana.find_text_message(&seeded(101)).await;
    assert_eq!(ana.reading().await, place);
}

#[tokio::test]
async fn what_grows_by_itself_does_not_move_the_line_that_is_read() {
    let (_site, ana, _bo) = a_conversation_of(120, &[]).await;
    ana.scroll_up(1000).await;
    ana.find("button", "Jump to latest").await;
    let place = ana.reading().await;
    for (index, height) in [(-1, 300), (5, 200), (-3, 77)] {
        let script = format!(
            "const done = arguments[0];
            [...document.querySelectorAll('article[data-seq]')].at({index}).style.minHeight = '{height}px';
            requestAnimationFrame(() => requestAnimationFrame(() => done(null)));"
        );
        ana.driver.execute_async(script, vec![]).await.unwrap();
        let (seq, top) = ana.reading().await;
        assert_eq!(seq, place.0);
        assert!((top - place.1).abs() <= 1.0, "{top} {place:?}");
    }
}

#[tokio::test]
async fn keys_lead_through_the_whole_conversation() {
    let (_site, ana, _bo) = a_conversation_of(300, &[]).await;
    let press = async |key: &str| {
        for kind in ["keyDown", "keyUp"] {
            let event = json!({ "type": kind, "key": key, "code": key });
            let cdp = ana.driver.cdp();
            cdp.send_raw("Input.dispatchKeyEvent", event).await.unwrap();
        }
    };
    let focused = "return document.activeElement.dataset.seq ?? null";

    press("PageUp").await;
    until("the log to move", async || {
        (ana.above_end().await > 100.0).then_some(())
    })
    .await;
    press("End").await;
    ana.wait_for_end(&seeded(300)).await;

    ana.ask_page::<Value>("document.getElementById('messages').focus()")
        .await;
    let mut first = String::new();
    for _ in 0..3 {
        press("Home").await;
        first = until("an older message with the focus", async || {
            let seq: Option<String> = ana.ask_page(focused).await;
            seq.filter(|seq| *seq != first)
        })
        .await;
        until("older messages", async || {
            let above = format!("return [...document.querySelectorAll('article[data-seq]')].findIndex((a) => a.dataset.seq === '{first}')");
            (ana.ask_page::<i64>(&above).await >= 50).then_some(())
        })
        .await;
        let seq: Option<String> = ana.ask_page(focused).await;
        assert_eq!(seq.as_ref(), Some(&first), "the focus stays");
    }
    press("ArrowUp").await;
    let above = (first.parse::<i64>().unwrap() - 1).to_string();
    let seq: Option<String> = ana.ask_page(focused).await;
    assert_eq!(seq, Some(above));
    press("End").await;
    ana.wait_for_end(&seeded(300)).await;
    let seq: Option<String> = ana.ask_page(focused).await;
    assert_eq!(seq.as_deref(), Some("300"));
}

#[tokio::test]
async fn a_permalink_works_without_javascript() {
    let site = Program::start(&["--bcrypt-cost", "4"]).await;
    let (ana, bo) = tokio::join!(
        Profile::without_javascript(&site),
        Profile::without_javascript(&site)
    );
    ana.meet(&bo, ("ana", "bo")).await;
    fill_room(&site.database(), 1, 300);
    let id = site.message_id(100);

    ana.open(&format!("/rooms/1/messages/{id}/")).await;
    ana.find_text_message(&seeded(100)).await;

    let message = By::Id(format!("message-{id}"));
    let message = ana.driver.find(message).await.unwrap();
    let rect = message.rect().await.unwrap();
    assert!(rect.y > 60.0 && rect.y < 700.0, "in view: {rect:?}");
    ana.screenshot("timeline-without-javascript").await;
    ana.press("link", "Newer messages").await;
    ana.find_text_message(&seeded(125)).await;
    ana.press("link", "Earlier messages").await;
    ana.find_text_message(&seeded(124)).await;
}
