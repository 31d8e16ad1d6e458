//! From one conversation to another, both seen before.

use thirtyfour::By;

use crate::{
    report::{Figure, Row, quantile},
    stage::fill_room,
    talk::{ROOM, Talk, open_room},
};

const TIMES: usize = 30;

pub(crate) async fn measure() -> Row {
    let talk = Talk::of(60).await;
    let ana = &talk.ana;
    let (people, other) = (&talk.bo, "/rooms/2/");
    people.open("/").await;
    people.log_out().await;
    people.sign_up("cleo").await;
    people.ask_to_be_friends("ana").await;
    ana.open("/friends/").await;
    ana.press("button", "Accept cleo").await;
    ana.find("button", "Remove cleo").await;
    fill_room(&talk.site.data().join("parlour.sqlite3"), 2, 60);
    open_room(ana, other).await;
    open_room(ana, ROOM).await;
    ana.slow_down().await;
    let mut took = Vec::new();
    for turn in 0..TIMES {
        let to = if turn % 2 == 0 { other } else { ROOM };
        let link = format!("#conversations a[href='{to}']");
        let link = ana.driver.find(By::Css(link)).await.unwrap();
        link.click().await.unwrap();
        ana.wait_for_path(to).await;
        let drawn = "return watched.firstMessage.then((time) => time - Number(sessionStorage.getItem('watched/clicked')))";
        took.push(ana.ask_page::<f64>(drawn).await);
        ana.wait_until_page("return watched.opened > 0").await;
    }
    Row {
        what: "Switch room, warm",
        figures: vec![
            Figure::within(150.0, "median", quantile(&took, 0.5), "ms"),
            Figure::seen("p95", quantile(&took, 0.95), "ms"),
        ],
        how: format!(
            "{TIMES} clicks in the sidebar, 50 messages each, CPU 4× slower; from the click to Element Timing of the first message's text"
        ),
    }
}
