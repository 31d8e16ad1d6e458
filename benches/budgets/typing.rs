//! From a key press to the letter, to *sent* on one's own screen, and to the other person's screen.

use serde_json::{Value, json};

use crate::{
    report::{Row, quantile},
    sockets::DevTools,
    talk::{ROOM, Talk, open_room},
};

const PRESSES: usize = 150;
/// A page of history has 50; the others come live.
const LIVE: usize = 350;
const MESSAGES: usize = 100;

/// Letters in a page that is as full as pages become.
pub(crate) async fn keys() -> Vec<Row> {
    let talk = Talk::of(60).await;
    talk.open().await;
    let mut poster = talk.poster().await;
    talk.receive(&mut poster, LIVE, "live {} for a full page")
        .await;
    assert_eq!(talk.ana.messages().await.len(), 400);
    talk.ana.slow_down().await;
    let mut page = DevTools::of(&talk.ana).await;
    let mut presses = Vec::new();
    for _ in 0..PRESSES {
        page.run("watched.awaitPress()").await;
        let drawn = page.ask("watched.drawn").await;
        page.press("a", "a").await;
        presses.push(page.answer(drawn).await.as_f64().unwrap());
    }
    let how = format!(
        "{PRESSES} presses, CPU 4× slower; from the key event's own time to the first task after the frame that draws it"
    );
    vec![
        Row::new("Key press → letter, 400 messages in the page", how)
            .within(50.0, "p95", quantile(&presses, 0.95), "ms")
            .seen("p50", quantile(&presses, 0.5), "ms"),
    ]
}

/// Messages between two browsers.
pub(crate) async fn sending() -> Vec<Row> {
    let talk = Talk::of(60).await;
    talk.open().await;
    open_room(&talk.bo, ROOM).await;
    let fast = exchange(&talk, "quick").await;
    talk.ana.slow_down().await;
    talk.bo.slow_down().await;
    let slow = exchange(&talk, "slow").await;
    vec![
        row(
            "Send → own *sent*, other's screen",
            "CPU as it is",
            30.0,
            &fast,
        ),
        row("The same on phones", "CPU 4× slower on both", 60.0, &slow),
    ]
}

/// Milliseconds from Enter until messages stood as sent in a page, and until they were drawn there.
#[derive(Default)]
struct Times {
    there: Vec<f64>,
    drawn: Vec<f64>,
}

/// On Ana's own page, and on Bo's.
async fn exchange(Talk { ana, bo, .. }: &Talk, name: &str) -> [Times; 2] {
    let (mut ana, mut bo) = (DevTools::of(ana).await, DevTools::of(bo).await);
    let mut times = [Times::default(), Times::default()];
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
        let arrived = [ana.answer(mine).await, bo.answer(theirs).await];
        let pressed = ana.ask("watched.pressed").await;
        let pressed = ana.answer(pressed).await;
        let ms = |time: &Value| time.as_f64().unwrap() - pressed.as_f64().unwrap();
        for (times, arrived) in times.iter_mut().zip(&arrived) {
            times.there.push(ms(&arrived["there"]));
            times.drawn.push(ms(&arrived["drawn"]));
        }
    }
    times
}

/// `own_ms`: the budget of the own page.
fn row(what: &'static str, how: &str, own_ms: f64, [own, others]: &[Times; 2]) -> Row {
    let how = format!(
        "{MESSAGES} messages between two browsers, {how}; from the key event's own time until after the frame that draws the stored message"
    );
    let in_own = "in the own page, not yet drawn, p50";
    Row::new(what, how)
        .within(own_ms, "own p50", quantile(&own.drawn, 0.5), "ms")
        .within(150.0, "own p99", quantile(&own.drawn, 0.99), "ms")
        .within(50.0, "other's p50", quantile(&others.drawn, 0.5), "ms")
        .within(150.0, "other's p99", quantile(&others.drawn, 0.99), "ms")
        .seen(in_own, quantile(&own.there, 0.5), "ms")
        .seen("in the other's p50", quantile(&others.there, 0.5), "ms")
}
