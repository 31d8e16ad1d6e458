//! Messages that arrive in an open page: as many as the server sends in one answer after a
//! reconnect, and thousands one after the other.

use serde_json::{Value, json};

use crate::{
    report::{Row, quantile},
    talk::Talk,
};

const ROUNDS: usize = 5;
const MISSED: usize = 500;
const BATCH: usize = 100;

/// Reconnects, CPU 4× slower.
pub(crate) async fn missed() -> Vec<Row> {
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
        // Rows that say that something is missing, numbers without a message, and when the socket opened.
        let script = "const all = [...document.querySelectorAll('#messages [data-seq]')].map((e) => Number(e.dataset.seq));
            return [
                document.querySelectorAll('#messages .missing').length,
                all.at(-1) - all[0] + 1 - all.length,
                watched.opened,
            ]";
        let [holes, gaps, opened]: [f64; 3] = ana.ask_page(script).await;
        assert_eq!((holes, gaps), (0.0, 0.0));
        took.push(applied - opened);
    }
    let how = format!(
        "{ROUNDS} times, CPU 4× slower; from the socket's opening until after the frame that draws the last; no hole, no gap"
    );
    vec![
        Row::new("500 missed messages after a reconnect", how)
            .within(1000.0, "median", quantile(&took, 0.5), "ms")
            .seen("most", quantile(&took, 1.0), "ms"),
    ]
}

/// The memory of a tab after 5,000 messages.
pub(crate) async fn hours() -> Vec<Row> {
    let talk = Talk::of(60).await;
    talk.open().await;
    let mut poster = talk.poster().await;
    talk.ana.command("Performance.enable", json!({})).await;
    let mut held = Vec::new();
    for batch in 1..=5000 / BATCH {
        let words = " word".repeat(batch % 30);
        let text = format!("received {{}} in batch {batch}{words}");
        talk.receive(&mut poster, BATCH, &text).await;
        if [1000, 3000, 5000].contains(&(batch * BATCH)) {
            held.push(held_by(&talk).await);
        }
    }
    let [first, middle, last] = held[..] else {
        unreachable!("there were three looks");
    };
    let how = "at speed, in batches of 100: hours of messages, not hours of time; script heap, DOM nodes and listeners after garbage collection";
    vec![
        Row::new("A tab that has received 5,000 messages", how)
            .within(120.0, "heap after 5,000", last[0] / 1e6, "MB")
            .seen("after 3,000", middle[0] / 1e6, "MB")
            .seen("after 1,000", first[0] / 1e6, "MB")
            .seen("nodes after 5,000", last[1], "")
            .seen("after 1,000", first[1], "")
            .seen("listeners after 5,000", last[2], "")
            .seen("after 1,000", first[2], ""),
    ]
}

/// Bytes of script heap, nodes and listeners in Ana's page after garbage collection.
async fn held_by(talk: &Talk) -> [f64; 3] {
    for _ in 0..2 {
        talk.ana
            .command("HeapProfiler.collectGarbage", json!({}))
            .await;
    }
    let answer = talk.ana.command("Performance.getMetrics", json!({})).await;
    let metrics = answer["metrics"].as_array().unwrap();
    ["JSHeapUsedSize", "Nodes", "JSEventListeners"].map(|name| {
        let metric = metrics.iter().find(|metric| metric["name"] == name);
        metric.unwrap()["value"].as_f64().unwrap()
    })
}
