//! What screen readers announce, and where the focus is.

use serde_json::{Value, json};
use thirtyfour::Key;

use crate::{
    people::PASSWORD,
    profile::Profile,
    stage::{Program, until},
};

/// Records what is added to the log while it is live, and to statuses and alerts, as a screen
/// reader announces it: without the parts whose `aria-live` is off.
const RECORD: &str = "globalThis.announced = [];
    const said = (node) => node.nodeType === Node.TEXT_NODE ? node.data
        : node.nodeType !== Node.ELEMENT_NODE || node.ariaLive === 'off' || node.ariaHidden === 'true' ? ''
        : [...node.childNodes].map(said).join(' ');
    new MutationObserver((records) => {
        if (document.readyState === 'loading') return;
        for (const { addedNodes, target } of records) for (const node of addedNodes) {
            const region = target.closest?.('[aria-live], [role=log], [role=status], [role=alert]');
            if (!region?.matches('[role=log], [role=status], [role=alert]') || region.ariaLive === 'off') continue;
            const text = said(node).replace(/\\s+/g, ' ').trim();
            if (text) announced.push(text);
        }
    }).observe(document, { subtree: true, childList: true });";

impl Profile {
    async fn record_announcements(&self) {
        let method = "Page.addScriptToEvaluateOnNewDocument";
        let script = json!({ "source": RECORD });
        self.driver.cdp().send_raw(method, script).await.unwrap();
    }

    async fn announced(&self) -> Vec<String> {
        self.ask_page("return announced").await
    }

    /// Waits until the log is live again.
    async fn wait_until_live(&self) {
        self.wait_for("#messages[aria-live=polite]", true).await;
    }

    /// Returns the tag and the accessible name of the focused element.
    async fn focused_now(&self) -> String {
        let script = "return document.activeElement.tagName";
        let tag: String = self.ask_page(script).await;
        let element = self.driver.active_element().await.unwrap();
        format!("{tag} {}", self.computed(&element, "label").await.unwrap())
    }

    async fn wait_for_focus_on(&self, expected: &str) {
        until(&format!("the focus on '{expected}'"), async || {
            (self.focused_now().await == expected).then_some(())
        })
        .await;
    }
}

#[tokio::test]
async fn a_message_is_announced_once_as_author_and_text() {
    let site = Program::start(&["--bcrypt-cost", "4"]).await;
    let (ana, bo) = tokio::join!(Profile::start(&site), Profile::start(&site));
    ana.meet(&bo, ("ana", "bo")).await;
    bo.say("before").await;
    ana.find_text_message("before").await;
    for person in [&ana, &bo] {
        person.record_announcements().await;
        person.reload().await;
        person.find_text_message("before").await;
        person.wait_until_live().await;
        assert!(person.announced().await.is_empty(), "opening a room");
    }

    ana.say("hello").await;
    ana.wait_for_count(2).await;
    bo.find_text_message("hello").await;
    // The state of the message changes until the other side has seen it.
    ana.wait_for(".message-seen, .state-delivered", true).await;
    assert_eq!(ana.announced().await, ["ana hello"]);
    assert_eq!(bo.announced().await, ["ana hello"]);

    // Edits and reactions of others are quiet.
    let focus = "[...document.querySelectorAll('article')].at(-1).focus()";
    ana.ask_page::<Value>(focus).await;
    ana.keys("e").await;
    ana.find("textbox", "Edit message")
        .await
        .send_keys("!")
        .await
        .unwrap();
    ana.press("button", "Save").await;
    bo.find_text_message("hello!").await;
    bo.ask_page::<Value>(focus).await;
    bo.keys("+").await;
    bo.ask_page::<Value>("document.querySelector('.choice').click()")
        .await;
    ana.wait_for(".chip", true).await;
    bo.wait_for(".chip", true).await;
    assert_eq!(ana.announced().await, ["ana hello"]);
    assert_eq!(bo.announced().await, ["ana hello"]);
}

#[tokio::test]
async fn the_names_to_mention_are_a_combobox_while_they_are_offered() {
    let site = Program::start(&["--bcrypt-cost", "4"]).await;
    let (ana, bo) = tokio::join!(Profile::start(&site), Profile::start(&site));
    ana.meet(&bo, ("ana", "bo")).await;
    bo.join("bob").await;
    bo.befriend(&ana, ("bob", "ana")).await;
    ana.make_room("Closed", "Tea", &["bo", "bob"]).await;
    ana.fill("Message Tea", "@b").await;
    let option = ana.find("option", "bo").await;
    let combobox = ana.find("combobox", "Message Tea").await;
    for (name, value) in [
        ("aria-expanded", "true"),
        ("aria-haspopup", "listbox"),
        ("aria-controls", "names"),
        ("aria-autocomplete", "list"),
    ] {
        let found = combobox.attr(name).await.unwrap();
        assert_eq!(found.as_deref(), Some(value), "{name}");
    }
    let active = combobox.attr("aria-activedescendant").await.unwrap();
    assert_eq!(active, option.attr("id").await.unwrap());
    assert_eq!(
        option.attr("aria-selected").await.unwrap().as_deref(),
        Some("true")
    );
    // Arrows move the selection, and the box says where it is.
    for (key, name) in [(Key::Down, "bob"), (Key::Down, "bo"), (Key::Up, "bob")] {
        ana.keys(key + "").await;
        let option = ana.find("option", name).await;
        for (of, name, value) in [
            (
                &combobox,
                "aria-activedescendant",
                option.attr("id").await.unwrap(),
            ),
            (&combobox, "aria-expanded", Some("true".to_owned())),
            (&option, "aria-selected", Some("true".to_owned())),
        ] {
            assert_eq!(of.attr(name).await.unwrap(), value, "{name}");
        }
        let selected = "return document.querySelectorAll('#names [aria-selected=true]').length";
        assert_eq!(ana.ask_page::<u32>(selected).await, 1);
    }
    // HTML allows the role only for one-line fields, see `mentions.js`.
    let mut violations = ana.violations().await;
    violations.retain(|one| !one.starts_with("aria-allowed-role"));
    assert!(violations.is_empty(), "{violations:?}");

    ana.keys("\u{e00c}").await;
    let textbox = ana.find("textbox", "Message Tea").await;
    for name in ["role", "aria-expanded", "aria-activedescendant"] {
        assert_eq!(textbox.attr(name).await.unwrap(), None, "{name}");
    }
}

#[tokio::test]
async fn the_focus_is_never_lost_on_the_page() {
    let site = Program::start(&["--bcrypt-cost", "4"]).await;
    let (ana, bo) = tokio::join!(Profile::start(&site), Profile::start(&site));
    ana.sign_up("ana").await;
    ana.wait_for_focus_on("H1 Welcome to Parlour").await;
    bo.sign_up("bo").await;
    bo.ask_to_be_friends("ana").await;
    ana.open("/accounts/devices/").await;
    ana.wait_for_focus_on("H1 Devices").await;

    // After a form: at the next thing in its list, or at the heading of the list.
    ana.open("/friends/").await;
    ana.press("button", "Accept bo").await;
    ana.wait_for_text("You and bo are now friends.").await;
    ana.wait_for_focus_on("H2 Requests").await;
    ana.press("button", "Block bo").await;
    ana.wait_for_focus_on("H1 Block this person?").await;
    ana.press("button", "Block bo").await;
    ana.wait_for_text("bo is blocked.").await;
    assert!(!ana.focused_now().await.starts_with("BODY"));
    ana.press("button", "Unblock bo").await;
    ana.wait_for_text("bo is no longer blocked.").await;
    ana.wait_for_focus_on("H2 Blocked").await;

    // The theme is in a menu, which opens again.
    ana.open("/").await;
    ana.ask_page::<Value>("document.querySelector('summary[aria-label=Menu]').click()")
        .await;
    ana.press("button", "Dark").await;
    ana.wait_for("html[data-theme=dark]", true).await;
    ana.wait_for_focus_on("BUTTON Dark").await;

    // A field with `autofocus` keeps the focus.
    ana.log_out().await;
    ana.log_in("ana").await;
    ana.wait_for_path("/").await;
    assert!(!ana.focused_now().await.starts_with("BODY"), "{PASSWORD}");
}

#[tokio::test]
async fn forced_colours_show_the_pictures_of_rooms() {
    let site = Program::start(&["--bcrypt-cost", "4"]).await;
    let ana = Profile::start(&site).await;
    ana.sign_up("ana").await;
    ana.make_room("Closed", "Tea", &[]).await;
    let media = json!({ "features": [{ "name": "forced-colors", "value": "active" }] });
    let method = "Emulation.setEmulatedMedia";
    ana.driver.cdp().send_raw(method, media).await.unwrap();
    let script = "const icon = document.querySelector('.side-nav .face-room .icon');
        const probe = document.body.appendChild(document.createElement('p'));
        probe.style.color = 'CanvasText';
        const colours = [getComputedStyle(icon).color, getComputedStyle(probe).color];
        probe.remove();
        return colours[0] === colours[1]";
    assert!(ana.ask_page::<bool>(script).await);
    ana.screenshot("forced-colours").await;
}

#[tokio::test]
async fn a_friend_request_is_announced_once_with_the_name() {
    let site = Program::start(&["--bcrypt-cost", "4"]).await;
    let (ana, eve) = tokio::join!(Profile::start(&site), Profile::start(&site));
    ana.join("ana").await;
    ana.record_announcements().await;
    ana.open("/").await;
    ana.find("heading", "Welcome to Parlour").await;
    ana.wait_until_said(&[]).await;
    eve.join("eve").await;
    eve.ask_to_be_friends("ana").await;
    ana.wait_for(".toast", true).await;
    ana.find("link", "eve wants to be your friend").await;
    ana.wait_until_said(&["eve wants to be your friend ×"])
        .await;
}

#[tokio::test]
async fn who_catches_up_hears_how_many_messages_came_and_not_each_of_them() {
    let site = Program::start(&["--bcrypt-cost", "4"]).await;
    let (ana, bo) = tokio::join!(Profile::start(&site), Profile::start(&site));
    ana.meet(&bo, ("ana", "bo")).await;
    bo.say("before").await;
    bo.record_announcements().await;
    bo.reload().await;
    bo.find_text_message("before").await;
    bo.wait_until_live().await;
    bo.wire.cut();
    bo.find_status("Reconnecting…").await;
    for text in ["one", "two", "three"] {
        ana.say(text).await;
    }
    ana.wait_for_count(4).await;
    bo.wire.mend();
    bo.a_minute_has_passed().await;
    bo.find_status("Back online, 3 new messages").await;
    bo.find_text_message("three").await;
    bo.wait_until_live().await;
    let said = bo.announced().await;
    assert_eq!(said.last().unwrap(), "Back online, 3 new messages");
    let of_messages = said.iter().filter(|one| one.starts_with("ana "));
    assert_eq!(of_messages.count(), 0, "{said:?}");
}
