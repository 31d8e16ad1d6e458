//! Opening a conversation: the transferred bytes, and how long a person waits.

use serde::Deserialize;
use serde_json::Value;
use thirtyfour::By;

use crate::{
    profile::Profile,
    report::{Row, quantile},
    stage::fill_room,
    talk::{ROOM, Talk, open_room},
};

const LOADS: usize = 7;
const SWITCHES: usize = 30;
const KB: f64 = 1000.0;

/// The transferred bytes of all bodies of a kind, by content type and not by name.
#[derive(Deserialize)]
struct Sizes {
    page: f64,
    scripts: f64,
    styles: f64,
    requests: f64,
}

/// Pages that a browser has never seen.
pub(crate) async fn sizes() -> Vec<Row> {
    let talk = Talk::of(60).await;
    let Talk { ana, bo, .. } = &talk;
    ana.forget_page().await;
    open_room(ana, ROOM).await;
    assert_eq!(ana.messages().await.len(), 50);
    let room = ana.sizes().await;
    bo.open("/").await;
    bo.log_out().await;
    bo.forget_page().await;
    bo.open("/accounts/login/").await;
    let login = bo.sizes().await;
    let how = "as Chromium asks for them, bodies only";
    vec![
        Row::new("Log-in page", how)
            .within(15.0, "HTML", login.page / KB, "kB")
            .seen("scripts", login.scripts / KB, "kB")
            .seen("styles", login.styles / KB, "kB")
            .seen("", login.requests, "requests"),
        Row::new("Room page of 50 messages", how)
            .within(60.0, "HTML", room.page / KB, "kB")
            .within(45.0, "scripts", room.scripts / KB, "kB")
            .within(15.0, "styles", room.styles / KB, "kB")
            .seen("", room.requests, "requests"),
    ]
}

impl Profile {
    async fn sizes(&self) -> Sizes {
        let is_loaded = "return document.readyState === 'complete'";
        self.wait_until_page(is_loaded).await;
        self.ask_page(
            "const all = [...performance.getEntriesByType('navigation'), ...performance.getEntriesByType('resource')];
            const sum = (is) => all.filter(is).reduce((bytes, entry) => bytes + entry.encodedBodySize, 0);
            return {
                page: sum((entry) => entry.entryType === 'navigation'),
                scripts: sum((entry) => entry.contentType?.includes('javascript')),
                styles: sum((entry) => entry.contentType === 'text/css'),
                requests: all.length,
            }",
        )
        .await
    }

    async fn forget_page(&self) {
        self.driver.goto("about:blank").await.unwrap();
        self.forget_cache().await;
    }
}

/// For the first time, on a phone's network.
pub(crate) async fn cold() -> Vec<Row> {
    let talk = Talk::of(60).await;
    let ana = &talk.ana;
    ana.use_fast_3g().await;
    ana.slow_down().await;
    let mut loads: [Vec<f64>; 3] = Default::default();
    for _ in 0..LOADS {
        ana.forget_page().await;
        ana.open(ROOM).await;
        let script = "return watched.firstMessage.then((message) => [
            message - performance.timeOrigin,
            performance.getEntriesByName('first-contentful-paint')[0].startTime,
            performance.getEntriesByType('navigation')[0].loadEventEnd,
        ])";
        let drawn: [f64; 3] = ana.ask_page(script).await;
        loads
            .iter_mut()
            .zip(drawn)
            .for_each(|(all, ms)| all.push(ms));
    }
    let [message, first, loaded] = loads.map(|all| quantile(&all, 0.5));
    let how = format!(
        "median of {LOADS}; 1.6 Mbit/s down, 0.75 up, 150 ms until an answer begins, no cost of connecting, CPU 4× slower; Element Timing of the first message's text"
    );
    vec![
        Row::new("First readable message, cold", how)
            .within(1000.0, "", message, "ms")
            .seen("first paint of anything", first, "ms")
            .seen("all loaded", loaded, "ms"),
    ]
}

/// From one conversation to another, both seen before.
pub(crate) async fn switching() -> Vec<Row> {
    let talk = Talk::of(60).await;
    let (ana, people, other) = (&talk.ana, &talk.bo, "/rooms/2/");
    people.open("/").await;
    people.log_out().await;
    people.sign_up("cleo").await;
    people.ask_to_be_friends("ana").await;
    ana.open("/friends/").await;
    ana.press("button", "Accept cleo").await;
    ana.find("button", "Remove cleo").await;
    fill_room(&talk.site.data().join("parlour.sqlite3"), 2, 60);
    open_room(ana, other).await;
    open_room(ana, ROOM).await;
    ana.slow_down().await;
    let mut took = Vec::new();
    for turn in 0..SWITCHES {
        let to = if turn % 2 == 0 { other } else { ROOM };
        ana.ask_page::<Value>("watched.awaitRoom()").await;
        let link = By::Css(format!("#conversations a[href='{to}']"));
        ana.driver.find(link).await.unwrap().click().await.unwrap();
        ana.wait_for_path(to).await;
        let drawn = "return watched.firstMessage.then((time) => time - Number(sessionStorage.getItem('watched/clicked')))";
        took.push(ana.ask_page::<f64>(drawn).await);
        let settled = "return watched.opened > 0 && document.activeElement.id === 'composer-body'";
        ana.wait_until_page(settled).await;
    }
    let how = format!(
        "{SWITCHES} clicks in the sidebar, 50 messages each, CPU 4× slower; from the click to Element Timing of the first message's text"
    );
    vec![
        Row::new("Switch room, warm", how)
            .within(150.0, "median", quantile(&took, 0.5), "ms")
            .seen("p95", quantile(&took, 0.95), "ms"),
    ]
}
