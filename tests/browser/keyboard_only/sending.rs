//! Sending, and what happens to a message that waits or is refused, with the keyboard only.

use thirtyfour::Key;

use crate::{profile::Profile, stage::Program};

#[tokio::test]
async fn messages_are_sent_taken_back_retried_and_discarded() {
    let site = Program::start(&["--bcrypt-cost", "4"]).await;
    let (ana, bo) = tokio::join!(Profile::start(&site), Profile::start(&site));
    ana.meet(&bo, ("ana", "bo")).await;

    ana.wait_for_room("bo").await;
    ana.strike("one".to_owned() + Key::Enter).await;
    ana.strike("two").await;
    ana.chord(&[Key::Shift], Key::Enter.value()).await;
    ana.strike("lines").await;
    assert_eq!(ana.draft().await, "two\nlines");
    ana.tab_and_enter("button", "Send").await;
    ana.wait_for_room("bo").await;
    let said = ["one", "twolines"].map(str::to_owned);
    bo.wait_for_messages(&said).await;

    ana.wire.cut();
    ana.find_status("Reconnecting").await;
    ana.strike("three".to_owned() + Key::Enter).await;
    ana.find("button", "Cancel").await;
    ana.tab_back_and_enter("button", "Cancel").await;
    ana.wait_for_room("bo").await;
    assert_eq!(ana.draft().await, "three");
    ana.enter().await;
    ana.find("button", "Cancel").await;

    bo.open("/friends/").await;
    bo.press("button", "Remove ana").await;
    bo.press("button", "Remove ana").await;
    ana.wire.mend();
    ana.find("button", "Retry").await;
    // The box disappeared while it had the focus.
    ana.wait_for_focus("link", "Add Friends").await;
    ana.tab_back_and_enter("button", "Retry").await;
    ana.wait_for_focus("article", "ana three…").await;
    ana.find("button", "Retry").await;
    ana.tab_and_enter("button", "Delete").await;
    ana.wait_for_focus("log", "Messages").await;
    ana.wait_until_no_text("three").await;
}
