//! Reading history and moving through the log, with the keyboard only.

use thirtyfour::Key;

use crate::{
    profile::Profile,
    stage::{Program, database::fill_room, until},
};

impl Profile {
    /// Waits until the log is at a distance from its end that fits, in pixels.
    async fn wait_for_distance(&self, what: &str, fits: impl Fn(f64) -> bool) {
        until(what, async || {
            let script = "return -document.getElementById('messages').scrollTop";
            fits(self.ask_page(script).await).then_some(())
        })
        .await;
    }
}

#[tokio::test]
async fn the_log_is_read_back_and_left_for_other_places() {
    let site = Program::start(&["--bcrypt-cost", "4"]).await;
    let (ana, bo) = tokio::join!(Profile::start(&site), Profile::start(&site));
    ana.meet(&bo, ("ana", "bo")).await;
    let room = ana.path().await;
    fill_room(&site.data().join("parlour.sqlite3"), 1, 130);
    ana.open(&room).await;
    ana.wait_for_room("bo").await;
    ana.wait_for_count(50).await;

    // From the box, in the log, and with the row at its edge.
    ana.strike(Key::PageUp + Key::PageUp).await;
    ana.find("button", "Jump to latest").await;
    ana.tab_back_and_enter("button", "Jump to latest").await;
    ana.wait_for_distance("the end", |px| px < 1.0).await;
    ana.wait_for_focus("log", "Messages").await;
    ana.strike(Key::PageUp + "").await;
    // A whole page: nothing that appears above the log stops the scrolling.
    ana.wait_for_distance("a page up", |px| px > 300.0).await;
    ana.strike(Key::Home + "").await;
    ana.wait_for_count(100).await;
    ana.strike(Key::Home + "").await;
    ana.wait_for_count(130).await;
    ana.strike(Key::Home + "").await;
    until("the first message", async || {
        ana.focus().await.1.contains("1").then_some(())
    })
    .await;

    // The button counts new messages and leads to them.
    bo.open(&room).await;
    bo.wait_for_room("ana").await;
    bo.strike("fresh".to_owned() + Key::Enter).await;
    ana.find("button", "1 new message").await;
    ana.tab_and_enter("button", "1 new message").await;
    ana.find_text_message("fresh").await;
    ana.wait_for_focus("log", "Messages").await;
    ana.strike(Key::End + "").await;
    ana.wait_for_focus("article", "bo fresh…").await;
    ana.strike(Key::Escape + "").await;
    ana.wait_for_room("bo").await;

    // After posting from far up, the log is at its end, with a way back.
    ana.strike(Key::PageUp + Key::PageUp + Key::PageUp).await;
    ana.wait_for_distance("far up", |px| px > 900.0).await;
    ana.strike("from afar".to_owned() + Key::Enter).await;
    ana.wait_for_distance("the end", |px| px < 1.0).await;
    ana.tab_back_and_enter("button", "Back to where you were")
        .await;
    ana.wait_for_focus("log", "Messages").await;
    ana.wait_for_distance("far up", |px| px > 900.0).await;
}
