//! Unread counts and notifications in several browsers and tabs: all agree, none sticks, and nobody
//! is notified twice.

use serde_json::json;
use thirtyfour::{By, Key};

use crate::{
    profile::Profile,
    stage::{Program, until},
};

impl Profile {
    /// Returns the accessible name of the link to a conversation.
    pub(crate) async fn link_name(&self, name: &str) -> String {
        let script = format!(
            "const link = [...document.querySelectorAll('a[data-conversation]')]
               .find((one) => one.querySelector('.side-name').textContent === '{name}');
             return link ? (link.getAttribute('aria-label') ?? '{name}') : 'no such link'"
        );
        self.ask_page(&script).await
    }

    pub(crate) async fn wait_for_link(&self, conversation: &str, label: &str) {
        until(&format!("the link '{label}'"), async || {
            (self.link_name(conversation).await == label).then_some(())
        })
        .await;
    }

    pub(crate) async fn wait_for_title(&self, title: &str) {
        until(&format!("the title '{title}'"), async || {
            (self.ask_page::<String>("return document.title").await == title).then_some(())
        })
        .await;
    }

    pub(crate) async fn has(&self, selector: &'static str) -> bool {
        self.driver.find(By::Css(selector)).await.is_ok()
    }

    pub(crate) async fn wait_for(&self, selector: &'static str, is_there: bool) {
        until(&format!("{selector}: {is_there}"), async || {
            (self.has(selector).await == is_there).then_some(())
        })
        .await;
    }

    /// Grants the permission to show notifications.
    pub(crate) async fn watch_notifications(&self) {
        let granted = json!({ "permissions": ["notifications"] });
        self.driver
            .cdp()
            .send_raw("Browser.grantPermissions", granted)
            .await
            .unwrap();
    }

    /// Records notifications of the current tab in local storage, from the next page on.
    pub(crate) async fn record_notifications(&self) {
        let source = "if (globalThis.Notification) globalThis.Notification = class extends Notification {
              constructor(title, options) {
                super(title, options);
                localStorage.setItem(`told/${performance.timeOrigin + performance.now()}`, `${title}: ${options.body}`);
              }
              close() {
                localStorage.setItem(`closed/${performance.timeOrigin + performance.now()}`, 'closed');
                super.close();
              }
            };";
        let method = "Page.addScriptToEvaluateOnNewDocument";
        let script = json!({ "source": source });
        self.driver.cdp().send_raw(method, script).await.unwrap();
    }

    pub(crate) async fn told(&self) -> Vec<String> {
        self.ask_page(
            "return Object.keys(localStorage).filter((key) => key.startsWith('told/')).sort().map((key) => localStorage[key])",
        )
        .await
    }

    async fn closed(&self) -> usize {
        self.ask_page::<usize>(
            "return Object.keys(localStorage).filter((key) => key.startsWith('closed/')).length",
        )
        .await
    }

    async fn tick(&self, label: &str) {
        self.press("checkbox", label).await;
    }

    async fn save_preferences(&self) {
        self.wait_for(".saved:not(:empty)", true).await;
    }
}

/// Ana has the conversation open, Bo the list. A second browser of Bo has the list, too.
async fn ana_and_two_of_bo(site: &Program) -> (Profile, Profile, Profile) {
    let (ana, bo) = tokio::join!(Profile::start(site), Profile::start(site));
    ana.meet(&bo, ("ana", "bo")).await;
    bo.open("/").await;
    let phone = Profile::start(site).await;
    phone.open("/").await;
    phone.log_in("bo").await;
    phone.wait_for_title("Conversations – Parlour").await;
    (ana, bo, phone)
}

#[tokio::test]
async fn what_one_browser_reads_is_read_in_the_other_within_a_second() {
    let site = Program::start(&["--bcrypt-cost", "4"]).await;
    let (ana, bo, phone) = ana_and_two_of_bo(&site).await;
    ana.say("one").await;
    ana.say("two").await;
    for browser in [&bo, &phone] {
        browser.wait_for_link("ana", "ana, 2 unread").await;
        browser.wait_for_title("(2) Conversations – Parlour").await;
        browser
            .wait_for("#favicon[href$='mark-badge.svg']", true)
            .await;
    }
    bo.screenshot("attention-list").await;

    bo.press("link", "ana, 2 unread").await;
    bo.find("separator", "New messages").await;
    phone.wait_for_link("ana", "ana").await;
    phone.wait_for_title("Conversations – Parlour").await;
    phone.wait_for("#favicon[href$='mark.svg']", true).await;
    bo.wait_for_title("ana – Parlour").await;
    bo.screenshot("attention-divider").await;
    bo.keys(Key::Escape + "").await;
    bo.wait_gone("separator", "New messages").await;

    // A message in the visible room is read at once and causes no notification.
    ana.say("three").await;
    bo.find_text_message("three").await;
    phone.wait_for_link("ana", "ana").await;
    assert_eq!(bo.link_name("ana").await, "ana");
    // Own messages are never unread, on any device.
    bo.say("mine").await;
    ana.find_text_message("mine").await;
    assert_eq!(phone.link_name("ana").await, "ana");
}

#[tokio::test]
async fn everything_is_marked_read_and_taken_back_and_rooms_are_walked_by_keys() {
    let site = Program::start(&["--bcrypt-cost", "4"]).await;
    let (ana, bo, phone) = ana_and_two_of_bo(&site).await;
    ana.say("one").await;
    bo.wait_for_link("ana", "ana, 1 unread").await;

    bo.keys(Key::Shift + Key::Escape + "").await;
    bo.wait_for_link("ana", "ana").await;
    phone.wait_for_link("ana", "ana").await;
    bo.press("button", "Undo").await;
    phone.wait_for_link("ana", "ana, 1 unread").await;
    bo.press("button", "Mark all read").await;
    phone.wait_for_link("ana", "ana").await;
    bo.find("button", "Undo").await;

    ana.say("two").await;
    bo.wait_for_link("ana", "ana, 1 unread").await;
    let alt_shift_down = Key::Alt + Key::Shift + Key::Down + "";
    bo.keys(alt_shift_down).await;
    bo.find("textbox", "Message ana").await;
    phone.wait_for_link("ana", "ana").await;
}

#[tokio::test]
async fn three_tabs_notify_once_and_not_of_what_is_in_view_or_in_quiet_hours() {
    let site = Program::start(&["--bcrypt-cost", "4"]).await;
    let (ana, bo) = tokio::join!(Profile::start(&site), Profile::start(&site));
    ana.meet(&bo, ("ana", "bo")).await;
    let room = bo.path().await;
    bo.watch_notifications().await;
    bo.record_notifications().await;
    bo.open(&room).await;
    bo.find("textbox", "Message ana").await;
    ana.say("in view").await;
    bo.find_text_message("in view").await;
    for _ in 0..2 {
        let tab = bo.driver.new_tab().await.unwrap();
        bo.driver.switch_to_window(tab).await.unwrap();
        bo.record_notifications().await;
        bo.open("/friends/").await;
        bo.find("heading", "Add Friends").await;
    }
    bo.wait_for("#my-presence:not(:empty)", true).await;

    ana.say("hello there").await;
    until("a notification", async || {
        (!bo.told().await.is_empty()).then_some(())
    })
    .await;
    // When the second notification is there, those of other tabs for the first would be there, too.
    ana.say("and again").await;
    until("the second notification", async || {
        (bo.told().await.len() > 1).then_some(())
    })
    .await;
    assert_eq!(bo.told().await, ["ana: hello there", "ana: and again"]);
    assert_eq!(bo.closed().await, 0);
    bo.show_tab(0).await;
    until("it to be closed once it is read", async || {
        (bo.closed().await > 0).then_some(())
    })
    .await;

    bo.show_tab(1).await;
    bo.open("/accounts/preferences/").await;
    bo.tick("Hide message text in notifications").await;
    bo.save_preferences().await;
    ana.say("a secret").await;
    until("the third notification", async || {
        (bo.told().await.len() > 2).then_some(())
    })
    .await;
    assert_eq!(bo.told().await[2], "ana: New message");

    bo.press("button", "For 30 minutes").await;
    bo.find("button", "End snooze").await;
    ana.say("snoozed").await;
    ana.find_text_message("snoozed").await;
    bo.press("button", "End snooze").await;
    bo.wait_for_text("Notifications are on again.").await;
    ana.say("awake").await;
    until("the fourth notification", async || {
        (bo.told().await.len() > 3).then_some(())
    })
    .await;
    assert_eq!(bo.told().await.len(), 4, "none for what came in the snooze");
}

#[tokio::test]
async fn without_permission_a_line_in_the_page_tells_and_leads_to_the_message() {
    let site = Program::start(&["--bcrypt-cost", "4"]).await;
    let (ana, bo) = tokio::join!(Profile::start(&site), Profile::start(&site));
    ana.meet(&bo, ("ana", "bo")).await;
    bo.open("/accounts/preferences/").await;
    bo.find("button", "Turn on notifications").await;
    ana.say("look here").await;
    bo.wait_for(".toast", true).await;
    bo.screenshot("attention-toast").await;
    bo.press("link", "ana look here").await;
    bo.find_text_message("look here").await;
    bo.wait_for("article.message:focus", true).await;
}

/// Chrome for Android: pages may not construct notifications, and a service worker shows them.
#[tokio::test]
async fn where_pages_cannot_notify_the_worker_does_and_a_toast_if_that_fails_too() {
    let site = Program::start(&["--bcrypt-cost", "4"]).await;
    let (ana, bo) = tokio::join!(Profile::start(&site), Profile::start(&site));
    ana.meet(&bo, ("ana", "bo")).await;
    bo.watch_notifications().await;
    let source = "const permission = Notification.permission;
        globalThis.Notification = class {
            static permission = permission;
            constructor() { throw new TypeError('Illegal constructor. Use ServiceWorkerRegistration.showNotification()'); }
        };
        if (localStorage.noWorker) navigator.serviceWorker.register = () => Promise.reject(new TypeError('none'));
        globalThis.AudioContext = class extends AudioContext {
            createOscillator() {
                localStorage.notes = Number(localStorage.notes ?? 0) + 1;
                return super.createOscillator();
            }
        };";
    let notes = async || {
        let script = "return Number(localStorage.notes ?? 0)";
        bo.ask_page::<u32>(script).await
    };
    let method = "Page.addScriptToEvaluateOnNewDocument";
    let script = json!({ "source": source });
    bo.driver.cdp().send_raw(method, script).await.unwrap();
    bo.open("/accounts/preferences/").await;
    bo.find("button", "Send a test").await;

    ana.say("look here").await;
    let script = "return (async () => {
        const worker = await navigator.serviceWorker.getRegistration();
        return (await worker?.getNotifications() ?? []).map(({ title, body, data }) => `${title}: ${body} ${data.path}`);
    })()";
    until("the worker's notification", async || {
        let shown: Vec<String> = bo.ask_page(script).await;
        let fits = |one: &String| one.starts_with("ana: look here /rooms/");
        (shown.len() == 1 && fits(&shown[0])).then_some(())
    })
    .await;
    assert!(!bo.has(".toast").await);
    // One sound, of two notes.
    let heard = async |wanted: u32| {
        until(&format!("{wanted} notes"), async || {
            (notes().await >= wanted).then_some(())
        })
        .await;
        assert_eq!(notes().await, wanted);
    };
    heard(2).await;
    // It is removed when the message is read.
    bo.open_conversation("ana").await;
    until("no notification", async || {
        let shown: Vec<String> = bo.ask_page(script).await;
        shown.is_empty().then_some(())
    })
    .await;

    bo.ask_page::<Option<()>>("localStorage.noWorker = 'yes'")
        .await;
    bo.open("/accounts/preferences/").await;
    bo.find("button", "Send a test").await;
    ana.say("and here").await;
    bo.wait_for(".toast", true).await;
    // The sound does not need the notification.
    heard(4).await;
}

#[tokio::test]
async fn numbers_of_lists_are_in_the_notification_the_toast_and_the_list() {
    let site = Program::start(&["--bcrypt-cost", "4"]).await;
    let (ana, bo) = tokio::join!(Profile::start(&site), Profile::start(&site));
    ana.meet(&bo, ("ana", "bo")).await;
    let (typed, shown) = (
        "2. second **now**\n5. fifth\n   1) inner",
        "2. second now 5. fifth 1) inner",
    );
    bo.open("/friends/").await;
    ana.paste(typed).await;
    ana.press_enter().await;
    until("the toast", async || {
        let script = "return document.querySelector('.toast-text')?.textContent ?? ''";
        (bo.ask_page::<String>(script).await == shown).then_some(())
    })
    .await;
    let last = "return document.querySelector('#conversations .last-text').textContent";
    assert_eq!(bo.ask_page::<String>(last).await, shown);
    bo.reload().await;
    assert_eq!(bo.ask_page::<String>(last).await, shown);

    bo.watch_notifications().await;
    bo.record_notifications().await;
    bo.open("/friends/").await;
    bo.wait_for("#my-presence:not(:empty)", true).await;
    ana.paste(typed).await;
    ana.press_enter().await;
    until("the notification", async || {
        (bo.told().await == [format!("ana: {shown}")]).then_some(())
    })
    .await;
}

#[tokio::test]
async fn what_is_seen_is_shown_while_both_sides_want_it() {
    let site = Program::start(&["--bcrypt-cost", "4"]).await;
    let (ana, bo) = tokio::join!(Profile::start(&site), Profile::start(&site));
    ana.meet(&bo, ("ana", "bo")).await;
    let room = bo.path().await;
    ana.say("did you see?").await;
    ana.wait_for(".message-seen[title*='bo']", true).await;
    ana.screenshot("attention-seen").await;
    ana.reload().await;
    ana.wait_for(".message-seen[title*='bo']", true).await;

    bo.open("/accounts/preferences/").await;
    bo.tick("Seen Others see how far you have read, and you see how far they have. If either of you turns it off, neither sees it.").await;
    bo.save_preferences().await;
    bo.open(&room).await;
    ana.wait_for(".message-seen", false).await;
    ana.reload().await;
    ana.say("and now?").await;
    bo.find_text_message("and now?").await;
    bo.say("I did").await;
    ana.find_text_message("I did").await;
    assert!(!ana.has(".message-seen").await);
    assert!(!bo.has(".message-seen").await);
}

#[tokio::test]
async fn a_block_leaves_no_badge_behind() {
    let site = Program::start(&["--bcrypt-cost", "4"]).await;
    let (ana, bo, phone) = ana_and_two_of_bo(&site).await;
    ana.say("one").await;
    phone.wait_for_link("ana", "ana, 1 unread").await;
    bo.open("/friends/").await;
    bo.press("button", "Block ana").await;
    bo.find("heading", "Block this person?").await;
    bo.press("button", "Block ana").await;
    bo.wait_for_text("ana is blocked.").await;
    phone.wait_for_link("ana", "ana").await;
    phone.wait_for_title("Conversations – Parlour").await;
}

#[tokio::test]
async fn a_long_absence_opens_at_what_is_new() {
    let site = Program::start(&["--bcrypt-cost", "4"]).await;
    let (ana, bo, phone) = ana_and_two_of_bo(&site).await;
    // Post enough read messages that the line has something above it.
    ana.paste(&"so much was said before\n".repeat(30)).await;
    ana.press_enter().await;
    bo.wait_for_link("ana", "ana, 1 unread").await;
    bo.press("link", "ana, 1 unread").await;
    phone.wait_for_link("ana", "ana").await;
    bo.open("/").await;
    for number in 0..25 {
        ana.say(&format!("line {number}")).await;
    }
    bo.wait_for_link("ana", "ana, 25 unread").await;
    bo.use_screen(1000, 420).await;
    bo.press("link", "ana, 25 unread").await;
    bo.find("separator", "New messages").await;
    let script = "const log = document.getElementById('messages').getBoundingClientRect();
        const line = document.getElementById('new-messages').getBoundingClientRect();
        return (line.top - log.top) / log.height";
    until("the line a third from the top", async || {
        let place = bo.ask_page::<f64>(script).await;
        (0.2..0.4).contains(&place).then_some(())
    })
    .await;
    bo.wait_for_text("Since you left: 25 messages by 1 person")
        .await;
    bo.screenshot("attention-opening").await;
    // Messages below the visible part are not read before the person scrolls there.
    until("some of it to be read", async || {
        let label = phone.link_name("ana").await;
        (label != "ana, 25 unread" && label != "ana").then_some(())
    })
    .await;
    bo.press("button", "Jump to latest").await;
    phone.wait_for_link("ana", "ana").await;
}

#[tokio::test]
async fn the_pages_of_attention_have_pictures_and_fit_a_phone() {
    let site = Program::start(&["--bcrypt-cost", "4"]).await;
    let (ana, bo, phone) = ana_and_two_of_bo(&site).await;
    for number in 0..24 {
        ana.say(&format!("line {number}")).await;
    }
    phone.wait_for_link("ana", "ana, 24 unread").await;
    bo.wait_for_link("ana", "ana, 24 unread").await;
    let room = ana.path().await;
    let message: String = last_message(&ana).await;
    let pages = [
        ("preferences", "/accounts/preferences/".to_owned()),
        ("notifications", format!("{room}notifications/")),
        ("details", format!("{room}messages/{message}/details/")),
        ("catch-up", format!("{room}catch-up/")),
        ("list", "/".to_owned()),
        ("room", room.clone()),
    ];
    for (size, (width, height)) in [("phone", (320, 640)), ("wide", (1280, 800))] {
        phone.use_screen(width, height).await;
        for scheme in ["light", "dark"] {
            phone.prefer(scheme).await;
            for (name, path) in &pages {
                phone.open(path).await;
                assert!(!phone.scrolls_sideways().await, "{path} at {width}");
                phone
                    .screenshot(&format!("attention-{name}-{size}-{scheme}"))
                    .await;
            }
        }
    }
}

/// Returns the id of the last message.
async fn last_message(ana: &Profile) -> String {
    ana.ask_page("return [...document.querySelectorAll('article[data-id]')].at(-1).dataset.id")
        .await
}

#[tokio::test]
async fn in_rooms_chatter_is_a_dot_a_call_is_a_number_and_nothing_stays_behind() {
    let site = Program::start(&["--bcrypt-cost", "4"]).await;
    let (ana, bo, phone) = ana_and_two_of_bo(&site).await;
    ana.make_room("Closed", "Garden", &["bo"]).await;
    for browser in [&bo, &phone] {
        browser.wait_for_link("Garden", "Garden").await;
    }
    ana.say("chatter").await;
    phone.wait_for_link("Garden", "Garden, 1 unread").await;
    assert!(phone.has(".badge-dot:not([hidden])").await);
    ana.say("look, @bo").await;
    phone
        .wait_for_link("Garden", "Garden, 2 unread, mentioned")
        .await;
    phone.wait_for_title("(1) Conversations – Parlour").await;
    phone.screenshot("attention-called").await;
    phone.reload().await;
    phone
        .wait_for_link("Garden", "Garden, 2 unread, mentioned")
        .await;

    ana.choose("look, @bo", "Delete").await;
    ana.press("button", "Delete").await;
    phone.wait_for_link("Garden", "Garden, 1 unread").await;
    phone.wait_for_title("Conversations – Parlour").await;

    bo.press("link", "Garden, 1 unread").await;
    phone.wait_for_link("Garden", "Garden").await;
    bo.choose("chatter", "Mark unread from here").await;
    bo.find("separator", "New messages").await;
    for browser in [&bo, &phone] {
        browser.wait_for_link("Garden", "Garden, 1 unread").await;
    }
    ana.say("more").await;
    phone.wait_for_link("Garden", "Garden, 2 unread").await;

    ana.say("@bo once more").await;
    phone.wait_for_title("(1) Conversations – Parlour").await;
    ana.press("link", "Room details").await;
    ana.press("link", "Remove bo").await;
    ana.press("button", "Remove").await;
    phone.wait_for_link("Garden", "no such link").await;
    phone.wait_for_title("Conversations – Parlour").await;
}

#[tokio::test]
async fn the_pages_of_attention_break_no_rule_of_accessibility() {
    let site = Program::start(&["--bcrypt-cost", "4"]).await;
    let (ana, bo, phone) = ana_and_two_of_bo(&site).await;
    for number in 0..22 {
        ana.say(&format!("line {number}")).await;
    }
    bo.wait_for_link("ana", "ana, 22 unread").await;
    let room = ana.path().await;
    let details = format!("{room}messages/{}/details/", last_message(&ana).await);
    let (notifications, missed) = (format!("{room}notifications/"), format!("{room}catch-up/"));
    let pages = [
        "/",
        "/accounts/preferences/",
        &details,
        &notifications,
        &missed,
        &room,
    ];
    phone.expect_accessible(&pages).await;
}
