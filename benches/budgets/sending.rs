//! From Enter to *sent* on the own screen, and to the other person's screen.

use serde_json::json;

use crate::{
    report::{Figure, Row, quantile},
    talk::{ROOM, Talk, open_room},
};

const MESSAGES: usize = 100;

pub(crate) async fn measure() -> Vec<Row> {
    let talk = Talk::of(60).await;
    talk.open().await;
    open_room(&talk.bo, ROOM).await;
    let fast = exchange(&talk, "quick").await;
    talk.ana.slow_down().await;
    talk.bo.slow_down().await;
    let slow = exchange(&talk, "slow").await;
    vec![
        row("Send → own *sent*, other's screen", "CPU as it is", &fast),
        row("The same on phones", "CPU 4× slower on both", &slow),
    ]
}

/// Milliseconds from Enter until Ana, and until Bo, saw each message as sent.
async fn exchange(Talk { ana, bo, .. }: &Talk, name: &str) -> (Vec<f64>, Vec<f64>) {
    let (mut own, mut others) = (Vec::new(), Vec::new());
    for number in 0..MESSAGES {
        let text = format!("{name} message {number}");
        ana.expect(&text).await;
        bo.expect(&text).await;
        let typed = json!({ "text": text });
        ana.command("Input.insertText", typed).await;
        ana.type_key("Enter", "\r").await;
        let (mine, theirs) = tokio::join!(ana.arrival(), bo.arrival());
        let pressed = ana.pressed().await;
        own.push(mine - pressed);
        others.push(theirs - pressed);
    }
    (own, others)
}

fn row(what: &'static str, how: &str, (own, others): &(Vec<f64>, Vec<f64>)) -> Row {
    Row {
        what,
        figures: vec![
            Figure::within(30.0, "own p50", quantile(own, 0.5), "ms"),
            Figure::within(150.0, "own p99", quantile(own, 0.99), "ms"),
            Figure::within(50.0, "other's p50", quantile(others, 0.5), "ms"),
            Figure::within(150.0, "other's p99", quantile(others, 0.99), "ms"),
        ],
        how: format!(
            "{MESSAGES} messages between two browsers, {how}; from the key event's own time until after the frame that draws the stored message"
        ),
    }
}
