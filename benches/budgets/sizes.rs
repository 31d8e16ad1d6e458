//! What crosses the network for a page that a browser has never seen: bodies as they are sent, counted
//! by what they are and not by their names.

use serde::Deserialize;

use crate::{
    profile::Profile,
    report::{Figure, Row},
    talk::{ROOM, Talk, open_room},
};

/// Bytes of all bodies of a kind, compressed.
#[derive(Deserialize)]
struct Sizes {
    page: f64,
    scripts: f64,
    styles: f64,
    requests: f64,
}

const KB: f64 = 1000.0;

pub(crate) async fn measure() -> Vec<Row> {
    let talk = Talk::of(60).await;
    let Talk { ana, bo, .. } = &talk;
    ana.driver.goto("about:blank").await.unwrap();
    ana.forget_cache().await;
    open_room(ana, ROOM).await;
    assert_eq!(ana.messages().await.len(), 50);
    let room = ana.sizes().await;
    bo.open("/").await;
    bo.log_out().await;
    bo.driver.goto("about:blank").await.unwrap();
    bo.forget_cache().await;
    bo.open("/accounts/login/").await;
    let login = bo.sizes().await;
    let how = "as Chromium asks for them, bodies only";
    vec![
        Row {
            what: "Log-in page",
            figures: vec![
                Figure::within(15.0, "HTML", login.page / KB, "kB"),
                Figure::seen("scripts", login.scripts / KB, "kB"),
                Figure::seen("styles", login.styles / KB, "kB"),
                Figure::seen("", login.requests, "requests"),
            ],
            how: how.to_owned(),
        },
        Row {
            what: "Room page of 50 messages",
            figures: vec![
                Figure::within(60.0, "HTML", room.page / KB, "kB"),
                Figure::within(40.0, "scripts", room.scripts / KB, "kB"),
                Figure::within(15.0, "styles", room.styles / KB, "kB"),
                Figure::seen("", room.requests, "requests"),
            ],
            how: how.to_owned(),
        },
    ]
}

impl Profile {
    async fn sizes(&self) -> Sizes {
        self.wait_until_page("return document.readyState === 'complete'")
            .await;
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
}
