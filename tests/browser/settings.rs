//! The page of preferences with scripts: sections that save themselves, looks that apply at once; and
//! the filter of the keyboard shortcuts.

use serde_json::{Value, json};

use crate::{
    profile::Profile,
    stage::{Program, until},
};

/// Records what live regions outside of the log say, as a screen reader announces it: alerts, and
/// changes of statuses that are there already.
const RECORD: &str = "globalThis.announced = [];
    new MutationObserver((records) => {
        if (document.readyState === 'loading') return;
        for (const region of new Set(records.map(({ target }) =>
            (target.closest ? target : target.parentElement)?.closest('[role=status], [role=alert]')))) {
            const text = region?.textContent.replace(/\\s+/g, ' ').trim();
            if (text) announced.push(text);
        }
    }).observe(document, { subtree: true, childList: true, characterData: true });";

impl Profile {
    pub(crate) async fn record_statuses(&self) {
        let method = "Page.addScriptToEvaluateOnNewDocument";
        let script = json!({ "source": RECORD });
        self.driver.cdp().send_raw(method, script).await.unwrap();
    }

    /// Waits until the section with this id says that it is saved.
    async fn wait_until_saved(&self, section: &str) {
        let state = format!("#{section} .saved");
        let script = format!("return document.querySelector('{state}').textContent");
        until(&format!("{section} to be saved"), async || {
            (self.ask_page::<String>(&script).await == "Saved").then_some(())
        })
        .await;
    }
}

#[tokio::test]
async fn sections_save_themselves_and_say_so_or_what_is_wrong() {
    let site = Program::start(&["--bcrypt-cost", "4"]).await;
    let ana = Profile::start(&site).await;
    ana.sign_up("ana").await;
    ana.record_statuses().await;
    ana.open("/accounts/preferences/").await;
    ana.find("checkbox", "Monday").await;
    assert!(!ana.shows("button", "Save quiet hours").await);
    for day in ["Monday", "Sunday"] {
        ana.press("checkbox", day).await;
    }
    ana.wait_until_saved("quiet").await;
    ana.press("radio", "the newest message").await;
    ana.wait_until_saved("reading").await;
    let said: Vec<String> = ana.ask_page("return announced").await;
    assert!(said.contains(&"Saved".to_owned()), "{said:?}");

    // A time that is not complete is no time.
    let clear = "const input = document.getElementById('quiet_from');
        input.value = ''; input.dispatchEvent(new Event('change', { bubbles: true }))";
    ana.ask_page::<Value>(clear).await;
    ana.wait_for_text("Enter a time such as 22:00.").await;
    ana.wait_for("#quiet_from[aria-invalid=true]", true).await;
    let right = clear.replace("''", "'21:15'");
    ana.ask_page::<Value>(&right).await;
    ana.wait_until_no_text("Enter a time such as 22:00.").await;
    ana.wait_until_saved("quiet").await;

    ana.reload().await;
    let stored = "return [...document.querySelectorAll('.weekday input')].map(({ checked }) => Number(checked)).join('')
        + ' ' + document.getElementById('quiet_from').value
        + ' ' + document.querySelector('[name=open_at]:checked').value";
    assert_eq!(ana.ask_page::<String>(stored).await, "1000001 21:15 newest");

    // The sound is played by one press.
    let listen = "globalThis.tones = 0;
        const start = OscillatorNode.prototype.start;
        OscillatorNode.prototype.start = function (at) { tones += 1; start.call(this, at); }";
    ana.ask_page::<Value>(listen).await;
    ana.press("button", "Test sound").await;
    assert_eq!(ana.ask_page::<u32>("return tones").await, 2);
}

#[tokio::test]
async fn looks_apply_at_once_also_in_another_tab_and_after_a_reload() {
    let site = Program::start(&["--bcrypt-cost", "4"]).await;
    let ana = Profile::start(&site).await;
    ana.sign_up("ana").await;
    ana.open_tab("/accounts/preferences/").await;
    ana.press("radio", "Larger").await;
    ana.press("radio", "Plum").await;
    ana.press("radio", "Compact").await;
    ana.press("radio", "Dark").await;
    let chosen =
        "html[data-text-size=larger][data-accent=plum][data-density=compact][data-theme=dark]";
    ana.wait_for(chosen, true).await;
    ana.wait_until_saved("looks").await;
    let sizes = "return getComputedStyle(document.documentElement).fontSize
        + getComputedStyle(document.body).backgroundColor
        + getComputedStyle(document.documentElement).getPropertyValue('--accent')";
    let now: String = ana.ask_page(sizes).await;
    assert!(now.starts_with("20px"), "{now}");
    ana.reload().await;
    ana.wait_for(chosen, true).await;
    ana.screenshot("preferences-looks").await;
    ana.show_tab(0).await;
    ana.wait_for(chosen, true).await;
}

#[tokio::test]
async fn the_list_of_shortcuts_is_filtered_by_words() {
    let site = Program::start(&["--bcrypt-cost", "4"]).await;
    let ana = Profile::start(&site).await;
    ana.sign_up("ana").await;
    ana.keys("?").await;
    let field = ana.find("searchbox", "Filter shortcuts").await;
    let shown = "return [...document.querySelectorAll('#keys dl > div:not([hidden]) dd')].map((row) => row.textContent)";
    let all: Vec<String> = ana.ask_page(shown).await;
    assert!(all.len() > 15);
    field.send_keys("conversation unread").await.unwrap();
    until("one row", async || {
        let rows: Vec<String> = ana.ask_page(shown).await;
        (rows == ["Previous or next unread conversation"]).then_some(())
    })
    .await;
    field.send_keys("xyz").await.unwrap();
    ana.wait_for_text("No shortcut matches.").await;
    // It starts anew.
    ana.press("button", "Close").await;
    ana.keys("?").await;
    until("all rows", async || {
        let rows: Vec<String> = ana.ask_page(shown).await;
        (rows.len() == all.len()).then_some(())
    })
    .await;
}

#[tokio::test]
async fn all_looks_break_no_rule_of_accessibility_and_fit_a_phone() {
    let site = Program::start(&["--bcrypt-cost", "4"]).await;
    let ana = Profile::start(&site).await;
    ana.sign_up("ana").await;
    ana.use_screen(320, 640).await;
    for accent in ["Green", "Blue", "Plum", "Rose", "Slate"] {
        ana.open("/accounts/preferences/").await;
        ana.press("radio", accent).await;
        ana.press("radio", "Larger").await;
        ana.wait_until_saved("looks").await;
        ana.expect_accessible(&["/", "/accounts/preferences/", "/accounts/profile/"])
            .await;
        assert!(!ana.scrolls_sideways().await, "{accent}");
    }
}
