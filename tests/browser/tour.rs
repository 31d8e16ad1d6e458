//! Screenshots of every page, on desktop and phone, in light and dark, for `docs/tour.md`
//! (`scripts/tour` copies them), and a check that none scrolls sideways on the smallest phone.

use crate::{profile::Profile, rooms::furnished, stage::Program};

const SCREENS: [(u32, u32, &str); 4] = [
    (1280, 800, "light"),
    (1280, 800, "dark"),
    (360, 740, "light"),
    (360, 740, "dark"),
];

impl Profile {
    async fn picture(&self, pages: &[(&str, String)]) {
        for (width, height, scheme) in SCREENS {
            self.use_screen(width, height).await;
            self.prefer(scheme).await;
            for (name, path) in pages {
                self.open(path).await;
                self.screenshot(&format!("tour-{name}-{width}-{scheme}"))
                    .await;
            }
        }
        self.use_screen(320, 640).await;
        for (name, path) in pages {
            self.open(path).await;
            assert!(!self.scrolls_sideways().await, "{name}");
        }
        self.use_screen(1280, 800).await;
    }
}

/// Fills the conversation with bo: messages, a reminder, a message for later, a pin.
async fn talk(ana: &Profile) {
    for text in [
        "The tomatoes came up. All **twelve** of them.",
        "I built the watering from this: https://example.org/pump",
        "> never again by hand\n\nSays who?",
    ] {
        ana.paste(text).await;
        ana.press_enter().await;
    }
    ana.wait_for_count(3).await;
    ana.choose("The tomatoes came up. All twelve of them.", "Remind me…")
        .await;
    ana.choose_tomorrow("Remind me of this message").await;
    ana.fill("Message bo", "Good morning! Did it rain?").await;
    ana.press("button", "Send later").await;
    ana.choose_tomorrow("Send later").await;
    ana.find("link", "1 message scheduled").await;
    ana.choose("The tomatoes came up. All twelve of them.", "Pin message")
        .await;
    ana.find("link", "1 pinned message").await;
}

#[tokio::test]
async fn every_page_has_its_pictures_and_fits_the_smallest_phone() {
    let site = Program::start(&["--bcrypt-cost", "4"]).await;
    let visitor = Profile::start(&site).await;
    visitor
        .picture(&[
            ("login", "/accounts/login/".to_owned()),
            ("register", "/accounts/register/".to_owned()),
        ])
        .await;
    drop(visitor);
    let (ana, mut pages) = furnished(&site).await;
    ana.open_conversation("bo").await;
    talk(&ana).await;
    let path = ana.path().await;
    let first: i64 = ana
        .ask_page("return Number(document.querySelector('article.message[data-id]').dataset.id)")
        .await;
    let about = |page: &str| format!("messages/{first}/{page}");
    let (details, actions, reminder) = (about("details"), about("actions"), about("reminder"));
    for (name, page) in [
        ("talk", path.as_str()),
        ("conversations", "/"),
        ("friends", "/friends/"),
        ("reminders", "/reminders/"),
        ("later", "/later/"),
        ("devices", "/accounts/devices/"),
        ("password", "/accounts/password/"),
        ("preferences", "/accounts/preferences/"),
        ("status", "/status/"),
        ("missing", "/nowhere"),
    ] {
        pages.push((name, page.to_owned()));
    }
    for (name, page) in [
        ("notifications", "notifications"),
        ("catch-up", "catch-up"),
        ("pins", "pins"),
        ("message-details", details.as_str()),
        ("message-actions", actions.as_str()),
        ("reminder", reminder.as_str()),
    ] {
        pages.push((name, format!("{path}{page}/")));
    }
    ana.picture(&pages).await;
}
