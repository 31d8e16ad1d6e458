//! A conversation opened for the first time, on a phone's network.

use serde::Deserialize;

use crate::{
    report::{Figure, Row, quantile},
    talk::{ROOM, Talk},
};

const LOADS: usize = 7;

/// When the page drew, in milliseconds since the navigation began.
#[derive(Deserialize)]
struct Drawn {
    first: f64,
    message: f64,
    loaded: f64,
}

pub(crate) async fn measure() -> Row {
    let talk = Talk::of(60).await;
    let ana = &talk.ana;
    ana.use_fast_3g().await;
    ana.slow_down().await;
    let mut loads = Vec::new();
    for _ in 0..LOADS {
        ana.driver.goto("about:blank").await.unwrap();
        ana.forget_cache().await;
        ana.open(ROOM).await;
        let script = "return watched.firstMessage.then((message) => ({
            message: message - performance.timeOrigin,
            first: performance.getEntriesByName('first-contentful-paint')[0].startTime,
            loaded: performance.getEntriesByType('navigation')[0].loadEventEnd,
        }))";
        loads.push(ana.ask_page::<Drawn>(script).await);
    }
    let median = |of: fn(&Drawn) -> f64| quantile(&loads.iter().map(of).collect::<Vec<_>>(), 0.5);
    Row {
        what: "First readable message, cold",
        figures: vec![
            Figure::within(1000.0, "", median(|load| load.message), "ms"),
            Figure::seen("first paint of anything", median(|load| load.first), "ms"),
            Figure::seen("all loaded", median(|load| load.loaded), "ms"),
        ],
        how: format!(
            "median of {LOADS}; 1.6 Mbit/s down, 0.75 up, 150 ms until an answer begins, no cost of connecting, CPU 4× slower; Element Timing of the first message's text"
        ),
    }
}
