//! A block in a shared room, in the open pages of the one who blocks and of the one who is blocked.

use thirtyfour::By;

use crate::{
    profile::Profile,
    stage::{Program, until},
};

const FOLDED: &str = "Blocked message – show";

/// Ana, bo and eve are in the room "Tea" of ana. Returns the path of the room.
async fn tea(ana: &Profile, bo: &Profile, eve: &Profile) -> String {
    ana.meet(bo, ("ana", "bo")).await;
    eve.sign_up("eve").await;
    eve.ask_to_be_friends("ana").await;
    ana.open("/friends/").await;
    ana.press("button", "Accept eve").await;
    ana.find("button", "Remove eve").await;
    let room = ana.make_room("Closed", "Tea", &["bo", "eve"]).await;
    for person in [bo, eve] {
        person.open(&room).await;
        person.find("textbox", "Message Tea").await;
    }
    room
}

impl Profile {
    /// Returns what the log shows of each message: its text, or the line of a folded one.
    async fn shown(&self) -> Vec<String> {
        self.ask_page(
            "return Array.from(document.querySelectorAll('[role=log] article'), (message) => {
               const line = message.querySelector('.blocked-line');
               const text = message.querySelector('.message-text');
               return text.checkVisibility() ? text.innerText : line?.innerText ?? 'nothing';
             })",
        )
        .await
    }

    async fn wait_for_shown(&self, expected: &[&str]) {
        until(&format!("the log {expected:?}"), async || {
            (self.shown().await == expected).then_some(())
        })
        .await;
    }

    async fn block(&self, name: &str) {
        self.open("/friends/").await;
        self.press("button", &format!("Block {name}")).await;
        self.find("heading", "Block this person?").await;
        self.press("button", &format!("Block {name}")).await;
        self.wait_for_text(&format!("{name} is blocked.")).await;
    }

    async fn count(&self, selector: &str) -> usize {
        let found = self.driver.find_all(By::Css(selector)).await;
        found.unwrap().len()
    }
}

#[tokio::test]
#[expect(
    clippy::too_many_lines,
    reason = "one story, from the beginning of a block to its end"
)]
async fn a_block_folds_open_pages_at_once_and_its_end_unfolds_them() {
    let site = Program::start(&["--bcrypt-cost", "4"]).await;
    let (ana, bo, eve) = tokio::join!(
        Profile::start(&site),
        Profile::start(&site),
        Profile::start(&site)
    );
    let room = tea(&ana, &bo, &eve).await;
    ana.say("soup?").await;
    eve.find_text_message("soup?").await;
    eve.say("@ana no soup").await;
    ana.find_text_message("@ana no soup").await;
    ana.wait_for("article.calls-me", true).await;
    ana.mark_page().await;

    // Blocked in another tab.
    ana.open_tab("/friends/").await;
    ana.block("eve").await;
    ana.show_tab(0).await;
    ana.wait_for_shown(&["soup?", FOLDED]).await;
    assert!(!ana.has("article.calls-me").await);
    assert!(!ana.has(".mention-me").await);
    ana.find("article", FOLDED).await;

    // What comes now is folded in the frame that everybody gets, and quotes of it, too.
    eve.say("@ana really none").await;
    ana.wait_for_shown(&["soup?", FOLDED, FOLDED]).await;
    bo.find_text_message("@ana really none").await;
    let script = "document.querySelectorAll('article')[2].focus()";
    bo.ask_page::<Option<()>>(script).await;
    bo.keys("r").await;
    bo.say("who asked you?").await;
    ana.wait_for_shown(&["soup?", FOLDED, FOLDED, "who asked you?"])
        .await;
    let quote = "return document.querySelector('a.quote').innerText";
    assert_eq!(ana.ask_page::<String>(quote).await, "Blocked message");
    eve.find_text_message("who asked you?").await;
    assert_eq!(eve.ask_page::<String>(quote).await, "eve @ana really none");
    assert_eq!(
        eve.shown().await[1],
        "@ana no soup",
        "eve sees no difference"
    );
    let title = "return document.title";
    assert_eq!(ana.ask_page::<String>(title).await, "Tea – Parlour");

    // The blocked person is neither in the completion nor among the reactions.
    ana.fill("Message Tea", "@e").await;
    // The box is a combobox while it offers `@everyone`.
    ana.keys("\u{e003}\u{e003}@b").await;
    ana.find("option", "bo").await;
    assert_eq!(ana.count("#names [role=option]").await, 1);
    ana.keys("\u{e00c}\u{e003}\u{e003}").await;
    eve.ask_page::<Option<()>>("document.querySelector('article').focus()")
        .await;
    eve.keys("+").await;
    eve.find("dialog", "Choose a reaction").await;
    eve.ask_page::<Option<()>>("document.querySelector('.choice').click()")
        .await;
    eve.wait_for("article:first-of-type .chip", true).await;
    bo.wait_for("article:first-of-type .chip", true).await;
    eve.say("one more").await;
    ana.wait_for_shown(&["soup?", FOLDED, FOLDED, "who asked you?", FOLDED])
        .await;
    assert!(
        !ana.has(".chip").await,
        "the reaction came before the message"
    );

    // One press shows a message, also after an edit of it; the page stays where it is.
    ana.screenshot("blocked-folded").await;
    let script = "document.querySelectorAll('.blocked-line summary')[0].click()";
    ana.ask_page::<Option<()>>(script).await;
    ana.wait_for_shown(&["soup?", "@ana no soup", FOLDED, "who asked you?", FOLDED])
        .await;
    ana.find_beginning("article", "eve").await;
    assert!(!ana.has(".mention-me").await);
    ana.screenshot("blocked-shown").await;
    assert!(!ana.has("article.follows.blocked").await);

    // A page that is loaded, and one without scripts, agree.
    ana.open_tab(&room).await;
    ana.wait_for_shown(&["soup?", FOLDED, FOLDED, "who asked you?", FOLDED])
        .await;
    ana.show_tab(1).await;
    ana.open("/friends/").await;
    ana.press("button", "Unblock eve").await;
    ana.wait_for_text("eve is no longer blocked.").await;
    let all = [
        "soup?",
        "@ana no soup",
        "@ana really none",
        "who asked you?",
        "one more",
    ];
    for tab in [0, 2] {
        ana.show_tab(tab).await;
        ana.wait_for_shown(&all).await;
        ana.wait_for("article.calls-me .mention-me", true).await;
        assert_eq!(ana.ask_page::<String>(quote).await, "eve @ana really none");
        ana.wait_for("article:first-of-type .chip", true).await;
    }
    ana.show_tab(0).await;
    assert!(ana.is_marked_page().await, "without a reload");
}
