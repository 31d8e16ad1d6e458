//! What can be done in the list of conversations: pin, mute, mark read and hide from a menu, fold
//! sections, filter; and what it says of drafts, sending and typing.

use thirtyfour::{By, Key, WebElement};

use crate::{
    profile::Profile,
    stage::{Program, until},
};

impl Profile {
    /// Returns the names of the shown rows: those of the pinned ones, then those of the others.
    async fn rows(&self) -> Vec<Vec<String>> {
        self.ask_page(
            "return ['.pinned-rooms', '.other-rooms'].map((list) =>
                [...document.querySelectorAll(`${list} .side-name`)]
                  .filter((name) => name.checkVisibility()).map((name) => name.textContent))",
        )
        .await
    }

    async fn wait_for_rows(&self, pinned: &[&str], others: &[&str]) {
        until(&format!("the rows {pinned:?} {others:?}"), async || {
            (self.rows().await == [pinned, others]).then_some(())
        })
        .await;
    }

    /// Returns the link of a conversation.
    async fn row(&self, name: &str) -> WebElement {
        self.find_beginning("link", name).await
    }

    /// Waits until the focus is on the element with this accessible name.
    async fn wait_for_list_focus(&self, label: &str) {
        until(&format!("the focus on '{label}'"), async || {
            let script = "return document.activeElement?.ariaLabel ?? document.activeElement?.textContent ?? ''";
            (self.ask_page::<String>(script).await == label).then_some(())
        })
        .await;
    }

    /// Waits until the list says this to screen readers.
    async fn wait_for_list_status(&self, words: &str) {
        until(&format!("the list says '{words}'"), async || {
            let script = "return document.getElementById('list-status').textContent";
            (self.ask_page::<String>(script).await == words).then_some(())
        })
        .await;
    }

    async fn point_at(&self, name: &str) {
        let row = self.row(name).await;
        let pointer = self.driver.action_chain().move_to_element_center(&row);
        pointer.perform().await.unwrap();
    }

    /// Chooses an item of the menu of a conversation: two presses.
    async fn choose_in_list(&self, name: &str, item: &str) {
        self.point_at(name).await;
        self.press("button", &format!("Actions for {name}")).await;
        self.press("menuitem", item).await;
    }

    /// Returns what a row says in place of its last line, or its last line.
    async fn line_of(&self, name: &str) -> String {
        let script = format!(
            "const row = [...document.querySelectorAll('#conversations li')]
               .find((one) => one.querySelector('.side-name').textContent === '{name}');
             const lines = [...row.querySelectorAll('.line-typing, .line-state, .last-line')];
             return lines.filter((line) => line.getClientRects().length > 0).map((line) => line.textContent).join('|')"
        );
        self.ask_page(&script).await
    }

    async fn wait_for_line(&self, name: &str, expected: &str) {
        until(&format!("the line '{expected}' of {name}"), async || {
            (self.line_of(name).await == expected).then_some(())
        })
        .await;
    }
}

/// Ana, who has the rooms Tea, Soup and Bread with bo, and bo, each with the list open.
async fn three_rooms(site: &Program) -> (Profile, Profile) {
    let (ana, bo) = tokio::join!(Profile::start(site), Profile::start(site));
    ana.meet(&bo, ("ana", "bo")).await;
    for name in ["Bread", "Soup", "Tea"] {
        ana.make_room("Closed", name, &["bo"]).await;
    }
    bo.open("/").await;
    ana.wait_for_rows(&[], &["Tea", "Soup", "Bread", "bo"])
        .await;
    (ana, bo)
}

#[tokio::test]
async fn two_presses_pin_move_mute_read_and_hide_without_leaving_the_room() {
    let site = Program::start(&["--bcrypt-cost", "4"]).await;
    let (ana, bo) = three_rooms(&site).await;
    ana.mark_page().await;

    ana.choose_in_list("Soup", "Pin").await;
    ana.wait_for_rows(&["Soup"], &["Tea", "Bread", "bo"]).await;
    ana.choose_in_list("Bread", "Pin").await;
    ana.wait_for_rows(&["Soup", "Bread"], &["Tea", "bo"]).await;
    ana.choose_in_list("Bread", "Move up").await;
    ana.wait_for_rows(&["Bread", "Soup"], &["Tea", "bo"]).await;
    ana.screenshot("list-pinned").await;

    // By keyboard, with the focus staying where it is.
    ana.row("Soup").await.focus().await.unwrap();
    ana.keys(Key::Control + Key::Shift + Key::Up).await;
    ana.wait_for_rows(&["Soup", "Bread"], &["Tea", "bo"]).await;
    ana.wait_for_list_focus("Soup").await;

    ana.choose_in_list("Soup", "Mute").await;
    ana.wait_for(".pinned-rooms li:first-child .muted-mark", true)
        .await;
    ana.choose_in_list("Soup", "Unmute").await;
    ana.wait_for(".muted-mark", false).await;
    ana.choose_in_list("Soup", "Unpin").await;
    ana.wait_for_rows(&["Bread"], &["Tea", "Soup", "bo"]).await;
    ana.choose_in_list("Soup", "Hide").await;
    ana.wait_for_rows(&["Bread"], &["Tea", "bo"]).await;
    let hidden = ana.driver.find(By::Css(".hidden-rooms > summary")).await;
    hidden.unwrap().click().await.unwrap();
    ana.choose_in_list("Soup", "Show in the list").await;
    ana.wait_for_rows(&["Bread"], &["Tea", "Soup", "bo"]).await;

    bo.open_conversation("ana").await;
    bo.say("psst").await;
    ana.find("link", "bo, 1 unread").await;
    ana.choose_in_list("bo", "Mark as read").await;
    ana.find("link", "bo").await;
    assert!(ana.is_marked_page().await, "without a reload");
    assert_eq!(ana.path().await, "/rooms/4/", "in the room that was open");
    assert_eq!(ana.violations().await, Vec::<String>::new());
}

#[tokio::test]
async fn the_menu_opens_by_right_click_and_by_keyboard_and_gives_the_focus_back() {
    let site = Program::start(&["--bcrypt-cost", "4"]).await;
    let (ana, _bo) = three_rooms(&site).await;
    let row = ana.row("Soup").await;
    let click = ana.driver.action_chain().context_click_element(&row);
    click.perform().await.unwrap();
    ana.find("menu", "Actions for Soup").await;
    ana.wait_for_list_focus("Mute").await;
    assert!(!ana.shows("menuitem", "Mark as read").await, "it is read");
    assert!(!ana.shows("menuitem", "Move up").await, "it is not pinned");
    ana.screenshot("list-menu").await;
    assert_eq!(ana.violations().await, Vec::<String>::new());
    ana.keys(Key::Down + "").await;
    ana.wait_for_list_focus("Pin").await;
    ana.keys(Key::Escape + "").await;
    ana.wait_gone("menu", "Actions for Soup").await;
    ana.wait_for_list_focus("Soup").await;

    // Tab reaches the button of the row with the focus.
    ana.keys(Key::Tab + "").await;
    ana.wait_for_list_focus("Actions for Soup").await;
    ana.keys(Key::Enter + "").await;
    ana.find("menu", "Actions for Soup").await;
    ana.keys("p").await;
    ana.wait_for_list_focus("Pin").await;
    ana.keys(Key::Enter + "").await;
    ana.wait_for_rows(&["Soup"], &["Tea", "Bread", "bo"]).await;
    ana.wait_for_list_focus("Actions for Soup").await;
}

#[tokio::test]
async fn another_device_of_the_person_sees_the_pin_and_others_do_not() {
    let site = Program::start(&["--bcrypt-cost", "4"]).await;
    let (ana, bo) = three_rooms(&site).await;
    let phone = Profile::start(&site).await;
    phone.open("/").await;
    phone.log_in("ana").await;
    phone
        .wait_for_rows(&[], &["Tea", "Soup", "Bread", "bo"])
        .await;
    ana.choose_in_list("Soup", "Pin").await;
    phone
        .wait_for_rows(&["Soup"], &["Tea", "Bread", "bo"])
        .await;
    ana.choose_in_list("Soup", "Unpin").await;
    phone
        .wait_for_rows(&[], &["Tea", "Soup", "Bread", "bo"])
        .await;
    assert_eq!(bo.rows().await[0], Vec::<String>::new());
}

#[tokio::test]
async fn without_a_connection_the_menu_says_that_it_did_nothing() {
    let site = Program::start(&["--bcrypt-cost", "4"]).await;
    let (ana, _bo) = three_rooms(&site).await;
    // Its script is there.
    ana.point_at("Soup").await;
    ana.find("button", "Actions for Soup").await;
    ana.wire.cut();
    ana.find_status("Reconnecting…").await;
    ana.choose_in_list("Soup", "Pin").await;
    ana.wait_for_list_status("You are offline. Try again when you are connected.")
        .await;
    ana.wire.mend();
}

#[tokio::test]
async fn a_folded_section_stays_folded_and_says_what_is_unread_in_it() {
    let site = Program::start(&["--bcrypt-cost", "4"]).await;
    let (ana, bo) = three_rooms(&site).await;
    ana.open("/").await;
    ana.choose_in_list("Soup", "Pin").await;
    ana.wait_for_rows(&["Soup"], &["Tea", "Bread", "bo"]).await;
    let fold = ".side-section[data-section=pinned] > summary";
    let summary = ana.driver.find(By::Css(fold)).await.unwrap();
    assert!(ana.shows("heading", "Pinned").await);
    summary.click().await.unwrap();
    ana.wait_for_rows(&[], &["Tea", "Bread", "bo"]).await;
    until("the cookie", async || {
        let cookie: String = ana.ask_page("return document.cookie").await;
        cookie.contains("parlour_folds=pinned").then_some(())
    })
    .await;

    bo.press("link", "Soup").await;
    bo.say("it is hot, @ana").await;
    let words = "return document.querySelector('[data-section=pinned] > summary').innerText";
    until("the badge of the section", async || {
        let shown: String = ana.ask_page(words).await;
        shown.contains(", 1 unread, mentioned").then_some(())
    })
    .await;
    ana.reload().await;
    ana.wait_for_rows(&[], &["Tea", "Bread", "bo"]).await;
    let shown: String = ana.ask_page(words).await;
    assert!(shown.contains(", 1 unread, mentioned"), "{shown}");
    ana.screenshot("list-folded").await;

    let summary = ana.driver.find(By::Css(fold)).await.unwrap();
    summary.click().await.unwrap();
    ana.wait_for_rows(&["Soup"], &["Tea", "Bread", "bo"]).await;
    ana.reload().await;
    ana.wait_for_rows(&["Soup"], &["Tea", "Bread", "bo"]).await;
}

#[tokio::test]
async fn the_list_narrows_to_what_is_typed() {
    let site = Program::start(&["--bcrypt-cost", "4"]).await;
    let (ana, _bo) = three_rooms(&site).await;
    ana.make_room("Closed", "Crème brûlée", &["bo"]).await;
    ana.open("/").await;
    ana.choose_in_list("Soup", "Pin").await;
    let all = &["Crème brûlée", "Tea", "Bread", "bo"][..];
    ana.wait_for_rows(&["Soup"], all).await;
    let fold = ".side-section[data-section=pinned] > summary";
    let summary = ana.driver.find(By::Css(fold)).await.unwrap();
    summary.click().await.unwrap();
    ana.wait_for_rows(&[], all).await;

    let filter = ana.find("searchbox", "Filter conversations").await;
    filter.send_keys("BRU").await.unwrap();
    ana.wait_for_rows(&[], &["Crème brûlée"]).await;
    ana.wait_for_list_status("1 conversation").await;
    ana.screenshot("list-filtered").await;
    assert_eq!(ana.violations().await, Vec::<String>::new());
    filter.send_keys(Key::Escape + "").await.unwrap();
    ana.wait_for_rows(&[], all).await;

    // Also in a folded section, which is folded again behind it.
    filter.send_keys("ou").await.unwrap();
    ana.wait_for_rows(&["Soup"], &[]).await;
    filter.send_keys("zz").await.unwrap();
    ana.wait_for_rows(&[], &[]).await;
    ana.wait_for_list_status("No conversation has that name.")
        .await;
    filter.send_keys(Key::Escape + "").await.unwrap();
    ana.wait_for_rows(&[], all).await;

    // The arrows go through what is left, and Escape comes back.
    filter.send_keys("r").await.unwrap();
    ana.wait_for_rows(&[], &["Crème brûlée", "Bread"]).await;
    ana.keys(Key::Down + "").await;
    ana.wait_for_list_focus("Crème brûlée").await;
    ana.keys(Key::Down + "").await;
    ana.wait_for_list_focus("Bread").await;
    ana.keys(Key::Escape + "").await;
    ana.wait_for_rows(&[], all).await;
    ana.wait_for_list_focus("Filter conversations").await;

    // Enter opens the best match, and the list is whole again.
    ana.keys("br").await;
    ana.wait_for_rows(&[], &["Crème brûlée", "Bread"]).await;
    ana.keys(Key::Enter + "").await;
    ana.find("textbox", "Message Bread").await;
    ana.wait_for_rows(&[], all).await;
}

#[tokio::test]
async fn a_row_says_what_is_typed_drafted_and_not_sent() {
    let site = Program::start(&["--bcrypt-cost", "4"]).await;
    let (ana, bo) = three_rooms(&site).await;
    bo.press("link", "Soup").await;
    bo.say("hot").await;
    ana.wait_for_line("Soup", "bo: hot").await;

    bo.keys("and s").await;
    ana.wait_for_line("Soup", "bo is typing…").await;
    bo.press_enter().await;
    ana.wait_for_line("Soup", "bo: and s").await;

    ana.press("link", "Soup, 2 unread").await;
    ana.find("textbox", "Message Soup").await;
    ana.find("link", "Soup").await;
    ana.paste("half a **thought**").await;
    ana.press("link", "Tea").await;
    ana.wait_for_line("Soup", "Draft: half a **thought**").await;
    ana.screenshot("list-draft").await;
    // The draft is of this person alone, and the last line is still known.
    bo.wait_for_line("Soup", "You: and s").await;
    ana.press("link", "Soup").await;
    ana.wait_for_line("Soup", "bo: and s").await;
}

#[tokio::test]
async fn what_waits_for_the_connection_is_seen_in_the_list() {
    let site = Program::start(&["--bcrypt-cost", "4"]).await;
    let (ana, bo) = tokio::join!(Profile::start(&site), Profile::start(&site));
    ana.meet(&bo, ("ana", "bo")).await;
    ana.paste("pati").await;
    // What shows it is loaded when somebody begins to type.
    until("the script of the lines", async || {
        let script = "return performance.getEntriesByType('resource')
               .some(({ name, responseEnd }) => name.includes('line-states') && responseEnd > 0)";
        ana.ask_page::<bool>(script).await.then_some(())
    })
    .await;
    ana.wire.cut();
    ana.paste("ence").await;
    ana.press_enter().await;
    ana.wait_for_line("bo", "Waiting to be sent: patience")
        .await;
    ana.wire.mend();
    ana.wait_for_line("bo", "You: patience").await;
}

#[tokio::test]
async fn nobody_sees_that_a_blocked_person_types() {
    let site = Program::start(&["--bcrypt-cost", "4"]).await;
    let (ana, bo) = three_rooms(&site).await;
    ana.open("/friends/2/block/").await;
    ana.press("button", "Block bo").await;
    ana.wait_for_text("bo is blocked.").await;
    ana.open("/").await;
    ana.ask_page::<()>(
        "window.leaks = [];
         const nav = document.getElementById('conversations');
         const look = () => nav.textContent.includes('typing') && leaks.push(nav.textContent);
         new MutationObserver(look).observe(nav, { childList: true, subtree: true, characterData: true })",
    )
    .await;
    bo.press("link", "Soup").await;
    bo.keys("rude").await;
    bo.press_enter().await;
    bo.find_text_message("rude").await;
    ana.wait_for_line("Soup", "Blocked message").await;
    let leaks: Vec<String> = ana.ask_page("return leaks").await;
    assert_eq!(leaks, Vec::<String>::new());
}
