//! Display names in the browser: a new name is shown without a reload, and names are completed.

use thirtyfour::{By, Key};

use crate::{profile::Profile, stage::Program, stage::until};

impl Profile {
    /// Saves the profile with this display name.
    async fn call_me(&self, name: &str) {
        self.open("/accounts/profile/").await;
        let field = self.find("textbox", "Display name").await;
        field.clear().await.unwrap();
        field.send_keys(name).await.unwrap();
        self.press("button", "Save").await;
        self.wait_for_text("Your profile is saved.").await;
    }

    async fn wait_for_part(&self, part: &str, text: &str) {
        until(&format!("'{text}' in {part}"), async || {
            let shown = self.driver.find(By::Css(part)).await.ok()?;
            (shown.text().await.ok()? == text).then_some(())
        })
        .await;
    }
}

#[tokio::test]
async fn a_new_name_is_shown_without_a_reload_and_mentions_use_the_user_name() {
    let site = Program::start(&["--bcrypt-cost", "4"]).await;
    let (ana, bo) = tokio::join!(Profile::start(&site), Profile::start(&site));
    ana.meet(&bo, ("ana", "bo")).await;
    let tea = ana.make_room("Closed", "Tea", &["bo"]).await;
    bo.open(&tea).await;
    bo.say("an old message").await;
    ana.open(&tea).await;
    ana.find_text_message("an old message").await;
    ana.fill("Message Tea", "half a ").await;
    ana.mark_page().await;

    bo.call_me("Bo Lindqvist").await;

    ana.wait_for_part(".message-author", "Bo Lindqvist").await;
    ana.wait_for_part(".last-line", "Bo Lindqvist: an old message")
        .await;
    ana.find("link", "Bo Lindqvist").await;
    let avatar = "return document.querySelector('article > .avatar').dataset.initials";
    assert_eq!(ana.ask_page::<String>(avatar).await, "BL");
    // By a part of the display name, which is found and not inserted.
    ana.fill("Message Tea", "@lind").await;
    ana.wait_for_part("#names [role=option]", "Bo Lindqvist @bo")
        .await;
    ana.screenshot("names").await;
    ana.keys(Key::Enter + "hi").await;
    ana.press_enter().await;
    ana.find_text_message("half a @bo hi").await;
    assert!(ana.is_marked_page().await, "without a reload");
    bo.open(&tea).await;
    bo.find_text_message("half a @bo hi").await;
    bo.wait_for_part(".me-name", "Bo Lindqvist").await;
    bo.screenshot("names-own").await;
}

#[tokio::test]
async fn a_name_that_changed_during_an_interruption_is_shown_afterwards() {
    let site = Program::start(&["--bcrypt-cost", "4"]).await;
    let (ana, bo) = tokio::join!(Profile::start(&site), Profile::start(&site));
    ana.meet(&bo, ("ana", "bo")).await;
    bo.open("/rooms/1/").await;
    bo.say("an old message").await;
    ana.open("/rooms/1/").await;
    ana.find_text_message("an old message").await;
    ana.mark_page().await;
    ana.wire.cut();
    ana.find_status("Reconnecting…").await;

    bo.call_me("Bo Lindqvist").await;
    ana.wire.mend();

    ana.wait_for_part(".message-author", "Bo Lindqvist").await;
    ana.wait_for_part("h1", "Bo Lindqvist").await;
    ana.find("textbox", "Message Bo Lindqvist").await;
    assert!(ana.is_marked_page().await, "without a reload");
}

#[tokio::test]
async fn a_status_comes_and_ends_without_a_reload() {
    let site = Program::start(&["--bcrypt-cost", "4"]).await;
    let (ana, bo) = tokio::join!(Profile::start(&site), Profile::start(&site));
    ana.meet(&bo, ("ana", "bo")).await;
    ana.open("/rooms/1/").await;
    ana.find("textbox", "Message bo").await;
    ana.mark_page().await;

    bo.open("/accounts/profile/").await;
    // The driver cannot type emoji.
    bo.ask_page::<()>("document.getElementById('emoji').value = '🌴'")
        .await;
    bo.fill("What is going on?", "on holiday").await;
    bo.ask_page::<()>("document.getElementById('ends').value = 'hour'")
        .await;
    bo.press("button", "Set status").await;
    bo.wait_for_text("Your status is set.").await;

    ana.wait_for_part("#room-head .status", "🌴 on holiday")
        .await;
    ana.screenshot("status").await;
    // As if the hour were nearly over.
    ana.ask_page::<()>(
        "for (const one of document.querySelectorAll('[data-until]')) one.dataset.until = Date.now() + 300;
         document.dispatchEvent(new CustomEvent('parlour:swapped', { detail: document.body }))",
    )
    .await;
    until("the end of the status", async || {
        let left = "return document.querySelectorAll('[data-until]').length";
        (ana.ask_page::<i64>(left).await == 0).then_some(())
    })
    .await;
    assert!(ana.is_marked_page().await, "without a reload");
}
