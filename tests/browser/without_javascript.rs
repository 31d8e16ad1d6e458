//! The complete use without JavaScript: sign up, log in, add friends, read, send, log out, and the
//! lifecycle of rooms.

use thirtyfour::{By, Key};

use crate::{
    profile::Profile,
    stage::{
        Program,
        database::{change, fill_room},
        number, until,
    },
};

#[tokio::test]
async fn everything_works_without_javascript() {
    let site = Program::start(&["--bcrypt-cost", "4"]).await;
    let (ana, bo) = tokio::join!(
        Profile::without_javascript(&site),
        Profile::without_javascript(&site)
    );
    ana.sign_up("ana").await;
    bo.sign_up("bo").await;

    ana.ask_to_be_friends("bo").await;
    bo.open("/friends/").await;
    bo.press("button", "Accept ana").await;
    bo.press("link", "Message ana").await;
    bo.fill("Message ana", "hello without scripts").await;
    bo.press("button", "Send").await;
    bo.find_text_message("hello without scripts").await;
    assert_eq!(bo.draft().await, "");

    ana.open_conversation("bo").await;
    ana.find_text_message("hello without scripts").await;
    ana.fill("Message bo", "so it works").await;
    ana.press("button", "Send").await;
    ana.find_text_message("so it works").await;
    bo.reload().await;
    bo.find_text_message("so it works").await;
    bo.screenshot("without-javascript").await;

    ana.log_out().await;
    ana.wait_for_text("You are logged out.").await;
    ana.open("/friends/").await;
    ana.wait_for_path("/accounts/login/?next=%2Ffriends%2F")
        .await;
    ana.log_in("ana").await;
    ana.wait_for_path("/friends/").await;
    ana.find("button", "Remove bo").await;
}

#[tokio::test]
async fn a_refused_form_gives_the_text_back_without_javascript() {
    let site = Program::start(&["--bcrypt-cost", "4"]).await;
    let (ana, bo) = tokio::join!(
        Profile::without_javascript(&site),
        Profile::without_javascript(&site)
    );
    ana.meet(&bo, ("ana", "bo")).await;

    ana.paste(&"x".repeat(10_001)).await;
    ana.press("button", "Send").await;

    ana.wait_for_text("Too long by 1 character").await;
    assert_eq!(ana.draft().await.len(), 10_001);
}

impl Profile {
    /// Follows "Message actions" of the message with this text.
    async fn actions_of(&self, text: &str) {
        let message = self.message(text).await;
        let link = message.find(By::Css("a.message-more")).await.unwrap();
        link.click().await.unwrap();
        self.find("heading", "Message actions").await;
    }

    async fn act_on(&self, text: &str, action: &str) {
        self.actions_of(text).await;
        self.press("link", action).await;
    }

    /// Replaces the text of a field.
    async fn overwrite(&self, field: &str, text: &str) {
        self.find("textbox", field).await.clear().await.unwrap();
        self.fill(field, text).await;
    }

    async fn post(&self, text: &str) {
        self.fill("Message Orchard", text).await;
        self.press("button", "Send").await;
        self.find_text_message(text).await;
    }
}

/// Uses links and buttons only. The only address that is opened directly is the invite link, which
/// people paste.
#[tokio::test]
async fn rooms_are_walked_through_without_javascript() {
    let site = Program::start(&["--bcrypt-cost", "4", "--page-len", "10"]).await;
    let (ana, bo) = tokio::join!(
        Profile::without_javascript(&site),
        Profile::without_javascript(&site)
    );
    ana.meet(&bo, ("ana", "bo")).await;
    make_and_join(&ana, &bo).await;
    talk(&ana, &bo).await;
    let database = site.data().join("parlour.sqlite3");
    let query = "SELECT id AS number FROM rooms WHERE name = 'Orchard'";
    let room = number(&database, query);
    fill_room(&database, room, 25);
    page(&ana).await;
    fill_room(&database, room, 48);
    let unread = "UPDATE members SET read_seq = read_seq - 48 WHERE user_id = 1";
    change(&database, unread);
    attend(&ana, &bo).await;
    end(&ana, &bo).await;
}

/// Ana creates an open room and an invite link. Bo uses it, leaves, and joins again without it.
async fn make_and_join(ana: &Profile, bo: &Profile) {
    ana.press("link", "New conversation").await;
    ana.choose_person("radio", "A room").await;
    ana.fill("Name", "Garden").await;
    ana.choose_person("radio", "Open").await;
    ana.press("button", "Start").await;
    ana.wait_for_heading("Garden").await;
    ana.press("link", "Room details").await;
    for (field, choice) in [("Expires after", "1 day"), ("Can be used by", "3 people")] {
        let list = ana.find("combobox", field).await;
        list.send_keys(choice).await.unwrap();
    }
    ana.press("button", "Create link").await;
    ana.find("image", "QR code of the link").await;
    let link = ana.find("textbox", "Link").await;
    let link = link.prop("value").await.unwrap().unwrap();

    bo.open(&link[link.find("/join/").unwrap()..]).await;
    bo.press("button", "Join").await;
    bo.wait_for_text("bo joined with an invite link").await;
    bo.press("link", "Room details").await;
    bo.wait_for_text("2 members").await;
    bo.press("link", "Leave").await;
    bo.press("button", "Leave").await;
    bo.wait_for_text("You left Garden.").await;
    bo.press("link", "New conversation").await;
    bo.press("link", "Find an open room instead").await;
    bo.press("button", "Join Garden").await;
    bo.wait_for_heading("Garden").await;

    ana.reload().await;
    ana.wait_for_text("1 of 3 used").await;
    ana.press("button", "Revoke").await;
    ana.wait_for_text("The link was revoked.").await;
    ana.overwrite("Name", "Orchard").await;
    ana.fill("Topic", "Apples and pears").await;
    ana.press("button", "Save").await;
    ana.wait_for_heading("Orchard").await;
    ana.press("link", "Orchard").await;
    ana.wait_for_text("ana renamed the room to Orchard").await;
}

/// Sends, edits, replies, reacts and deletes, and checks what the other person sees.
async fn talk(ana: &Profile, bo: &Profile) {
    ana.post("helo").await;
    ana.act_on("helo", "Edit").await;
    ana.overwrite("Edit message", "hello").await;
    ana.press("button", "Save").await;
    ana.find_text_message("hello").await;

    bo.press("link", "See new messages").await;
    bo.find_text_message("hello").await;
    bo.press("link", "(edited)").await;
    bo.wait_for_text("helo").await;
    bo.press("link", "Back to Orchard").await;
    bo.act_on("hello", "Reply").await;
    bo.press("button", "Cancel reply").await;
    bo.wait_until_no_text("Reply to").await;
    bo.act_on("hello", "Reply").await;
    bo.wait_for_text("Reply to ana hello").await;
    bo.post("hello to you").await;
    bo.actions_of("hello").await;
    bo.press("button", "👍").await;

    ana.press("link", "See new messages").await;
    ana.press("button", "👍 1").await;
    ana.find("button", "👍 2").await;
    ana.press("link", "ana · hello").await;
    let target = "return document.querySelector(':target .message-text').textContent";
    assert_eq!(ana.ask_page::<String>(target).await, "hello");
    ana.act_on("hello to you", "Copy link").await;
    assert_eq!(ana.ask_page::<String>(target).await, "hello to you");
    ana.act_on("hello", "Delete").await;
    ana.press("button", "Delete").await;
    ana.wait_for_text("The message was deleted.").await;
    bo.press("link", "See new messages").await;
    bo.find_text_message("Message deleted").await;
    bo.wait_for_text("Original message deleted").await;
}

/// Pages back to the beginning of a long room, and forward again.
async fn page(ana: &Profile) {
    ana.press("link", "Orchard").await;
    let newest = ana.messages().await.pop().unwrap();
    for _ in 0..3 {
        let log = ana.find("log", "Messages").await;
        log.send_keys(Key::Home + "").await.unwrap();
        ana.press("link", "Earlier messages").await;
    }
    ana.wait_for_text("ana started this conversation").await;
    assert!(!ana.shows("link", "Earlier messages").await);
    ana.press("link", "Newer messages").await;
    ana.wait_until_no_text("ana started this conversation")
        .await;
    ana.press("link", "Go to the latest messages").await;
    ana.find_text_message(&newest).await;
}

/// Checks the summary of missed messages, unread counts, and notification settings.
async fn attend(ana: &Profile, bo: &Profile) {
    ana.press("link", "Parlour").await;
    ana.press("link", "Orchard, 24 unread").await;
    let missed = ana.driver.find(By::Css("#catch-up summary")).await;
    missed.unwrap().click().await.unwrap();
    ana.wait_for_text("Since you left: 24 messages by 1 person")
        .await;
    // Shown messages are read. The others are on a later page.
    ana.press("link", "Go to the latest messages").await;
    bo.press("link", "See new messages").await;
    bo.post("@ana psst").await;
    ana.press("link", "Parlour").await;
    ana.press("link", "Orchard, 1 unread, mentioned").await;
    ana.press("link", "Catch me up").await;
    ana.wait_for_text("1 mention").await;
    ana.press("link", "bo @ana psst").await;
    ana.find_text_message("@ana psst").await;

    ana.press("link", "Notifications").await;
    ana.choose_person("radio", "Nothing").await;
    ana.press("button", "Save").await;
    ana.wait_for_text("Notifications for Orchard are saved.")
        .await;

    bo.post("once more").await;
    ana.press("link", "Orchard").await;
    ana.act_on("once more", "Message details").await;
    ana.wait_for_text(
        "You were not notified because: notifications for this conversation are set to “Nothing”.",
    )
    .await;
    ana.press("button", "Mark unread from here").await;
    ana.wait_for_text("Marked as unread.").await;
    ana.find("link", "Orchard, 1 unread").await;
    ana.press("button", "Mark all read").await;
    ana.find("link", "Orchard").await;
    ana.press("button", "Undo").await;
    ana.find("link", "Orchard, 1 unread").await;
    ana.press("button", "Mark all read").await;
    ana.find("link", "Orchard").await;

    let menu = ana.driver.find(By::Css("summary[aria-label=Menu]")).await;
    menu.unwrap().click().await.unwrap();
    ana.press("link", "Preferences").await;
    ana.press("checkbox", "Monday").await;
    ana.press("button", "Save quiet hours").await;
    ana.wait_for_text("Your preferences were saved.").await;
    ana.press("link", "Parlour").await;
}

/// Archives the room while Bo writes, schedules its deletion, and cancels that.
async fn end(ana: &Profile, bo: &Profile) {
    bo.fill("Message Orchard", "too late").await;
    ana.press("link", "Orchard").await;
    ana.press("link", "Room details").await;
    ana.press("link", "Archive").await;
    ana.press("button", "Archive").await;
    ana.find("button", "Unarchive").await;

    bo.press("button", "Send").await;
    bo.wait_for_text("This room is archived.").await;
    let kept = bo.find("textbox", "Not sent. You wrote:").await;
    assert_eq!(kept.prop("value").await.unwrap().unwrap(), "too late");
    bo.screenshot("without-javascript-kept").await;
    bo.press("link", "Room details").await;
    bo.press("link", "Leave").await;
    bo.press("button", "Leave").await;
    bo.wait_for_text("You left Orchard.").await;

    ana.press("link", "Delete").await;
    ana.press("button", "Delete").await;
    ana.wait_for_text("This room will be deleted on").await;
    ana.press("button", "Keep the room").await;
    ana.wait_until_no_text("This room will be deleted on").await;
}

#[tokio::test]
async fn a_message_that_is_sent_again_from_the_page_before_is_posted_once() {
    let site = Program::start(&["--bcrypt-cost", "4"]).await;
    let (ana, bo) = tokio::join!(
        Profile::without_javascript(&site),
        Profile::without_javascript(&site)
    );
    ana.meet(&bo, ("ana", "bo")).await;
    ana.fill("Message bo", "once").await;
    ana.press("button", "Send").await;
    ana.find_text_message("once").await;

    ana.driver.back().await.unwrap();
    ana.wait_for_path("/rooms/1/").await;
    let typed = ana.draft().await;
    ana.fill("Message bo", if typed.is_empty() { "once" } else { "" })
        .await;
    ana.press("button", "Send").await;
    ana.wait_for_text("You have just sent this.").await;
    assert_eq!(ana.draft().await, "once", "what was typed is there");
    assert_eq!(ana.messages().await, ["once"]);

    // Who means it sends it again.
    ana.press("button", "Send").await;
    ana.wait_for_path("/rooms/1/").await;
    assert_eq!(ana.messages().await, ["once", "once"]);
    ana.fill("Message bo", "something else").await;
    ana.press("button", "Send").await;
    ana.find_text_message("something else").await;
}

#[tokio::test]
async fn back_from_the_log_in_of_a_session_that_ended_loses_no_text() {
    let site = Program::start(&["--bcrypt-cost", "4"]).await;
    let (ana, bo) = tokio::join!(
        Profile::without_javascript(&site),
        Profile::without_javascript(&site)
    );
    ana.meet(&bo, ("ana", "bo")).await;
    ana.fill("Message bo", "an hour & a half").await;
    change(&site.database(), "DELETE FROM sessions WHERE user_id = 1");
    ana.press("button", "Send").await;
    ana.wait_for_text("You were logged out before this was sent.")
        .await;

    ana.driver.back().await.unwrap();
    ana.wait_for_path("/rooms/1/").await;
    assert_eq!(ana.draft().await, "an hour & a half");
    // The page is that of the session that has ended, and sending it again leads on.
    ana.press("button", "Send").await;
    ana.wait_for_text("You were logged out before this was sent.")
        .await;
    ana.log_in("ana").await;
    until("the room", async || {
        (ana.path().await.starts_with("/rooms/1/")).then_some(())
    })
    .await;
    assert_eq!(ana.draft().await, "an hour & a half");
    ana.press("button", "Send").await;
    ana.find_text_message("an hour & a half").await;
    assert_eq!(ana.messages().await, ["an hour & a half"]);
}
