//! Actions on messages (edit, delete, reply, react), each seen live on two screens, after a
//! reconnect, with the keyboard only, and without scripts. Text in the box is never lost.

use thirtyfour::{By, Key, WebElement, extensions::query::ElementQueryable};

use crate::{
    profile::Profile,
    stage::{
        Program,
        database::{change, fill_room},
        number, until,
    },
};

impl Profile {
    /// Starts two people in their conversation, in which `ana` has posted `text`.
    async fn two(site: &Program, text: &str) -> (Self, Self) {
        let (ana, bo) = tokio::join!(Self::start(site), Self::start(site));
        ana.meet(&bo, ("ana", "bo")).await;
        ana.say(text).await;
        bo.wait_for_count(1).await;
        ana.wait_for_count(1).await;
        (ana, bo)
    }

    /// Returns the message with this text.
    pub(crate) async fn message(&self, text: &str) -> WebElement {
        until(&format!("the message '{text}'"), async || {
            let all = self
                .driver
                .find_all(By::Css("[role=log] article"))
                .await
                .ok()?;
            for message in all {
                let part = message.find(By::Css(".message-text")).await.ok()?;
                if part.text().await.ok()? == text {
                    return Some(message);
                }
            }
            None
        })
        .await
    }

    /// Opens the menu of a message with the mouse, and chooses an action.
    pub(crate) async fn choose(&self, text: &str, action: &str) {
        // Retry, because a message that changes meanwhile becomes another element.
        until(&format!("the menu of '{text}'"), async || {
            let message = self.message(text).await;
            let pointer = self.driver.action_chain().move_to_element_center(&message);
            pointer.perform().await.ok()?;
            let button = message.find(By::Css("button.message-more")).await.ok()?;
            button.click().await.ok()
        })
        .await;
        self.press("menuitem", action).await;
    }

    /// Replaces the text in the edit box.
    pub(crate) async fn rewrite(&self, text: &str) {
        let edit = self.find("textbox", "Edit message").await;
        edit.send_keys(Key::Control + "a").await.unwrap();
        edit.send_keys(text).await.unwrap();
    }

    /// Returns the texts of the reaction chips.
    async fn chips(&self) -> Vec<String> {
        self.ask_page(
            "return Array.from(document.querySelectorAll('.chip'), c => c.textContent.trim() + (c.ariaPressed === 'true' ? ' mine' : ''))",
        )
        .await
    }

    pub(crate) async fn wait_for_chips(&self, expected: &[&str]) {
        until(&format!("the reactions {expected:?}"), async || {
            (self.chips().await == expected).then_some(())
        })
        .await;
    }
}

#[tokio::test]
async fn an_edit_is_seen_by_both_and_its_history_by_everybody() {
    let site = Program::start(&["--bcrypt-cost", "4"]).await;
    let (ana, bo) = Profile::two(&site, "soup at sven").await;
    ana.paste("half a thought").await;

    ana.choose("soup at sven", "Edit").await;
    ana.screenshot("editing").await;
    ana.rewrite("soup at **seven**").await;
    ana.press("button", "Save").await;

    for person in [&ana, &bo] {
        person.message("soup at seven").await;
        person.find("link", "(edited)").await;
    }
    assert_eq!(ana.draft().await, "half a thought");
    // The box shows the source. Saving the same text again changes nothing.
    ana.choose("soup at seven", "Edit").await;
    let edit = ana.find("textbox", "Edit message").await;
    assert_eq!(
        edit.prop("value").await.unwrap().unwrap(),
        "soup at **seven**"
    );
    ana.press("button", "Save").await;
    ana.wait_gone("textbox", "Edit message").await;
    bo.press("link", "(edited)").await;
    bo.wait_for_text("soup at sven").await;
    bo.screenshot("versions").await;
    let query = "SELECT count(*) AS number FROM message_versions";
    assert_eq!(number(&site.data().join("parlour.sqlite3"), query), 1);
}

#[tokio::test]
async fn a_deleted_message_goes_from_both_screens_unless_it_is_undone() {
    let site = Program::start(&["--bcrypt-cost", "4"]).await;
    let (ana, bo) = Profile::two(&site, "I did not mean that").await;

    ana.choose("I did not mean that", "Delete").await;
    ana.find("dialog", "Delete this message?").await;
    let focused = ana.driver.active_element().await.unwrap();
    assert_eq!(focused.text().await.unwrap(), "Cancel");
    ana.screenshot("deleting").await;
    ana.press("button", "Delete").await;
    ana.press("button", "Undo").await;
    ana.wait_gone("button", "Undo").await;
    ana.message("I did not mean that").await;

    ana.choose("I did not mean that", "Delete").await;
    ana.press("button", "Delete").await;
    ana.find("button", "Undo").await;
    ana.reload().await;
    ana.find("button", "Undo").await;

    bo.message("Message deleted").await;
    ana.message("Message deleted").await;
    bo.wait_until_no_text("I did not mean that").await;
    bo.screenshot("deleted").await;
    let query = "SELECT count(*) AS number FROM messages WHERE body <> ''";
    assert_eq!(number(&site.data().join("parlour.sqlite3"), query), 0);
}

#[tokio::test]
async fn an_answer_quotes_the_original_and_leaves_the_box_alone() {
    let site = Program::start(&["--bcrypt-cost", "4"]).await;
    let (ana, bo) = Profile::two(&site, "soup at seven?").await;
    bo.paste("y").await;

    bo.choose("soup at seven?", "Reply").await;
    bo.wait_for_text("Reply to ana").await;
    assert_eq!(bo.draft().await, "y");
    bo.reload().await;
    bo.wait_for_text("Reply to ana").await;
    bo.screenshot("replying").await;
    bo.keys("es".to_owned() + Key::Enter).await;

    for person in [&ana, &bo] {
        person.message("yes").await;
        person.find("link", "ana · soup at seven?").await;
    }
    ana.find_beginning("article", "bo yes").await;
    bo.wait_until_no_text("Reply to ana").await;
    ana.choose("soup at seven?", "Delete").await;
    ana.press("button", "Delete").await;
    for person in [&ana, &bo] {
        person.wait_for_text("Original message deleted").await;
    }
}

#[tokio::test]
async fn reactions_are_counted_on_both_screens_and_toggled() {
    let site = Program::start(&["--bcrypt-cost", "4"]).await;
    let (ana, bo) = Profile::two(&site, "twelve tomatoes").await;

    bo.choose("twelve tomatoes", "React").await;
    let search = bo
        .driver
        .query(By::Css(".picker-search"))
        .first()
        .await
        .unwrap();
    search.send_keys("seedl").await.unwrap();
    bo.find("button", "seedling").await;
    bo.screenshot("picker").await;
    bo.press("button", "seedling").await;
    bo.wait_for_chips(&["🌱 1 mine"]).await;
    ana.wait_for_chips(&["🌱 1"]).await;

    ana.press("button", "🌱 1").await;
    ana.wait_for_chips(&["🌱 2 mine"]).await;
    bo.wait_for_chips(&["🌱 2 mine"]).await;
    ana.reload().await;
    ana.wait_for_chips(&["🌱 2 mine"]).await;
    ana.screenshot("reactions").await;
    ana.press("button", "🌱 2").await;
    bo.wait_for_chips(&["🌱 1 mine"]).await;
}

#[tokio::test]
async fn changes_made_without_a_connection_wait_and_reach_the_other_afterwards() {
    let site = Program::start(&["--bcrypt-cost", "4"]).await;
    let (ana, bo) = Profile::two(&site, "frist").await;
    ana.say("second").await;
    bo.wait_for_count(2).await;
    bo.mark_page().await;

    ana.wire.cut();
    ana.choose("frist", "Edit").await;
    ana.rewrite("first").await;
    ana.keys(Key::Enter + "").await;
    ana.wait_for_text("Will be saved when you are back").await;
    ana.choose("second", "React").await;
    ana.press("button", "party popper").await;
    ana.wait_for_chips(&["🎉 1 mine"]).await;
    ana.say("third").await;
    ana.wait_for_text("Waiting for connection").await;
    ana.screenshot("changes-waiting").await;
    bo.wire.cut();
    ana.wire.mend();
    ana.wait_until_no_text("Will be saved when you are back")
        .await;
    bo.wire.mend();

    let all = ["first", "second", "third"].map(str::to_owned);
    bo.wait_for_messages(&all).await;
    ana.wait_for_messages(&all).await;
    bo.wait_for_chips(&["🎉 1"]).await;
    assert!(bo.is_marked_page().await, "nobody had to reload");
}

#[tokio::test]
async fn what_others_did_while_a_page_was_away_is_there_when_it_comes_back() {
    let site = Program::start(&["--bcrypt-cost", "4"]).await;
    let (ana, bo) = Profile::two(&site, "from ana").await;
    for (text, count) in [("frist", 2), ("a mistake", 3)] {
        bo.say(text).await;
        ana.wait_for_count(count).await;
        bo.wait_for_count(count).await;
    }
    ana.mark_page().await;

    ana.wire.cut();
    bo.choose("frist", "Edit").await;
    bo.rewrite("first").await;
    bo.press("button", "Save").await;
    bo.choose("a mistake", "Delete").await;
    bo.press("button", "Delete").await;
    bo.message("Message deleted").await;
    bo.choose("from ana", "React").await;
    bo.press("button", "party popper").await;
    bo.say("last").await;
    bo.wait_for_count(4).await;
    ana.wire.mend();

    let all = ["from ana", "first", "Message deleted", "last"].map(str::to_owned);
    ana.wait_for_messages(&all).await;
    bo.wait_for_messages(&all).await;
    ana.wait_for_chips(&["🎉 1"]).await;
    assert!(ana.is_marked_page().await, "nobody had to reload");
}

#[tokio::test]
async fn a_change_that_is_refused_says_why_and_shows_what_was_typed() {
    let site = Program::start(&["--bcrypt-cost", "4"]).await;
    let (ana, bo) = Profile::two(&site, "frist").await;
    let database = site.data().join("parlour.sqlite3");
    change(
        &database,
        "UPDATE members SET role = 'moderator' WHERE user_id = 2",
    );
    bo.reload().await;
    ana.wire.cut();
    ana.choose("frist", "Edit").await;
    ana.rewrite("first, after much thought").await;
    ana.press("button", "Save").await;
    bo.choose("frist", "Delete").await;
    bo.press("button", "Delete").await;
    bo.message("Message deleted by a moderator").await;

    ana.wire.mend();

    ana.wait_for_text("Edit not saved: This message was deleted.")
        .await;
    ana.wait_for_text("first, after much thought").await;
    ana.find("button", "Retry").await;
    ana.screenshot("change-refused").await;
    ana.reload().await;
    ana.wait_for_text("first, after much thought").await;
    ana.press("button", "Discard").await;
    ana.message("Message deleted by a moderator").await;
    ana.wait_until_no_text("Edit not saved").await;
}

#[tokio::test]
async fn a_waiting_message_that_is_cancelled_goes_back_into_the_box() {
    let site = Program::start(&["--bcrypt-cost", "4"]).await;
    let (ana, bo) = Profile::two(&site, "hello").await;
    ana.wire.cut();
    ana.find_status("Reconnecting").await;
    ana.say("not so fast").await;
    ana.paste("and then").await;

    ana.press("button", "Cancel").await;

    assert_eq!(ana.draft().await, "not so fast\nand then");
    ana.wire.mend();
    ana.say("").await;
    bo.message("not so fast\nand then").await;
    bo.wait_for_count(2).await;
}

#[tokio::test]
async fn everything_can_be_done_with_the_keyboard_alone() {
    let site = Program::start(&["--bcrypt-cost", "4"]).await;
    let (ana, bo) = Profile::two(&site, "one").await;
    ana.say("two").await;
    bo.wait_for_count(2).await;

    // Up in the empty box edits the last own message. Escape cancels and keeps the typed text.
    ana.keys(Key::Up + "").await;
    ana.find("textbox", "Edit message").await;
    ana.keys(" changed".to_owned() + Key::Escape).await;
    ana.wait_gone("textbox", "Edit message").await;
    ana.keys(Key::Up + "").await;
    let edit = ana.find("textbox", "Edit message").await;
    assert_eq!(edit.prop("value").await.unwrap().unwrap(), "two changed");
    ana.keys(Key::Enter + "").await;
    bo.message("two changed").await;

    // Shortcuts in the log: reply, react, open the menu, delete.
    let log = ana.find("log", "Messages").await;
    log.focus().await.unwrap();
    ana.keys(Key::Up + "").await;
    ana.keys("r").await;
    ana.wait_for_text("Reply to ana").await;
    ana.keys(Key::Escape + "").await;
    ana.wait_until_no_text("Reply to ana").await;
    ana.message("two changed").await.focus().await.unwrap();
    ana.keys("+").await;
    ana.find("dialog", "Choose a reaction").await;
    ana.keys(Key::Enter + "").await;
    bo.wait_for_chips(&["👍 1"]).await;
    ana.message("one").await.focus().await.unwrap();
    ana.keys(Key::Enter + "").await;
    ana.find("menuitem", "Copy link").await;
    assert!(ana.violations().await.is_empty());
    ana.screenshot("message-menu").await;
    ana.keys(Key::Escape + "").await;
    ana.wait_gone("menuitem", "Copy link").await;
    ana.keys(Key::Delete + "").await;
    ana.find("dialog", "Delete this message?").await;
    ana.keys(Key::Tab + Key::Enter).await;
    bo.message("Message deleted").await;
}

#[tokio::test]
async fn names_are_offered_and_the_named_person_sees_it() {
    let site = Program::start(&["--bcrypt-cost", "4"]).await;
    let (ana, bo) = Profile::two(&site, "hello").await;

    bo.keys("tell @A").await;
    bo.find("option", "ana").await;
    bo.screenshot("names").await;
    bo.keys(Key::Tab + "").await;
    assert_eq!(bo.draft().await, "tell @ana ");
    bo.keys("that".to_owned() + Key::Enter).await;

    bo.message("tell @ana that").await;
    let message = ana.message("tell @ana that").await;
    until("the mark of the message", async || {
        let class = message.class_name().await.ok()??;
        class.contains("calls-me").then_some(())
    })
    .await;
    assert!(ana.violations().await.is_empty());
    ana.screenshot("mentioned").await;
    // Escape closes only the list.
    bo.keys("@an").await;
    bo.find("option", "ana").await;
    bo.keys(Key::Escape + "").await;
    bo.wait_gone("option", "ana").await;
    assert_eq!(bo.draft().await, "@an");
}

#[tokio::test]
async fn without_scripts_every_message_leads_to_its_actions() {
    let site = Program::start(&["--bcrypt-cost", "4"]).await;
    let (ana, bo) = tokio::join!(
        Profile::without_javascript(&site),
        Profile::without_javascript(&site)
    );
    ana.meet(&bo, ("ana", "bo")).await;
    let room = ana.path().await;
    ana.fill("Message bo", "helo").await;
    ana.press("button", "Send").await;

    ana.press("link", "Message actions").await;
    ana.find("heading", "Message actions").await;
    ana.screenshot("actions-without-javascript").await;
    ana.press("link", "Edit").await;
    let edit = ana.find("textbox", "Edit message").await;
    edit.clear().await.unwrap();
    edit.send_keys("hello").await.unwrap();
    ana.press("button", "Save").await;
    ana.find_text_message("hello").await;

    bo.open(&room).await;
    bo.press("link", "Message actions").await;
    bo.press("button", "👍").await;
    bo.press("button", "👍 1").await;
    bo.wait_until_no_text("👍").await;
    bo.press("link", "Message actions").await;
    bo.press("link", "Reply").await;
    bo.wait_for_text("Reply to ana hello").await;
    bo.fill("Message ana", "hello to you").await;
    bo.press("button", "Send").await;
    bo.find("link", "ana · hello").await;

    ana.open(&room).await;
    ana.press("link", "Message actions").await;
    ana.press("link", "Delete").await;
    ana.press("button", "Delete").await;
    ana.wait_for_text("Message deleted").await;
    ana.wait_for_text("Original message deleted").await;
}

#[tokio::test]
async fn a_reaction_above_the_view_moves_nothing() {
    let site = Program::start(&["--bcrypt-cost", "4"]).await;
    let (ana, bo) = tokio::join!(Profile::start(&site), Profile::start(&site));
    ana.meet(&bo, ("ana", "bo")).await;
    let room = ana.path().await;
    fill_room(&site.data().join("parlour.sqlite3"), 1, 50);
    ana.open(&room).await;
    bo.open(&room).await;
    for person in [&ana, &bo] {
        person.wait_for_count(50).await;
    }
    let place = "const log = document.getElementById('messages'); \
        const top = document.querySelectorAll('article.message')[30].getBoundingClientRect().top;";
    ana.ask_page::<serde_json::Value>(
        "document.querySelectorAll('article.message')[30].scrollIntoView({block: 'center'})",
    )
    .await;
    let before: f64 = ana.ask_page(&format!("{place} return top")).await;

    bo.ask_page::<serde_json::Value>(
        "document.querySelectorAll('article.message')[3].scrollIntoView({block: 'center'})",
    )
    .await;
    let third = bo
        .driver
        .find_all(By::Css("article.message"))
        .await
        .unwrap()[3]
        .clone();
    third.focus().await.unwrap();
    bo.keys("+").await;
    bo.press("button", "thumbs up").await;
    ana.wait_for_chips(&["👍 1"]).await;

    let after: f64 = ana.ask_page(&format!("{place} return top")).await;
    assert!((before - after).abs() <= 1.0, "{before} and {after}");
}

#[tokio::test]
async fn a_phone_shows_all_of_it_in_light_and_in_dark() {
    let site = Program::start(&["--bcrypt-cost", "4"]).await;
    let (ana, bo) = Profile::two(&site, "The tomatoes came up. All twelve of them.").await;
    let first = "The tomatoes came up. All twelve of them.";
    ana.say("I wish I had not said this").await;
    bo.wait_for_count(2).await;
    bo.choose(first, "React").await;
    bo.press("button", "party popper").await;
    bo.choose(first, "Reply").await;
    bo.keys("@ana show me how? I have a pump and a relay in the drawer.".to_owned() + Key::Enter)
        .await;
    ana.wait_for_count(3).await;
    ana.choose(first, "Edit").await;
    ana.rewrite("The tomatoes came up. All **thirteen** of them.")
        .await;
    ana.press("button", "Save").await;
    ana.find("link", "(edited)").await;
    ana.choose("I wish I had not said this", "Delete").await;
    ana.press("button", "Delete").await;
    bo.message("Message deleted").await;

    for (width, scheme) in [
        (320, "light"),
        (360, "dark"),
        (1280, "light"),
        (1280, "dark"),
    ] {
        ana.use_screen(width, 740).await;
        ana.prefer(scheme).await;
        ana.reload().await;
        ana.wait_for_count(3).await;
        assert!(!ana.scrolls_sideways().await, "{width}");
        assert!(ana.violations().await.is_empty(), "{width} {scheme}");
        ana.screenshot(&format!("expression-{width}-{scheme}"))
            .await;
        ana.choose("The tomatoes came up. All thirteen of them.", "React")
            .await;
        ana.find("dialog", "Choose a reaction").await;
        assert!(!ana.scrolls_sideways().await, "{width}");
        assert!(ana.violations().await.is_empty(), "picker {width} {scheme}");
        ana.screenshot(&format!("picker-{width}-{scheme}")).await;
        ana.keys(Key::Escape + "").await;
    }
}
