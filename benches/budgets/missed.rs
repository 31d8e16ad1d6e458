//! Coming back to as much as the server gives in one answer.

use serde::Deserialize;
use serde_json::Value;

use crate::{
    report::{Figure, Row, quantile},
    talk::Talk,
};

const ROUNDS: usize = 5;
const MISSED: usize = 500;

/// What stands in the page afterwards.
#[derive(Deserialize)]
struct Shown {
    /// Rows that say that something is missing.
    holes: usize,
    /// Numbers of the messages from the first to the last that have no message.
    gaps: usize,
    opened: f64,
}

pub(crate) async fn measure() -> Row {
    let talk = Talk::of(60).await;
    talk.open().await;
    let mut poster = talk.poster().await;
    let ana = &talk.ana;
    ana.slow_down().await;
    let mut took = Vec::new();
    for round in 0..ROUNDS {
        ana.wire.cut();
        ana.find_status("Reconnecting").await;
        let texts: Vec<_> = (0..MISSED)
            .map(|i| format!("missed {i} in round {round}"))
            .collect();
        poster.post(&texts).await;
        ana.expect(&texts[MISSED - 1]).await;
        ana.wire.mend();
        ana.ask_page::<Value>("dispatchEvent(new Event('online'))")
            .await;
        let applied = ana.arrival().await;
        let shown: Shown = ana
            .ask_page(
                "const all = [...document.querySelectorAll('#messages [data-seq]')].map((e) => Number(e.dataset.seq));
                return {
                    holes: document.querySelectorAll('#messages .missing').length,
                    gaps: all.at(-1) - all[0] + 1 - all.length,
                    opened: watched.opened,
                }",
            )
            .await;
        assert_eq!((shown.holes, shown.gaps), (0, 0));
        took.push(applied - shown.opened);
    }
    Row {
        what: "500 missed messages after a reconnect",
        figures: vec![
            Figure::within(1000.0, "median", quantile(&took, 0.5), "ms"),
            Figure::seen("most", quantile(&took, 1.0), "ms"),
        ],
        how: format!(
            "{ROUNDS} times, CPU 4× slower; from the socket's opening until after the frame that draws the last; no hole, no gap"
        ),
    }
}
