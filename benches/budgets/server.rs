//! The server without a browser: pages of a long room, and the memory of its process.

use std::{env, path::PathBuf, time::Instant};

use reqwest::{
    Client,
    header::{ACCEPT, ACCEPT_ENCODING, COOKIE},
};
use serde_json::Value;
use tokio::process::{Child, Command};

use crate::{
    report::{Row, quantile},
    talk::{ROOM, Talk, start},
};

const REQUESTS: usize = 50;

/// Pages of a room of 100,000 messages.
pub(crate) async fn long_room() -> Vec<Row> {
    let talk = Talk::of(100_000).await;
    let cookies = talk.ana.cookies().await;
    let client = Client::new();
    let ask = async |query: &str| {
        let started = Instant::now();
        let request = client
            .get(format!("http://{}{ROOM}{query}", talk.site.address))
            .header(COOKIE, &cookies)
            .header(ACCEPT, "text/html")
            .header(ACCEPT_ENCODING, "gzip, deflate, br");
        let answer = request.send().await.unwrap().error_for_status().unwrap();
        assert_eq!(answer.url().path(), ROOM, "not sent elsewhere");
        answer.bytes().await.unwrap();
        started.elapsed().as_secs_f64() * 1000.0
    };
    let (mut newest, mut middle) = (Vec::new(), Vec::new());
    for _ in 0..REQUESTS {
        newest.push(ask("").await);
        middle.push(ask("?before=50000").await);
    }
    let how = format!("median of {REQUESTS} requests over loopback, to the last byte, compressed");
    vec![
        Row::new("Page of a room of 100,000 messages", how)
            .within(300.0, "newest", quantile(&newest, 0.5), "ms")
            .within(300.0, "in the middle", quantile(&middle, 0.5), "ms")
            .seen(
                "p95 of both",
                quantile(&[newest, middle].concat(), 0.95),
                "ms",
            ),
    ]
}

/// With nobody connected, and with a hundred people.
pub(crate) async fn memory() -> Vec<Row> {
    let site = start().await;
    for _ in 0..2 {
        let page = format!("http://{}/accounts/login/", site.address);
        reqwest::get(page).await.unwrap().bytes().await.unwrap();
    }
    let process = site.process.as_ref().and_then(Child::id).unwrap();
    let bench = PathBuf::from(env::var_os("PARLOUR_PROGRAM").unwrap());
    let run = Command::new(bench.with_file_name("parlour-bench"))
        .args(["signed-in", "--people", "100"])
        .args(["--address", &site.address.to_string()])
        .args(["--pid", &process.to_string()])
        .output();
    let said = String::from_utf8(run.await.unwrap().stdout).unwrap();
    let report: Value = serde_json::from_str(said.lines().last().unwrap()).unwrap();
    assert_eq!(report["still_open"], 100, "{said}");
    let mb = |name: &str| report[name].as_f64().unwrap() * 1024.0 / 1e6;
    let at_rest = "resident size after two log-in pages, one worker for each core";
    let busy = "`parlour-bench signed-in`: they have just signed up, each with a socket";
    vec![
        Row::new("Server at rest", at_rest).within(26.2, "", mb("fresh_kib"), "MB"),
        Row::new("Server with 100 people connected", busy).within(40.0, "", mb("after_kib"), "MB"),
    ]
}
