//! What a tab keeps of 5,000 messages that came into it.

use serde_json::{Value, json};

use crate::{
    profile::Profile,
    report::{Figure, Row},
    talk::Talk,
};

const BATCH: usize = 100;
const LOOKS: [usize; 3] = [1000, 3000, 5000];

/// What the page holds, after garbage collection.
struct Held {
    heap_mb: f64,
    nodes: f64,
    listeners: f64,
}

pub(crate) async fn measure() -> Row {
    let talk = Talk::of(60).await;
    talk.open().await;
    let mut poster = talk.poster().await;
    let ana = &talk.ana;
    ana.command("Performance.enable", json!({})).await;
    let mut held = Vec::new();
    let mut received = 0;
    for look in LOOKS {
        while received < look {
            let texts: Vec<_> = (received..received + BATCH).map(text).collect();
            ana.expect(&texts[BATCH - 1]).await;
            poster.post(&texts).await;
            ana.arrival().await;
            received += BATCH;
        }
        held.push(ana.held().await);
    }
    let figures = [
        Figure::within(120.0, "heap after 5,000", held[2].heap_mb, "MB"),
        Figure::seen("after 3,000", held[1].heap_mb, "MB"),
        Figure::seen("after 1,000", held[0].heap_mb, "MB"),
        Figure::seen("nodes after 5,000", held[2].nodes, ""),
        Figure::seen("after 1,000", held[0].nodes, ""),
        Figure::seen("listeners after 5,000", held[2].listeners, ""),
        Figure::seen("after 1,000", held[0].listeners, ""),
    ];
    Row {
        what: "A tab that has received 5,000 messages",
        figures: figures.into(),
        how: "at speed, in batches of 100: hours of messages, not hours of time; script heap, DOM nodes and listeners after garbage collection".to_owned(),
    }
}

fn text(number: usize) -> String {
    let words = " word".repeat(number % 30);
    format!("received {number}{words}")
}

impl Profile {
    async fn held(&self) -> Held {
        for _ in 0..2 {
            self.command("HeapProfiler.collectGarbage", json!({})).await;
        }
        let answer = self.command("Performance.getMetrics", json!({})).await;
        let metric = |name: &str| {
            let metrics = answer["metrics"].as_array().unwrap().iter();
            let mut named = metrics.filter(|metric| metric["name"] == name);
            named
                .next()
                .and_then(|metric| Value::as_f64(&metric["value"]))
                .unwrap()
        };
        Held {
            heap_mb: metric("JSHeapUsedSize") / 1e6,
            nodes: metric("Nodes"),
            listeners: metric("JSEventListeners"),
        }
    }
}
