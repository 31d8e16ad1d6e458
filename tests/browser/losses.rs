//! No message is lost or duplicated when the server dies, the network fails, or the tab is closed.

use crate::{
    profile::Profile,
    stage::{Program, number, until},
};

#[tokio::test]
async fn a_server_killed_between_send_and_answer_leaves_one_copy_on_both_pages() {
    let mut site = Program::start(&["--bcrypt-cost", "4"]).await;
    let (ana, bo) = tokio::join!(Profile::start(&site), Profile::start(&site));
    ana.meet(&bo, ("ana", "bo")).await;
    ana.say("before").await;
    bo.wait_for_messages(&["before".to_owned()]).await;
    ana.mark_page().await;
    bo.mark_page().await;

    ana.wire.hold_answers();
    bo.wire.hold_answers();
    ana.say("stored, but the answer is lost").await;
    until("the message in the database", async || {
        (stored(&site) == 2).then_some(())
    })
    .await;
    assert_eq!(ana.unsent().await, 1);
    site.kill().await;
    ana.wire.cut();
    bo.wire.cut();
    ana.say("written while the server was dead").await;
    site.start_again().await;
    ana.wire.mend();
    bo.wire.mend();

    let all = [
        "before",
        "stored, but the answer is lost",
        "written while the server was dead",
    ];
    let all = all.map(str::to_owned);
    ana.wait_for_messages(&all).await;
    bo.wait_for_messages(&all).await;
    assert_eq!(stored(&site), 3);
    for person in [&ana, &bo] {
        assert!(person.is_marked_page().await, "nobody had to reload");
        assert!(
            person.path().await.starts_with("/rooms/"),
            "nobody had to log in"
        );
    }
}

#[tokio::test]
async fn three_messages_written_offline_arrive_once_after_the_tab_was_closed() {
    let site = Program::start(&["--bcrypt-cost", "4"]).await;
    let (ana, bo) = tokio::join!(Profile::start(&site), Profile::start(&site));
    ana.meet(&bo, ("ana", "bo")).await;
    let room = ana.path().await;

    ana.wire.cut();
    for text in ["one", "two", "three"] {
        ana.say(text).await;
    }
    assert_eq!(ana.messages().await, ["one", "two", "three"]);
    assert_eq!(ana.unsent().await, 3);
    ana.find_status("Reconnecting…").await;
    ana.screenshot("offline").await;
    ana.close_tab().await;
    assert_eq!(stored(&site), 0);
    ana.wire.mend();
    ana.open(&room).await;

    let three = ["one", "two", "three"].map(str::to_owned);
    ana.wait_for_messages(&three).await;
    bo.wait_for_messages(&three).await;
    assert_eq!(stored(&site), 3);
}

#[tokio::test]
async fn what_the_other_wrote_in_the_meantime_is_there_after_coming_back() {
    let site = Program::start(&["--bcrypt-cost", "4"]).await;
    let (ana, bo) = tokio::join!(Profile::start(&site), Profile::start(&site));
    ana.meet(&bo, ("ana", "bo")).await;
    bo.mark_page().await;

    bo.wire.cut();
    for text in ["you", "missed", "these"] {
        ana.say(text).await;
    }
    ana.wait_for_messages(&["you", "missed", "these"].map(str::to_owned))
        .await;
    bo.paste("a draft").await;
    bo.wire.mend();

    bo.wait_for_messages(&["you", "missed", "these"].map(str::to_owned))
        .await;
    assert!(bo.is_marked_page().await);
    assert_eq!(bo.draft().await, "a draft");
}

#[tokio::test]
async fn a_message_that_is_refused_says_why_and_can_be_deleted() {
    let site = Program::start(&["--bcrypt-cost", "4"]).await;
    let (ana, bo) = tokio::join!(Profile::start(&site), Profile::start(&site));
    ana.meet(&bo, ("ana", "bo")).await;

    ana.wire.cut();
    ana.say("are you there?").await;
    bo.open("/friends/").await;
    bo.press("button", "Remove ana").await;
    bo.wait_for_text("Remove this friend?").await;
    bo.press("button", "Remove ana").await;
    bo.wait_gone("button", "Remove ana").await;
    ana.wire.mend();

    ana.wait_for_text("bo is not receiving messages from you")
        .await;
    ana.find("button", "Retry").await;
    ana.wait_for_text("no one can send messages in it").await;
    // Without a box there is nothing to move it to.
    assert!(!ana.shows("button", "Move to the message box").await);
    ana.screenshot("refused").await;
    ana.press("button", "Delete").await;
    until("the message to go", async || {
        ana.messages().await.is_empty().then_some(())
    })
    .await;
    assert_eq!(stored(&site), 0);
}

/// The page is older than the limit of the server, so that only the server refuses.
#[tokio::test]
async fn a_new_message_that_is_refused_goes_back_into_the_box() {
    let mut site = Program::start(&["--bcrypt-cost", "4"]).await;
    let (ana, bo) = tokio::join!(Profile::start(&site), Profile::start(&site));
    ana.meet(&bo, ("ana", "bo")).await;
    bo.say("what is it?").await;
    ana.wait_for_count(1).await;
    ana.mark_page().await;
    site.kill().await;
    site.arguments
        .extend(["--message-chars", "100"].map(str::to_owned));
    site.start_again().await;

    ana.choose("what is it?", "Reply").await;
    let long = format!("a list:\n2. {}\n5. **e** \u{5e9}", "word ".repeat(25));
    ana.paste(&long).await;
    ana.press_enter().await;
    ana.wait_for_text("Too long by").await;
    assert_eq!(ana.draft().await, "");
    ana.paste("the next thought").await;
    ana.press("button", "Move to the message box").await;

    assert_eq!(ana.draft().await, format!("{long}\nthe next thought"));
    assert_eq!(ana.messages().await, ["what is it?"], "it left the log");
    ana.wait_for("#replying:not([hidden])", true).await;
    ana.wait_for_text("Reply to bo").await;
    ana.reload().await;
    assert_eq!(ana.draft().await, format!("{long}\nthe next thought"));
    assert_eq!(ana.messages().await, ["what is it?"]);
    ana.find("textbox", "Message bo")
        .await
        .clear()
        .await
        .unwrap();
    ana.say("in short").await;
    for person in [&ana, &bo] {
        person
            .wait_for_messages(&["what is it?", "in short"].map(str::to_owned))
            .await;
        person.find("link", "bo · what is it?").await;
    }
    assert_eq!(stored(&site), 2);
}

fn stored(site: &Program) -> i64 {
    number(
        &site.data().join("parlour.sqlite3"),
        "SELECT count(*) AS number FROM messages",
    )
}
