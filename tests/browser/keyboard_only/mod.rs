//! Everything with the keyboard only: no mouse, and no script that moves the focus. Tests press Tab
//! until an element has the focus, as people do. After a menu, a dialog or a button disappears, the
//! focus must be in a sensible place, and never nowhere.

mod attention;
mod expression;
mod rooms;
mod sending;
mod timeline;

use std::time::Duration;

use thirtyfour::{By, Key, TypingData};
use tokio::time::timeout;

use crate::{profile::Profile, stage::until};

/// More Tab stops than any page has.
const MOST_STOPS: usize = 90;
/// Shorter than other time limits, so that the failure reports where the focus was instead.
const MOST_WAIT: Duration = Duration::from_secs(15);

/// Returns whether the name is as expected. An expected name that ends with an ellipsis is a
/// prefix.
fn fits(wanted: &str, name: &str) -> bool {
    match wanted.strip_suffix('…') {
        Some(start) => name.starts_with(start),
        None => name == wanted,
    }
}

impl Profile {
    /// Presses keys one after the other, wherever the focus is.
    async fn strike(&self, keys: impl Into<TypingData>) {
        let chain = self.driver.action_chain().send_keys(keys);
        chain.perform().await.unwrap();
    }

    /// Presses Enter. Not as an action of `WebDriver`: if a page is loaded meanwhile, the driver of the
    /// browser repeats the action, and the second Enter reaches the new page.
    async fn enter(&self) {
        self.key("Enter", 13, 0).await;
    }

    /// Presses a key while others are held down.
    async fn chord(&self, held: &[Key], key: char) {
        let mut chain = self.driver.action_chain();
        for modifier in held {
            chain = chain.key_down(modifier.clone());
        }
        chain = chain.key_down(key).key_up(key);
        for modifier in held {
            chain = chain.key_up(modifier.clone());
        }
        chain.perform().await.unwrap();
    }

    /// Returns role and accessible name of the focused element. Empty if nothing has the focus.
    async fn focus(&self) -> (String, String) {
        // Retry, because an element may leave the page while it is queried.
        until("an answer of what has the focus", async || {
            let element = self.driver.active_element().await.ok()?;
            let role = match element.tag_name().await.ok()?.as_str() {
                "body" => return Some((String::new(), String::new())),
                "summary" => "summary".to_owned(),
                _ => self.computed(&element, "role").await.ok()?,
            };
            Some((role, self.computed(&element, "label").await.ok()?))
        })
        .await
    }

    /// Waits until the element has the focus.
    async fn wait_for_focus(&self, role: &str, name: &str) {
        let mut passed = Vec::new();
        let arriving = until("the focus", async || {
            let focus = self.focus().await;
            let is_there = focus.0 == role && fits(name, &focus.1);
            if passed.last() != Some(&focus) {
                passed.push(focus);
            }
            is_there.then_some(())
        });
        if timeout(MOST_WAIT, arriving).await.is_err() {
            panic!("the focus was on {passed:?}, never on {role} '{name}'");
        }
    }

    /// Presses Tab until the element has the focus.
    async fn tab_to(&self, role: &str, name: &str) {
        self.walk_to(&[], (role, name)).await;
    }

    /// Presses Shift+Tab until the element has the focus.
    async fn tab_back_to(&self, role: &str, name: &str) {
        self.walk_to(&[Key::Shift], (role, name)).await;
    }

    async fn walk_to(&self, held: &[Key], (role, name): (&str, &str)) {
        let mut passed = Vec::new();
        let mut rounds = 0;
        while rounds < 2 && passed.len() < MOST_STOPS {
            let focus = self.focus().await;
            if focus.0 == role && fits(name, &focus.1) {
                return;
            }
            // After the last stop nothing has the focus, and then the first stop has.
            rounds += usize::from(focus.0.is_empty());
            passed.push(format!("{} '{}'", focus.0, focus.1));
            self.chord(held, Key::Tab.value()).await;
        }
        let passed = passed.join("\n");
        panic!("Tab does not lead to {role} '{name}', but to:\n{passed}");
    }

    /// Presses Tab until the element has the focus, then Enter.
    async fn tab_and_enter(&self, role: &str, name: &str) {
        self.tab_to(role, name).await;
        self.enter().await;
    }

    /// Presses Shift+Tab until the element has the focus, then Enter.
    async fn tab_back_and_enter(&self, role: &str, name: &str) {
        self.tab_back_to(role, name).await;
        self.enter().await;
    }

    /// Returns the chosen option of the focused list.
    async fn chosen(&self) -> String {
        let list = self.driver.active_element().await.unwrap();
        let value = list.find(By::Css("option:checked")).await.unwrap();
        value.text().await.unwrap()
    }

    /// Moves the focus from the box to the last message in the log.
    async fn enter_log(&self) {
        self.tab_back_to("log", "Messages").await;
        self.strike(Key::Up + "").await;
    }

    /// Waits for the page of a room, where the box gets the focus at once.
    async fn wait_for_room(&self, name: &str) {
        self.wait_for_focus("textbox", &format!("Message {name}"))
            .await;
    }
}
