//! Display names in the browser: a new name is shown without a reload, and names are completed.

use serde_json::{Value, json};
use thirtyfour::{By, Key};

use crate::{profile::Profile, stage::Program, stage::until};

impl Profile {
    /// Saves the profile with this display name.
    async fn call_me(&self, name: &str) {
        self.open("/accounts/profile/").await;
        let field = self.find("textbox", "Display name").await;
        field.clear().await.unwrap();
        field.send_keys(name).await.unwrap();
        self.press("button", "Save").await;
        self.wait_for_text("Your profile is saved.").await;
    }

    async fn wait_for_part(&self, part: &str, text: &str) {
        until(&format!("'{text}' in {part}"), async || {
            let shown = self.driver.find(By::Css(part)).await.ok()?;
            (shown.text().await.ok()? == text).then_some(())
        })
        .await;
    }
}

#[tokio::test]
async fn a_new_name_is_shown_without_a_reload_and_mentions_use_the_user_name() {
    let site = Program::start(&["--bcrypt-cost", "4"]).await;
    let (ana, bo) = tokio::join!(Profile::start(&site), Profile::start(&site));
    ana.meet(&bo, ("ana", "bo")).await;
    let tea = ana.make_room("Closed", "Tea", &["bo"]).await;
    bo.open(&tea).await;
    bo.say("an old message").await;
    ana.open(&tea).await;
    ana.find_text_message("an old message").await;
    ana.fill("Message Tea", "half a ").await;
    ana.mark_page().await;

    bo.call_me("Bo Lindqvist").await;

    ana.wait_for_part(".message-author", "Bo Lindqvist").await;
    ana.wait_for_part(".last-line", "Bo Lindqvist: an old message")
        .await;
    ana.find("link", "Bo Lindqvist").await;
    let avatar = "return document.querySelector('article > .avatar').dataset.initials";
    assert_eq!(ana.ask_page::<String>(avatar).await, "BL");
    // By a part of the display name, which is found and not inserted.
    ana.fill("Message Tea", "@lind").await;
    ana.wait_for_part("#names [role=option]", "Bo Lindqvist @bo")
        .await;
    ana.screenshot("names").await;
    ana.keys(Key::Enter + "hi").await;
    ana.press_enter().await;
    ana.find_text_message("half a @bo hi").await;
    assert!(ana.is_marked_page().await, "without a reload");
    bo.open(&tea).await;
    bo.find_text_message("half a @bo hi").await;
    bo.wait_for_part(".me-name", "Bo Lindqvist").await;
    bo.screenshot("names-own").await;
}

#[tokio::test]
async fn a_name_that_changed_during_an_interruption_is_shown_afterwards() {
    let site = Program::start(&["--bcrypt-cost", "4"]).await;
    let (ana, bo) = tokio::join!(Profile::start(&site), Profile::start(&site));
    ana.meet(&bo, ("ana", "bo")).await;
    bo.open("/rooms/1/").await;
    bo.say("an old message").await;
    ana.open("/rooms/1/").await;
    ana.find_text_message("an old message").await;
    ana.mark_page().await;
    ana.wire.cut();
    ana.find_status("Reconnecting…").await;

    bo.call_me("Bo Lindqvist").await;
    ana.wire.mend();

    ana.wait_for_part(".message-author", "Bo Lindqvist").await;
    ana.wait_for_part("h1", "Bo Lindqvist").await;
    ana.find("textbox", "Message Bo Lindqvist").await;
    assert!(ana.is_marked_page().await, "without a reload");
}

#[tokio::test]
async fn a_status_comes_and_ends_without_a_reload() {
    let site = Program::start(&["--bcrypt-cost", "4"]).await;
    let (ana, bo) = tokio::join!(Profile::start(&site), Profile::start(&site));
    ana.meet(&bo, ("ana", "bo")).await;
    ana.open("/rooms/1/").await;
    ana.find("textbox", "Message bo").await;
    ana.mark_page().await;

    bo.open("/accounts/profile/").await;
    // The driver cannot type emoji.
    bo.ask_page::<()>("document.getElementById('emoji').value = '🌴'")
        .await;
    bo.fill("What is going on?", "on holiday").await;
    bo.ask_page::<()>("document.getElementById('ends').value = 'hour'")
        .await;
    bo.press("button", "Set status").await;
    bo.wait_for_text("Your status is set.").await;

    ana.wait_for_part("#room-head .status", "🌴 on holiday")
        .await;
    ana.screenshot("status").await;
    // As if the hour were nearly over.
    ana.ask_page::<()>(
        "for (const one of document.querySelectorAll('[data-until]')) one.dataset.until = Date.now() + 300;
         document.dispatchEvent(new CustomEvent('parlour:swapped', { detail: document.body }))",
    )
    .await;
    until("the end of the status", async || {
        let left = "return document.querySelectorAll('[data-until]').length";
        (ana.ask_page::<i64>(left).await == 0).then_some(())
    })
    .await;
    assert!(ana.is_marked_page().await, "without a reload");
}

/// Marks what is cut of these names on the page, and returns what is marked.
const CUT: &str = "const names = arguments[0];
    const isCut = (text) => {
        const range = document.createRange();
        range.selectNodeContents(text);
        const { left, right, top, bottom, width } = range.getBoundingClientRect();
        if (width <= 1 || !text.parentElement.checkVisibility({ visibilityProperty: true })) return false;
        for (let around = text.parentElement; around; around = around.parentElement) {
            const { overflowX, overflowY, display } = getComputedStyle(around);
            if (display === 'inline' || around.clientWidth <= 1) { if (around.clientWidth === 1) return false; continue; }
            const box = around.getBoundingClientRect();
            const isAside = left < box.left - 1 || right > box.right + 1;
            if (overflowX !== 'visible' && isAside) return true;
            if (overflowY === 'hidden' && overflowX === 'hidden' && (top < box.top - 6 || bottom > box.bottom + 6)) return true;
        }
        return right > innerWidth + 1;
    };
    globalThis.isCut = isCut;
    document.querySelectorAll('[data-cut]').forEach((one) => one.removeAttribute('data-cut'));
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    const cut = [];
    while (walker.nextNode()) {
        const text = walker.currentNode;
        if (!names.some((name) => text.data.includes(name)) || text.parentElement.closest('script, textarea, title')) continue;
        // What was said last and who types is one line with the name in it, as an excerpt.
        if (text.parentElement.closest('.last-line, .home-last, .line-typing, .typing')) continue;
        if (!isCut(text)) continue;
        text.parentElement.dataset.cut = cut.length;
        const { className, localName } = text.parentElement.closest('[class]') ?? text.parentElement;
        cut.push(`${localName}.${className}`);
    }
    return cut";

/// Returns whether the marked name is cut, and with `focus`, the focus is put on what it belongs to first.
const STILL_CUT: &str = "const [number, focus] = arguments;
    const name = document.querySelector(`[data-cut='${number}']`);
    // It was replaced by a newer form.
    if (!name) return 'gone';
    if (focus) {
        const near = 'a[href], button, summary, [tabindex]';
        const target = name.closest(near) ?? name.closest('.side-foot, .replying, header, .toast')?.querySelector(near);
        if (!target) return 'whole';
        target.focus();
        if (!target.matches(':focus-visible')) return 'not focused';
    }
    const texts = document.createTreeWalker(name, NodeFilter.SHOW_TEXT);
    return isCut(texts.nextNode()) ? 'cut' : 'whole'";

impl Profile {
    /// Expects that each cut name is whole under the pointer and with the focus. Returns what was cut.
    async fn expect_cut_names_whole(&self, place: &str, names: &[String]) -> Vec<String> {
        let cut = self.mark_cut(names).await;
        for (number, what) in cut.iter().enumerate() {
            for focus in [false, true] {
                let what = format!("{place}: {what}, with focus: {focus}");
                until(&what, async || {
                    self.mark_cut(names).await;
                    let name = format!("[data-cut='{number}']");
                    let name = self.driver.find(By::Css(name.as_str())).await.ok()?;
                    name.scroll_into_view().await.ok()?;
                    if !focus {
                        // Its first line: the others may be cut away.
                        let script = "const { left, top, width, height } = arguments[0].getClientRects()[0];
                            return [left + Math.min(width, 40) / 2, top + height / 2].map(Math.round)";
                        let name = vec![name.to_json().unwrap()];
                        let (x, y): (i64, i64) = self.ask_with(script, name).await;
                        let pointer = self.driver.action_chain().move_to(x, y);
                        pointer.perform().await.ok()?;
                    }
                    let values = vec![json!(number), json!(focus)];
                    let state: String = self.ask_with(STILL_CUT, values).await;
                    (state == "whole").then_some(())
                })
                .await;
            }
        }
        cut
    }

    /// Marks the cut names while neither the pointer nor the focus is on one.
    async fn mark_cut(&self, names: &[String]) -> Vec<String> {
        let away = self.driver.action_chain().move_to(0, 0);
        away.perform().await.unwrap();
        self.ask_page::<Value>("document.activeElement.blur()")
            .await;
        self.ask_with(CUT, vec![json!(names)]).await
    }

    async fn ask_with<T: serde::de::DeserializeOwned>(
        &self,
        script: &str,
        values: Vec<Value>,
    ) -> T {
        let answer = self.driver.execute(script, values).await.unwrap();
        answer.convert().unwrap()
    }
}

#[tokio::test]
async fn cut_names_are_whole_under_the_pointer_and_with_the_focus() {
    let site = Program::start(&["--bcrypt-cost", "4"]).await;
    let (ana, bo) = tokio::join!(Profile::start(&site), Profile::start(&site));
    let names = ["M", "W", "Q"].map(|letter| letter.repeat(40));
    let [my, their, rooms] = &names;
    ana.meet(&bo, (my, their)).await;
    let direct = ana.path().await;
    ana.make_room("Closed", rooms, &[their]).await;
    let room = ana.path().await;
    bo.open(&room).await;
    bo.say("first").await;
    ana.find_text_message("first").await;
    // The button beside a cut name stays where it is while it is pressed.
    ana.choose("first", "Reply").await;
    ana.say(&format!("@{their} second")).await;
    ana.wait_for_count(2).await;
    ana.choose("first", "Reply").await;
    bo.wait_for_count(2).await;
    bo.open("/").await;
    let mut cut = Vec::new();
    for path in [
        &room,
        &direct,
        "/",
        "/friends/",
        "/people/2/",
        "/accounts/profile/",
        "/rooms/",
        "/rooms/new/",
        &format!("{room}details/"),
        &format!("{room}people/"),
        &format!("{room}notifications/"),
        &format!("{room}catch-up/"),
        &format!("{room}leave/"),
        &format!("{room}people/2/remove/"),
        &format!("{room}messages/1/actions/"),
        &format!("{room}messages/1/details/"),
        &format!("{room}messages/2/edit/"),
        &format!("{room}messages/2/delete/"),
        "/friends/2/block/",
    ] {
        ana.open(path).await;
        assert!(!ana.scrolls_sideways().await, "{path}");
        cut.extend(ana.expect_cut_names_whole(path, &names).await);
    }
    // What comes and goes: a toast, which a conversation of two shows for each message.
    bo.open(&direct).await;
    bo.paste("half a thought").await;
    ana.open("/friends/").await;
    bo.press_enter().await;
    ana.wait_for(".toast", true).await;
    cut.extend(ana.expect_cut_names_whole("a toast", &names).await);
    cut.sort();
    cut.dedup();
    assert!(cut.len() > 4, "the premise: {cut:?}");
}
