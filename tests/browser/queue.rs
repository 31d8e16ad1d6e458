//! The queue of unsent messages in the browser: tabs share it, and it is never discarded without a
//! question.

use crate::{
    profile::Profile,
    stage::{Program, number, until},
};

#[tokio::test]
async fn two_tabs_of_one_browser_send_what_waited_once_and_both_show_it_once() {
    let site = Program::start(&["--bcrypt-cost", "4"]).await;
    let (ana, bo) = tokio::join!(Profile::start(&site), Profile::start(&site));
    ana.meet(&bo, ("ana", "bo")).await;
    let room = ana.path().await;
    ana.open_tab(&room).await;
    ana.find("log", "Messages").await;

    ana.wire.cut();
    ana.say("from the second tab").await;
    ana.show_tab(0).await;
    ana.say("from the first tab").await;
    ana.wire.mend();

    until("both at bo", async || {
        (bo.messages().await.len() == 2).then_some(())
    })
    .await;
    let order = bo.messages().await;
    ana.wait_for_messages(&order).await;
    ana.show_tab(1).await;
    ana.wait_for_messages(&order).await;
    let query = "SELECT count(*) AS number FROM messages";
    assert_eq!(number(&site.data().join("parlour.sqlite3"), query), 2);
}

#[tokio::test]
async fn logging_out_asks_before_it_throws_away_what_was_not_sent() {
    let site = Program::start(&["--bcrypt-cost", "4"]).await;
    let (ana, bo) = tokio::join!(Profile::start(&site), Profile::start(&site));
    ana.meet(&bo, ("ana", "bo")).await;
    ana.paste("half a thought").await;

    ana.log_out().await;
    ana.find("dialog", "Some of your messages are not sent")
        .await;
    ana.press("button", "Stay logged in").await;
    ana.wait_gone("dialog", "Some of your messages are not sent")
        .await;
    assert_eq!(ana.draft().await, "half a thought");

    ana.log_out().await;
    ana.press("button", "Log out and delete them").await;
    ana.wait_for_text("You are logged out.").await;
    let left: Vec<String> = ana.ask_page("return Object.keys(localStorage)").await;
    assert_eq!(left, [""; 0], "nothing of the person stays");
}
