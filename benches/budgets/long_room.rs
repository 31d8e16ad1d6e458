//! Pages of a room of 100,000 messages, without a browser.

use std::time::Instant;

use reqwest::{
    Client,
    header::{ACCEPT, ACCEPT_ENCODING, COOKIE},
};

use crate::{
    report::{Figure, Row, quantile},
    talk::{ROOM, Talk},
};

const REQUESTS: usize = 50;

pub(crate) async fn measure() -> Row {
    let talk = Talk::of(100_000).await;
    let cookies = talk.ana.cookies().await;
    let client = Client::new();
    let ask = async |query: &str| {
        let started = Instant::now();
        let answer = client
            .get(format!("http://{}{ROOM}{query}", talk.site.address))
            .header(COOKIE, &cookies)
            .header(ACCEPT, "text/html")
            .header(ACCEPT_ENCODING, "gzip, deflate, br");
        let answer = answer.send().await.unwrap().error_for_status().unwrap();
        assert_eq!(answer.url().path(), ROOM, "not sent elsewhere");
        answer.bytes().await.unwrap();
        started.elapsed().as_secs_f64() * 1000.0
    };
    let (mut newest, mut middle) = (Vec::new(), Vec::new());
    for _ in 0..REQUESTS {
        newest.push(ask("").await);
        middle.push(ask("?before=50000").await);
    }
    Row {
        what: "Page of a room of 100,000 messages",
        figures: vec![
            Figure::within(300.0, "newest", quantile(&newest, 0.5), "ms"),
            Figure::within(300.0, "in the middle", quantile(&middle, 0.5), "ms"),
            Figure::seen(
                "p95 of both",
                quantile(&[newest, middle].concat(), 0.95),
                "ms",
            ),
        ],
        how: format!("median of {REQUESTS} requests over loopback, to the last byte, compressed"),
    }
}
