//! Pinned messages: by the menu and by a key, seen live by the other person, listed on their page
//! and beside the conversation, followed, unpinned; the same without scripts.

use thirtyfour::By;

use crate::{
    profile::Profile,
    stage::{Program, until},
};

impl Profile {
    /// Waits until the messages with these texts, and no others, have the mark.
    async fn wait_for_pinned(&self, expected: &[&str]) {
        until(&format!("the pinned messages {expected:?}"), async || {
            let pinned: Vec<String> = self
                .ask_page(
                    "return Array.from(document.querySelectorAll('article:has(.pinned) .message-text'),
                         text => text.textContent.trim())",
                )
                .await;
            (pinned == expected).then_some(())
        })
        .await;
    }

    /// Returns the texts of the list of pinned messages.
    async fn wait_for_list(&self, expected: &[&str]) {
        until(&format!("the list {expected:?}"), async || {
            let listed: Vec<String> = self
                .ask_page(
                    "return Array.from(document.querySelectorAll('.pin-text'), text => text.textContent)",
                )
                .await;
            (listed == expected).then_some(())
        })
        .await;
    }
}

async fn fits_every_screen(bo: &Profile, room: &str, pins: &str) {
    bo.expect_accessible(&[room, pins]).await;
    bo.use_screen(320, 640).await;
    bo.expect_accessible(&[room, pins]).await;
    assert!(!bo.scrolls_sideways().await);
    bo.open(room).await;
    assert!(!bo.scrolls_sideways().await);
    assert!(
        !bo.driver
            .find(By::Css(".head-pins"))
            .await
            .unwrap()
            .is_displayed()
            .await
            .unwrap(),
        "the name of the room gives way to no button"
    );
}

#[tokio::test]
async fn a_pin_is_seen_live_listed_followed_and_taken_away() {
    let site = Program::start(&["--bcrypt-cost", "4"]).await;
    let (ana, bo) = tokio::join!(Profile::start(&site), Profile::start(&site));
    ana.meet(&bo, ("ana", "bo")).await;
    let room = ana.make_room("Closed", "Tea", &["bo"]).await;
    for text in ["we meet at ten", "bring gloves", "see you"] {
        ana.say(text).await;
    }
    bo.open(&room).await;
    bo.wait_for_count(3).await;

    ana.choose("we meet at ten", "Pin message").await;
    ana.wait_for_pinned(&["we meet at ten"]).await;
    bo.wait_for_pinned(&["we meet at ten"]).await;
    bo.find("link", "Pinned by ana").await;
    bo.find("link", "ana pinned a message").await;
    bo.find("link", "1 pinned message").await;

    // The key pins, and takes back what it pinned.
    let message = bo.message("see you").await;
    message.click().await.unwrap();
    let focus = "document.activeElement.closest('article')?.focus(); return null";
    let () = bo.ask_page(focus).await;
    let () = bo
        .ask_page("[...document.querySelectorAll('article.message')].at(-1).focus(); return null")
        .await;
    bo.keys("p").await;
    ana.wait_for_pinned(&["we meet at ten", "see you"]).await;
    ana.find("link", "2 pinned messages").await;
    bo.screenshot("pins-room").await;

    // Beside the conversation, on a wide window: the list follows, and its links scroll the log.
    ana.press("link", "Room details").await;
    ana.wait_for_list(&["see you", "we meet at ten"]).await;
    bo.choose("see you", "Unpin message").await;
    ana.wait_for_list(&["we meet at ten"]).await;
    ana.wait_for_pinned(&["we meet at ten"]).await;
    ana.find("link", "1 pinned message").await;

    // The page of pins, live as well.
    bo.press("link", "1 pinned message").await;
    bo.find("heading", "Pinned messages").await;
    bo.wait_for_list(&["we meet at ten"]).await;
    ana.choose("bring gloves", "Pin message").await;
    bo.wait_for_list(&["bring gloves", "we meet at ten"]).await;
    bo.screenshot("pins-page").await;
    let pins = format!("{room}pins/");
    fits_every_screen(&bo, &room, &pins).await;
    bo.use_screen(1280, 800).await;
    bo.open(&pins).await;
    bo.driver.find_all(By::Css(".pin-actions a")).await.unwrap()[1]
        .click()
        .await
        .unwrap();
    bo.find("log", "Messages").await;
    bo.find_text_message("we meet at ten").await;
    assert!(bo.path().await.contains("/messages/"));
    bo.open(&pins).await;
    until("unpinning by the form", async || {
        let buttons = bo.driver.find_all(By::Css(".pin form button")).await.ok()?;
        buttons.first()?.click().await.ok()
    })
    .await;
    bo.wait_for_text("The message is no longer pinned.").await;
    bo.wait_for_list(&["we meet at ten"]).await;
    ana.wait_for_pinned(&["we meet at ten"]).await;
}

#[tokio::test]
async fn pins_work_without_javascript() {
    let site = Program::start(&["--bcrypt-cost", "4"]).await;
    let (ana, bo) = tokio::join!(
        Profile::without_javascript(&site),
        Profile::without_javascript(&site)
    );
    ana.meet(&bo, ("ana", "bo")).await;
    ana.fill("Message bo", "we meet at ten").await;
    ana.press("button", "Send").await;
    ana.press("link", "Message actions").await;
    ana.press("button", "Pin message").await;
    ana.wait_for_text("The message is pinned.").await;
    ana.find("link", "Pinned by ana").await;

    bo.open_conversation("ana").await;
    bo.press("link", "1 pinned message").await;
    bo.find("heading", "Pinned messages").await;
    bo.press("link", "Show in conversation").await;
    bo.find_text_message("we meet at ten").await;
    bo.press("link", "Pinned by ana").await;
    bo.press("button", "Unpin message from ana").await;
    bo.wait_for_text("The message is no longer pinned.").await;
    bo.wait_for_text("No messages are pinned here.").await;
}
