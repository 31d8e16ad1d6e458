//! From a key press to the letter on the screen, in a page that is as full as pages become.

use crate::{
    devtools::DevTools,
    report::{Figure, Row, quantile},
    talk::Talk,
};

const PRESSES: usize = 150;
/// A page of history has 50; the others come live.
const LIVE: usize = 350;

pub(crate) async fn measure() -> Row {
    let talk = Talk::of(60).await;
    talk.open().await;
    let mut poster = talk.poster().await;
    let texts: Vec<_> = (0..LIVE)
        .map(|i| format!("live {i} for a full page"))
        .collect();
    talk.ana.expect(&texts[LIVE - 1]).await;
    poster.post(&texts).await;
    talk.ana.arrival().await;
    assert_eq!(talk.ana.messages().await.len(), 400);
    let ana = &talk.ana;
    ana.slow_down().await;
    let mut page = DevTools::of(ana).await;
    let mut presses = Vec::new();
    for _ in 0..PRESSES {
        page.run("watched.awaitPress()").await;
        let drawn = page.ask("watched.drawn").await;
        page.press("a", "a").await;
        presses.push(page.answer(drawn).await.as_f64().unwrap());
    }
    Row {
        what: "Key press → letter, 400 messages in the page",
        figures: vec![
            Figure::within(50.0, "p95", quantile(&presses, 0.95), "ms"),
            Figure::seen("p50", quantile(&presses, 0.5), "ms"),
        ],
        how: format!(
            "{PRESSES} presses, CPU 4× slower; from the key event's own time to the first task after the frame that draws it"
        ),
    }
}
