//! From Enter to *sent* on the own screen, and to the other person's screen.

use serde_json::{Value, json};

use crate::{
    devtools::DevTools,
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

/// Milliseconds from Enter until messages stood as sent in the page, and until they were drawn there.
#[derive(Default)]
struct Times {
    there: Vec<f64>,
    drawn: Vec<f64>,
}

impl Times {
    fn add(&mut self, arrived: &Value, pressed: f64) {
        self.there
            .push(arrived["there"].as_f64().unwrap() - pressed);
        self.drawn
            .push(arrived["drawn"].as_f64().unwrap() - pressed);
    }
}

/// On Ana's own page, and on Bo's.
async fn exchange(Talk { ana, bo, .. }: &Talk, name: &str) -> [Times; 2] {
    let (mut ana, mut bo) = (DevTools::of(ana).await, DevTools::of(bo).await);
    let [mut own, mut others] = [Times::default(), Times::default()];
    for number in 0..MESSAGES {
        let text = format!("{name} message {number}");
        let expect = format!("watched.expect({})", json!(text));
        ana.run(&expect).await;
        bo.run(&expect).await;
        ana.run("watched.awaitPress()").await;
        ana.insert(&text).await;
        let typed = ana.ask("watched.drawn").await;
        ana.answer(typed).await;
        let theirs = bo.ask("watched.arrived").await;
        let mine = ana.ask("watched.arrived").await;
        ana.press("Enter", "\r").await;
        let mine = ana.answer(mine).await;
        let theirs = bo.answer(theirs).await;
        let pressed = ana.ask("watched.pressed").await;
        let pressed = ana.answer(pressed).await.as_f64().unwrap();
        own.add(&mine, pressed);
        others.add(&theirs, pressed);
    }
    [own, others]
}

fn row(what: &'static str, how: &str, [own, others]: &[Times; 2]) -> Row {
    Row {
        what,
        figures: vec![
            Figure::within(30.0, "own p50", quantile(&own.drawn, 0.5), "ms"),
            Figure::within(150.0, "own p99", quantile(&own.drawn, 0.99), "ms"),
            Figure::within(50.0, "other's p50", quantile(&others.drawn, 0.5), "ms"),
            Figure::within(150.0, "other's p99", quantile(&others.drawn, 0.99), "ms"),
            Figure::seen(
                "in the own page, not yet drawn, p50",
                quantile(&own.there, 0.5),
                "ms",
            ),
            Figure::seen("in the other's p50", quantile(&others.there, 0.5), "ms"),
        ],
        how: format!(
            "{MESSAGES} messages between two browsers, {how}; from the key event's own time until after the frame that draws the stored message"
        ),
    }
}
