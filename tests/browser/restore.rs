//! The server is restored to an earlier state while pages are open. Message ids and event numbers
//! are used again, and nothing that a page or a queue remembers may be applied to the new messages
//! with these ids.

use std::{fs, path::PathBuf};

use thirtyfour::{By, Key};

use crate::{
    profile::Profile,
    stage::{Program, database::change, number, until},
};

/// The maximum time from storing a message to its appearance in the page.
const SHOWN_WITHIN_MS: i64 = 5_000;
const LINE: &str = "The server was restored from a backup.";

/// How the database is restored.
#[derive(Clone, Copy)]
enum Back {
    /// With `parlour restore`, so with a new epoch.
    Restored,
    /// By copying the file, so with the same epoch.
    Copied,
}

impl Program {
    fn count(&self, what: &str) -> i64 {
        let query = format!("SELECT count(*) AS number FROM {what}");
        number(&self.database(), &query)
    }

    /// Copies the whole database as it is now.
    fn copy(&self) -> PathBuf {
        let copy = self.data().join("copy");
        change(
            &self.database(),
            &format!("VACUUM INTO '{}'", copy.display()),
        );
        copy
    }

    /// Replaces the database with the copy, while the program does not run.
    fn put_back(&self, copy: &PathBuf, back: Back) {
        if matches!(back, Back::Restored) {
            change(
                copy,
                "UPDATE history SET epoch = lower(hex(randomblob(16)))",
            );
        }
        for log in ["-wal", "-shm"] {
            fs::remove_file(self.data().join(format!("parlour.sqlite3{log}"))).ok();
        }
        fs::rename(copy, self.database()).unwrap();
    }
}

/// Returns the texts of messages with these numbers.
fn said(numbers: std::ops::RangeInclusive<usize>) -> Vec<String> {
    numbers.map(|number| format!("message {number}")).collect()
}

impl Profile {
    async fn say_all(&self, texts: &[String]) {
        for text in texts {
            self.say(text).await;
        }
    }

    /// Makes the page record how long each message took from the server's clock to the log.
    async fn time_messages(&self) {
        self.ask_page::<bool>(
            "window.took = {};
            const note = ({ dataset, id }) => {
                if (dataset?.id) window.took[id] ??= Date.now() - Date.parse(dataset.at);
            };
            new MutationObserver((records) => records.forEach(({ addedNodes }) => addedNodes.forEach(note)))
                .observe(document.getElementById('log-inner'), { childList: true });
            return true",
        )
        .await;
    }

    /// Returns the longest time of messages `from` to `to`.
    async fn slowest(&self, from: i64, to: i64) -> i64 {
        self.ask_page(&format!(
            "const took = Object.entries(window.took).filter(([id]) => {{
                const number = Number(id.slice('message-'.length));
                return number >= {from} && number <= {to};
            }});
            return took.length === {to} - {from} + 1 ? Math.max(...took.map(([, ms]) => ms)) : 1e9"
        ))
        .await
    }

    /// Empties the box.
    async fn clear_box(&self) {
        let composer = self.find_beginning("textbox", "Message ").await;
        composer.send_keys(Key::Control + "a").await.unwrap();
        composer.send_keys(Key::Backspace + "").await.unwrap();
    }

    async fn pictures(&self, name: &str) {
        for (width, scheme) in [
            (1280, "light"),
            (1280, "dark"),
            (390, "light"),
            (390, "dark"),
        ] {
            self.use_screen(width, 720).await;
            self.prefer(scheme).await;
            self.screenshot(&format!("{name}-{width}-{scheme}")).await;
        }
        self.use_screen(1280, 800).await;
    }
}

#[tokio::test]
async fn a_page_that_was_ahead_of_a_restored_server_begins_anew() {
    a_page_begins_anew(Back::Restored).await;
}

#[tokio::test]
async fn a_page_that_was_ahead_of_a_file_put_back_by_hand_begins_anew() {
    a_page_begins_anew(Back::Copied).await;
}

/// A page has seen event 17, and the server is restored to event 7.
async fn a_page_begins_anew(back: Back) {
    let mut site = Program::start(&["--bcrypt-cost", "4"]).await;
    let (ana, bo) = tokio::join!(Profile::start(&site), Profile::start(&site));
    ana.meet(&bo, ("ana", "bo")).await;
    ana.say_all(&said(1..=7)).await;
    ana.wait_for_messages(&said(1..=7)).await;
    let copy = site.copy();
    ana.say_all(&said(8..=17)).await;
    ana.wait_for_messages(&said(1..=17)).await;
    bo.wait_for_messages(&said(1..=17)).await;
    assert_eq!(
        site.count("messages WHERE id = 12 AND body = 'message 12'"),
        1
    );
    ana.choose("message 12", "Edit").await;
    ana.rewrite("edit of twelve").await;
    for person in [&ana, &bo] {
        person.mark_page().await;
        person.time_messages().await;
    }

    site.kill().await;
    ana.say("queued").await;
    ana.paste("half a thought").await;
    site.put_back(&copy, back);
    site.start_again().await;

    ana.find_status(LINE).await;
    let mut all = said(1..=7);
    all.push("queued".into());
    ana.wait_for_messages(&all).await;
    bo.wait_for_messages(&all).await;
    assert_eq!(ana.draft().await, "half a thought\nedit of twelve");
    assert!(!ana.has(".editing").await, "the edit is closed");
    ana.pictures("restored").await;

    // Post the message that gets the number 12 now.
    for text in ["nine", "ten", "eleven"] {
        bo.say(text).await;
        all.push(text.into());
    }
    ana.wait_for_messages(&all).await;
    ana.clear_box().await;
    ana.say("another twelve").await;
    all.push("another twelve".into());
    ana.wait_for_messages(&all).await;
    bo.wait_for_messages(&all).await;
    for person in [&ana, &bo] {
        let took = person.slowest(8, 12).await;
        assert!(took < SHOWN_WITHIN_MS, "{took} ms");
    }
    assert_eq!(
        site.count("messages WHERE id = 12 AND body = 'another twelve'"),
        1
    );
    assert_eq!(site.count("messages WHERE body = 'queued'"), 1);
    assert_eq!(site.count("messages WHERE edited_at IS NOT NULL"), 0);
    ana.press("button", "OK").await;
    ana.wait_until_no_text(LINE).await;
    for person in [&ana, &bo] {
        assert!(person.is_marked_page().await, "nobody had to reload");
    }
}

#[tokio::test]
async fn what_a_closed_tab_left_in_the_queue_changes_no_other_message() {
    let mut site = Program::start(&["--bcrypt-cost", "4"]).await;
    let (ana, bo) = tokio::join!(Profile::start(&site), Profile::start(&site));
    ana.meet(&bo, ("ana", "bo")).await;
    let room = ana.path().await;
    ana.say("message 1").await;
    ana.wait_for_count(1).await;
    let copy = site.copy();
    ana.say_all(&said(2..=4)).await;
    ana.wait_for_count(4).await;

    ana.wire.cut();
    ana.choose("message 3", "Edit").await;
    ana.rewrite("edit of three").await;
    ana.keys(Key::Enter + "").await;
    ana.choose("message 2", "Delete").await;
    ana.press("button", "Delete").await;
    ana.say("queued").await;
    ana.close_tab().await;
    site.kill().await;
    site.put_back(&copy, Back::Restored);
    site.start_again().await;
    bo.find_status(LINE).await;
    bo.say("another two").await;
    bo.say("another three").await;
    bo.wait_for_count(3).await;
    ana.wire.mend();
    ana.open(&room).await;

    let all = ["message 1", "another two", "another three", "queued"].map(str::to_owned);
    bo.wait_for_messages(&all).await;
    ana.find_status(LINE).await;
    ana.find_status("1 deletion, reaction or pin that was waiting")
        .await;
    ana.wait_for_text("Edit not saved: the server was restored")
        .await;
    assert_eq!(ana.messages().await.last().unwrap(), "edit of three");
    ana.pictures("restored-queue").await;
    assert_eq!(
        site.count("messages WHERE edited_at IS NOT NULL OR deleted_at IS NOT NULL"),
        0
    );
    assert_eq!(site.count("messages"), 4);
    ana.press("button", "Move to the message box").await;
    ana.wait_for_messages(&all).await;
    assert_eq!(ana.draft().await, "edit of three");
}

#[tokio::test]
async fn a_page_in_slow_mode_goes_on_after_a_restore() {
    let mut site = Program::start(&["--bcrypt-cost", "4"]).await;
    let (ana, bo) = tokio::join!(Profile::start(&site), Profile::start(&site));
    ana.meet(&bo, ("ana", "bo")).await;
    let room = ana.path().await;
    ana.say("message 1").await;
    ana.wait_for_count(1).await;
    let copy = site.copy();
    ana.say("message 2").await;
    ana.wait_for_count(2).await;
    ana.wire.refuse_sockets().await;
    ana.open(&room).await;
    ana.find_status("Slow connection mode").await;
    ana.mark_page().await;

    site.kill().await;
    site.put_back(&copy, Back::Restored);
    site.start_again().await;

    bo.find_status(LINE).await;
    bo.say("I am here").await;
    let mut all = vec!["message 1".to_owned(), "I am here".to_owned()];
    ana.find_status(LINE).await;
    ana.wait_for_messages(&all).await;
    ana.say("so am I").await;
    all.push("so am I".into());
    ana.wait_for_messages(&all).await;
    bo.wait_for_messages(&all).await;
    assert!(ana.is_marked_page().await);
}

#[tokio::test]
async fn forms_from_before_a_restore_change_nothing() {
    let mut site = Program::start(&["--bcrypt-cost", "4"]).await;
    let (ana, bo) = tokio::join!(Profile::start(&site), Profile::start(&site));
    ana.meet(&bo, ("ana", "bo")).await;
    ana.say("as it is").await;
    ana.wait_for_count(1).await;
    let room = ana.path().await;
    let plain = Profile::without_javascript(&site).await;
    plain.open("/accounts/login/").await;
    plain.log_in("ana").await;
    plain.wait_for_path("/").await;
    plain.open(&room).await;
    plain.open_tab(&format!("{room}messages/1/edit/")).await;

    site.kill().await;
    let copy = site.copy();
    site.put_back(&copy, Back::Restored);
    site.start_again().await;

    let text = plain
        .driver
        .find(By::Css("textarea[name=body]"))
        .await
        .unwrap();
    text.send_keys("of another time").await.unwrap();
    plain.press("button", "Save").await;
    until("the refusal", async || {
        plain
            .driver
            .find(By::Css("textarea[name=body][readonly]"))
            .await
            .ok()
    })
    .await;
    plain.show_tab(0).await;
    plain.say("of another time").await;
    assert_eq!(site.count("messages"), 1);
    assert_eq!(
        site.count("messages WHERE body = 'as it is' AND edited_at IS NULL"),
        1
    );
    plain.open(&room).await;
    plain.fill("Message bo", "of this time").await;
    plain.press("button", "Send").await;
    until("the message", async || {
        (site.count("messages") == 2).then_some(())
    })
    .await;
}
