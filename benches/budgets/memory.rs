//! What the server's process takes, with nobody there and with a hundred.

use std::{env, path::PathBuf};

use serde_json::Value;
use tokio::process::Command;

use crate::{
    report::{Figure, Row},
    stage::Program,
    talk::LIMITS,
};

const PEOPLE: &str = "100";

pub(crate) async fn measure() -> Vec<Row> {
    let site = Program::start(&LIMITS).await;
    for _ in 0..2 {
        let page = format!("http://{}/accounts/login/", site.address);
        reqwest::get(page).await.unwrap().bytes().await.unwrap();
    }
    let process = site.process.as_ref().and_then(tokio::process::Child::id);
    let bench = PathBuf::from(env::var_os("PARLOUR_PROGRAM").unwrap());
    let run = Command::new(bench.with_file_name("parlour-bench"))
        .args(["signed-in", "--people", PEOPLE])
        .args(["--address", &site.address.to_string()])
        .args(["--pid", &process.unwrap().to_string()])
        .output();
    let said = String::from_utf8(run.await.unwrap().stdout).unwrap();
    let report: Value = serde_json::from_str(said.lines().last().unwrap()).unwrap();
    assert_eq!(report["still_open"], 100, "{said}");
    let mb = |name: &str| report[name].as_f64().unwrap() * 1024.0 / 1e6;
    let row = |what, figure, how: &str| Row {
        what,
        figures: vec![figure],
        how: how.to_owned(),
    };
    vec![
        row(
            "Server at rest",
            Figure::within(15.0, "", mb("fresh_kib"), "MB"),
            "resident size after two log-in pages, one worker for each core",
        ),
        row(
            "Server with 100 people connected",
            Figure::within(40.0, "", mb("after_kib"), "MB"),
            "`parlour-bench signed-in`: they have just signed up, each with a socket",
        ),
    ]
}
