//! The card of a person in a dialog, with the keyboard and without scripts.

use thirtyfour::{By, Key};

use crate::{profile::Profile, stage::Program, stage::until};

impl Profile {
    async fn wait_for_card(&self, name: &str) {
        until(&format!("the card of {name}"), async || {
            let heading = self.driver.find(By::Css("dialog[open] h1")).await.ok()?;
            (heading.text().await.ok()? == name).then_some(())
        })
        .await;
    }

    /// Presses the name of the author of the first message.
    async fn press_author(&self) {
        let author = self.driver.find(By::Css("a.message-author")).await;
        author.unwrap().click().await.unwrap();
    }

    async fn wait_for_no_card(&self) {
        until("the card to close", async || {
            let open = "return document.querySelector('dialog[open]') === null";
            self.ask_page::<bool>(open).await.then_some(())
        })
        .await;
    }
}

#[tokio::test]
async fn a_name_opens_a_card_and_escape_leads_back() {
    let site = Program::start(&["--bcrypt-cost", "4"]).await;
    let (ana, bo) = tokio::join!(Profile::start(&site), Profile::start(&site));
    ana.meet(&bo, ("ana", "bo")).await;
    let tea = ana.make_room("Closed", "Tea", &["bo"]).await;
    bo.open(&tea).await;
    bo.say("soup for @ana?").await;
    ana.open(&tea).await;
    ana.find_text_message("soup for @ana?").await;
    ana.fill("Message Tea", "half a text").await;
    ana.mark_page().await;

    ana.press_author().await;
    ana.wait_for_card("bo").await;
    ana.find("link", "Message bo").await;
    ana.find("link", "Tea").await;
    assert_eq!(ana.violations().await, Vec::<String>::new());
    ana.screenshot("card").await;
    ana.prefer("dark").await;
    ana.use_screen(320, 640).await;
    ana.screenshot("card-phone-dark").await;
    assert!(!ana.scrolls_sideways().await);
    ana.keys(Key::Escape + "").await;
    ana.wait_for_no_card().await;
    let focused = "return document.activeElement.className";
    assert_eq!(ana.ask_page::<String>(focused).await, "message-author");

    // A mention opens the card of the person, and Enter does what a press does.
    ana.press("link", "@ana").await;
    ana.wait_for_card("ana").await;
    ana.find("link", "Edit profile").await;
    ana.press("button", "Close").await;
    ana.wait_for_no_card().await;
    assert!(ana.is_marked_page().await);

    // Another room opens behind the dialog, without a page load.
    ana.use_screen(1280, 800).await;
    ana.keys(Key::Escape + "").await;
    ana.press_author().await;
    ana.wait_for_card("bo").await;
    ana.press("link", "Message bo").await;
    ana.wait_for_path("/rooms/1/").await;
}

#[tokio::test]
async fn without_scripts_the_card_is_a_page() {
    let site = Program::start(&["--bcrypt-cost", "4"]).await;
    let (ana, bo) = tokio::join!(Profile::start(&site), Profile::start(&site));
    ana.meet(&bo, ("ana", "bo")).await;
    ana.say("hello").await;
    let plain = Profile::without_javascript(&site).await;
    plain.open("/rooms/1/").await;
    plain.log_in("bo").await;
    plain.press_author().await;
    plain.wait_for_path("/people/1/").await;
    plain.press("button", "Mute").await;
    plain.find("button", "Unmute").await;
    plain.press("link", "Message ana").await;
    plain.wait_for_path("/rooms/1/").await;
}
