//! The dialog that schedules a message, the line above the box, and taking the text back.

use crate::{
    profile::Profile,
    stage::{Program, number},
};

impl Profile {
    /// Chooses a preset in the dialog with this name.
    pub(crate) async fn choose_tomorrow(&self, dialog: &str) {
        self.find("dialog", dialog).await;
        let tomorrow = self.find_beginning("button", "Tomorrow, ").await;
        tomorrow.click().await.unwrap();
        self.wait_gone("dialog", dialog).await;
    }
}

#[tokio::test]
async fn a_message_is_scheduled_in_a_dialog_and_taken_back_into_the_box() {
    let site = Program::start(&["--bcrypt-cost", "4"]).await;
    let ana = Profile::start(&site).await;
    ana.join("ana").await;
    ana.make_room("Closed", "Tea", &[]).await;
    ana.say("who is awake?").await;
    ana.wait_for_count(1).await;
    ana.choose("who is awake?", "Reply").await;
    ana.mark_page().await;

    ana.fill("Message Tea", "good morning").await;
    ana.press("button", "Send later").await;
    ana.find("dialog", "Send later").await;
    ana.screenshot("later-dialog").await;
    ana.press("button", "Choose this time").await;
    ana.wait_for_text("Choose a date and a time.").await;
    ana.press("button", "Cancel").await;
    ana.wait_gone("dialog", "Send later").await;
    assert_eq!(ana.draft().await, "good morning", "nothing is lost");

    ana.press("button", "Send later").await;
    ana.choose_tomorrow("Send later").await;
    ana.find("link", "1 message scheduled").await;
    ana.wait_for_text("The message will be sent on").await;
    assert_eq!(ana.draft().await, "");
    ana.wait_for("#replying[hidden]", true).await;
    let replies = "SELECT count(reply_to) AS number FROM scheduled_messages";
    let database = site.data().join("parlour.sqlite3");
    assert_eq!(number(&database, replies), 1, "the reply goes with it");
    assert!(ana.is_marked_page().await, "without a reload");
    ana.use_screen(320, 640).await;
    assert!(!ana.scrolls_sideways().await);
    ana.screenshot("later-line-phone").await;

    ana.press("link", "1 message scheduled").await;
    ana.find("heading", "Scheduled messages").await;
    ana.wait_for_text("good morning").await;
    assert!(!ana.scrolls_sideways().await);
    ana.screenshot("later-list-phone").await;
    ana.press("button", "Edit").await;
    ana.find("textbox", "Message Tea").await;
    assert_eq!(ana.draft().await, "good morning");
    assert!(!ana.shows("link", "1 message scheduled").await);
}

#[tokio::test]
async fn without_scripts_the_form_is_a_page() {
    let site = Program::start(&["--bcrypt-cost", "4"]).await;
    let ana = Profile::without_javascript(&site).await;
    ana.join("ana").await;
    ana.make_room("Closed", "Tea", &[]).await;
    ana.fill("Message Tea", "good morning").await;
    ana.press("button", "Send later").await;
    ana.find("heading", "Send later").await;
    ana.screenshot("later-form").await;
    ana.press("button", "Tomorrow, 09:00").await;
    ana.find("link", "1 message scheduled").await;
}
