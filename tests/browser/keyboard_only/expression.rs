//! Actions on messages, with the keyboard only.

use thirtyfour::Key;

use crate::{profile::Profile, stage::Program};

#[tokio::test]
async fn messages_are_edited_answered_reacted_to_and_deleted() {
    let site = Program::start(&["--bcrypt-cost", "4"]).await;
    let (ana, bo) = tokio::join!(Profile::start(&site), Profile::start(&site));
    ana.meet(&bo, ("ana", "bo")).await;
    ana.wait_for_room("bo").await;
    ana.strike("helo".to_owned() + Key::Enter).await;
    ana.wait_for_count(1).await;
    edit(&ana, &bo).await;
    react(&ana, &bo).await;
    answer(&ana, &bo).await;
    delete(&ana, &bo).await;
}

async fn edit(ana: &Profile, bo: &Profile) {
    ana.strike(Key::Up + "").await;
    ana.wait_for_focus("textbox", "Edit message").await;
    ana.strike(Key::Escape + "").await;
    ana.wait_for_room("bo").await;
    // Open the edit with the menu, and cancel it with its button.
    ana.enter_log().await;
    ana.wait_for_focus("article", "ana helo…").await;
    ana.enter().await;
    ana.wait_for_focus("menuitem", "Reply").await;
    ana.strike(Key::Escape + "").await;
    ana.wait_for_focus("article", "ana helo…").await;
    ana.tab_and_enter("button", "Message actions").await;
    ana.wait_for_focus("menuitem", "Reply").await;
    ana.strike(Key::Escape + "").await;
    ana.wait_for_focus("button", "Message actions").await;
    ana.enter().await;
    ana.wait_for_focus("menuitem", "Reply").await;
    ana.strike("e").await;
    ana.wait_for_focus("menuitem", "Edit").await;
    ana.enter().await;
    ana.wait_for_focus("textbox", "Edit message").await;
    ana.tab_and_enter("button", "Cancel").await;
    ana.wait_for_room("bo").await;

    ana.enter_log().await;
    ana.strike("e").await;
    ana.wait_for_focus("textbox", "Edit message").await;
    ana.chord(&[Key::Control], 'a').await;
    ana.strike("hello").await;
    ana.tab_and_enter("button", "Save").await;
    ana.wait_for_room("bo").await;
    bo.find_text_message("hello").await;
    bo.wait_for_room("ana").await;
    bo.enter_log().await;
    bo.wait_for_focus("article", "ana hello…").await;
    bo.tab_and_enter("link", "(edited)").await;
    bo.wait_for_text("helo").await;
    bo.tab_and_enter("link", "Back to ana").await;
    bo.wait_for_room("ana").await;
}

async fn react(ana: &Profile, bo: &Profile) {
    bo.enter_log().await;
    bo.strike("+").await;
    bo.wait_for_focus("button", "thumbs up").await;
    bo.strike(Key::Escape + "").await;
    bo.wait_for_focus("article", "ana hello…").await;
    bo.strike("+").await;
    bo.tab_to("searchbox", "Search emoji").await;
    bo.strike("seedl").await;
    bo.find("button", "seedling").await;
    bo.strike(Key::Down + "").await;
    bo.wait_for_focus("button", "seedling").await;
    bo.enter().await;
    bo.wait_for_focus("article", "ana hello…").await;
    ana.wait_for_chips(&["🌱 1"]).await;
    bo.wait_for_chips(&["🌱 1 mine"]).await;
    ana.enter_log().await;
    ana.tab_to("button", "🌱 1…").await;
    ana.strike(Key::Space + "").await;
    ana.wait_for_focus("button", "🌱 2…").await;
    bo.wait_for_chips(&["🌱 2 mine"]).await;
    bo.tab_and_enter("button", "🌱 2…").await;
    ana.wait_for_chips(&["🌱 1 mine"]).await;
    ana.enter().await;
    ana.wait_for_focus("article", "ana hello…").await;
    bo.wait_for_chips(&[]).await;
    bo.wait_for_focus("article", "ana hello…").await;
}

async fn answer(ana: &Profile, bo: &Profile) {
    bo.strike("r").await;
    bo.wait_for_room("ana").await;
    bo.wait_for_text("Reply to ana hello").await;
    bo.tab_back_to("button", "Cancel reply").await;
    bo.strike(Key::Space + "").await;
    bo.wait_for_room("ana").await;
    bo.wait_until_no_text("Reply to").await;
    bo.enter_log().await;
    bo.strike("r").await;
    bo.wait_for_text("Reply to ana hello").await;
    bo.strike("for you, @a").await;
    bo.find("option", "ana").await;
    bo.enter().await;
    bo.wait_for_room("ana").await;
    assert_eq!(bo.draft().await, "for you, @ana ");
    bo.enter().await;
    ana.find_text_message("for you, @ana").await;

    // The quote links to the original message, and Back returns to the reply.
    ana.strike(Key::Down + "").await;
    ana.wait_for_focus("article", "bo for you, @ana…").await;
    ana.strike("c").await;
    ana.wait_for_focus("article", "bo for you, @ana…").await;
    ana.tab_and_enter("link", "ana · hello").await;
    ana.wait_for_focus("article", "ana hello…").await;
    ana.driver.back().await.unwrap();
    ana.find("link", "ana · hello").await;
    assert_ne!(ana.focus().await.0, "", "after Back");
}

async fn delete(ana: &Profile, bo: &Profile) {
    ana.strike(Key::Escape + "").await;
    ana.wait_for_room("bo").await;
    ana.strike("mistake".to_owned() + Key::Enter).await;
    bo.find_text_message("mistake").await;
    ana.wait_for_count(3).await;
    ana.enter_log().await;
    ana.wait_for_focus("article", "ana mistake…").await;
    ana.strike(Key::Delete + "").await;
    ana.wait_for_focus("button", "Cancel").await;
    ana.enter().await;
    ana.wait_for_focus("article", "ana mistake…").await;
    ana.strike(Key::Delete + "").await;
    ana.tab_and_enter("button", "Delete").await;
    ana.wait_for_focus("article", "ana mistake…").await;
    ana.tab_and_enter("button", "Undo").await;
    ana.wait_for_focus("article", "ana mistake…").await;
    ana.strike(Key::Delete + "").await;
    ana.wait_for_focus("button", "Cancel").await;
    ana.strike(Key::Escape + "").await;
    ana.wait_for_focus("article", "ana mistake…").await;
    ana.strike(Key::Delete + "").await;
    ana.tab_and_enter("button", "Delete").await;
    ana.tab_to("button", "Undo").await;
    // The Undo button disappears when its time is over.
    ana.wait_for_focus("article", "ana Message deleted…").await;
    bo.find_text_message("Message deleted").await;
}
