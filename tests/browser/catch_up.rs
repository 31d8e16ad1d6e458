//! "What you missed" with scripts: the roving focus, and what live regions say.

use crate::{
    profile::Profile,
    stage::{
        Program,
        database::{change, number},
        until,
    },
};

impl Profile {
    pub(crate) async fn wait_until_said(&self, expected: &[&str]) {
        until(&format!("{expected:?} to be said"), async || {
            let said: Vec<String> = self.ask_page("return announced").await;
            (said == expected).then_some(())
        })
        .await;
    }

    /// Waits until this is the text of the focused element, without line breaks.
    async fn wait_until_at(&self, expected: &str) {
        let script = "return document.activeElement.textContent.replace(/\\s+/g, ' ').trim()";
        until(&format!("the focus on '{expected}'"), async || {
            (self.ask_page::<String>(script).await == expected).then_some(())
        })
        .await;
    }
}

/// Ana, who missed two messages in Tea and one in Soup, and is on the page that says so.
async fn missed(site: &Program) -> (Profile, Profile) {
    let (ana, bo) = tokio::join!(Profile::start(site), Profile::start(site));
    ana.meet(&bo, ("ana", "bo")).await;
    for name in ["Soup", "Tea"] {
        let room = ana.make_room("Closed", name, &["bo"]).await;
        // Not on the room, where the message would be read at once.
        ana.open("/").await;
        bo.open(&room).await;
        bo.say(&format!("@ana welcome to {name}")).await;
        bo.find_text_message(&format!("@ana welcome to {name}"))
            .await;
    }
    bo.say("and some cake").await;
    ana.find("link", "Tea, 2 unread, mentioned").await;
    ana.record_statuses().await;
    ana.open("/catch-up/").await;
    ana.wait_until_at("What you missed").await;
    (ana, bo)
}

#[tokio::test]
async fn a_screen_reader_hears_what_was_marked_and_undone_and_nothing_on_opening() {
    let site = Program::start(&["--bcrypt-cost", "4"]).await;
    let (ana, _bo) = missed(&site).await;
    let database = site.data().join("parlour.sqlite3");
    let cursors = || {
        let query = "SELECT sum(read_seq * room_id) AS number FROM members WHERE user_id = 1";
        number(&database, query)
    };
    let before = cursors();
    ana.wait_until_said(&[]).await;

    ana.press("button", "Mark all as read").await;
    let marked = "All conversations are marked as read.";
    ana.wait_until_said(&[marked]).await;
    ana.wait_until_at("Undo").await;
    ana.find("heading", "You’re all caught up").await;
    assert_ne!(cursors(), before);
    ana.screenshot("catch-up-done").await;

    ana.keys("\u{e007}").await;
    let undone = "Undone. Your unread messages are marked as unread again.";
    ana.wait_until_said(&[marked, undone]).await;
    ana.wait_until_at("What you missed").await;
    ana.find("link", "bo @ana welcome to Tea").await;
    assert_eq!(cursors(), before);

    ana.press("button", "Mark as read: Tea").await;
    ana.wait_until_said(&[marked, undone, "Marked as read."])
        .await;
    ana.wait_gone("button", "Mark as read: Tea").await;
    ana.wait_until_at("Soup").await;
    ana.find("link", "Tea").await;
}

#[tokio::test]
async fn letters_and_arrows_walk_over_the_messages_and_enter_opens_one() {
    let site = Program::start(&["--bcrypt-cost", "4"]).await;
    let (ana, _bo) = missed(&site).await;
    let stops = "return document.querySelectorAll('#digest .missed-link[tabindex=\"0\"]').length";
    assert_eq!(ana.ask_page::<u32>(stops).await, 1, "one stop for Tab");
    for (key, expected) in [
        ("j", "bo @ana welcome to Tea"),
        ("j", "bo @ana welcome to Soup"),
        ("j", "bo @ana welcome to Soup"),
        ("k", "bo @ana welcome to Tea"),
        ("\u{e015}", "bo @ana welcome to Soup"),
        ("\u{e011}", "bo @ana welcome to Tea"),
        ("\u{e010}", "bo @ana welcome to Soup"),
    ] {
        ana.keys(key).await;
        ana.wait_until_at(expected).await;
    }
    assert_eq!(ana.ask_page::<u32>(stops).await, 1);
    ana.keys("\u{e007}").await;
    ana.wait_for("article.message:focus", true).await;
    ana.find_text_message("@ana welcome to Soup").await;

    // Without single-letter keys only arrows walk.
    let off = "INSERT INTO preferences (user_id, typing, seen, open_unread, enter_sends, sounds,
        hide_previews, letter_keys, quiet_days, quiet_from, quiet_until, time_zone)
        VALUES (1, 1, 1, 1, 1, 1, 0, 0, 0, 1320, 420, '')";
    change(&site.data().join("parlour.sqlite3"), off);
    ana.open("/catch-up/").await;
    ana.wait_until_at("What you missed").await;
    ana.keys("j").await;
    ana.wait_until_at("What you missed").await;
}

#[tokio::test]
async fn what_was_missed_breaks_no_rule_of_accessibility_and_fits_a_phone() {
    let site = Program::start(&["--bcrypt-cost", "4"]).await;
    let (ana, _bo) = missed(&site).await;
    let pages = ["/catch-up/", "/rooms/2/catch-up/"];
    ana.expect_accessible(&pages).await;
    ana.use_screen(320, 640).await;
    ana.expect_accessible(&pages).await;
    for path in pages {
        ana.open(path).await;
        assert!(!ana.scrolls_sideways().await, "{path}");
    }
    ana.open("/catch-up/").await;
    ana.press("button", "Mark all as read").await;
    ana.find("heading", "You’re all caught up").await;
    let violations = ana.violations().await;
    assert!(violations.is_empty(), "{violations:?}");
}
