//! The actions of people on the site, done as a person does them: by label, button and key.

use serde_json::{Value, json};
use thirtyfour::{By, Key, TypingData};

use crate::{profile::Profile, stage::until};

/// A password that the policy accepts.
pub(crate) const PASSWORD: &str = "correct horse battery";

/// A script's function that reads a page of the site without showing it. Trusted types allow no
/// other way to parse one.
const PAGE: &str = "(path) => new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.responseType = 'document';
    request.onload = () => resolve(request.responseXML);
    request.onerror = reject;
    request.open('GET', path);
    request.send();
})";

impl Profile {
    pub(crate) async fn sign_up(&self, name: &str) {
        self.open("/accounts/login/").await;
        self.press("link", "Create one.").await;
        self.fill("Username", name).await;
        self.fill("Password", PASSWORD).await;
        self.fill("Password again", PASSWORD).await;
        self.press("button", "Create account").await;
        self.wait_for_path("/").await;
    }

    pub(crate) async fn log_in(&self, name: &str) {
        self.fill("Username", name).await;
        self.fill("Password", PASSWORD).await;
        self.press("button", "Login").await;
    }

    pub(crate) async fn ask_to_be_friends(&self, name: &str) {
        self.open("/friends/").await;
        self.fill("Username", name).await;
        self.press("button", "Add friend").await;
        self.wait_for_text("your request was sent").await;
    }

    /// Logs out through the menu.
    pub(crate) async fn log_out(&self) {
        // Find it by CSS, because WebDriver has no name for the role of a `summary`.
        let menu = self
            .driver
            .find(By::Css("summary[aria-label=Menu]"))
            .await
            .unwrap();
        // The menu may still be open, after a question that was answered with "Stay logged in".
        let script = "return document.querySelector('summary[aria-label=Menu]').parentElement.open";
        if !self.ask_page::<bool>(script).await {
            menu.click().await.unwrap();
        }
        self.press("button", "Log out").await;
    }

    /// Makes both friends, each with the conversation open. For tests of other things than signing
    /// up and friends: it sends the forms without showing their pages, which is much faster.
    pub(crate) async fn meet(&self, other: &Self, (my_name, their_name): (&str, &str)) {
        // One after the other, so that tests know the ids.
        self.join(my_name).await;
        other.join(their_name).await;
        self.befriend(other, (my_name, their_name)).await;
        tokio::join!(self.open_direct(their_name), other.open_direct(my_name));
    }

    /// Creates an account and signs in with it, in place of another, without showing the pages
    /// for it.
    pub(crate) async fn join(&self, name: &str) {
        if !self.has_scripts {
            return self.sign_up(name).await;
        }
        self.open("/accounts/login/").await;
        self.driver.delete_all_cookies().await.unwrap();
        let account = json!({ "username": name, "password": PASSWORD, "password_again": PASSWORD });
        let page = "/accounts/register/";
        self.submit(page, "form[action='/accounts/register/']", &account)
            .await;
    }

    /// Makes two signed-in people friends, without showing the pages for it.
    pub(crate) async fn befriend(&self, other: &Self, (my_name, their_name): (&str, &str)) {
        if !self.has_scripts || !other.has_scripts {
            self.ask_to_be_friends(their_name).await;
            other.open("/friends/").await;
            other.press("button", &format!("Accept {my_name}")).await;
            other.find("button", &format!("Remove {my_name}")).await;
            return;
        }
        let page = "/friends/";
        let request = json!({ "username": their_name });
        self.submit(page, "form[action='/friends/add/']", &request)
            .await;
        let accept = format!("form:has(button[aria-label='Accept {my_name}'])");
        other.submit(page, &accept, &json!({})).await;
    }

    /// Opens the conversation with a friend.
    async fn open_direct(&self, name: &str) {
        if !self.has_scripts {
            return self.open_conversation(name).await;
        }
        let script = format!(
            "return ({PAGE})('/friends/').then((page) =>
               page.querySelector(`[aria-label='Message {name}']`).getAttribute('href'))"
        );
        self.open(&self.ask_page::<String>(&script).await).await;
        self.find("textbox", &format!("Message {name}")).await;
    }

    /// Submits a form of a page of the site that is not shown, with these values in its fields.
    async fn submit(&self, page: &str, form: &str, values: &Value) {
        let script = format!(
            "return (async () => {{
               const form = (await ({PAGE})('{page}')).querySelector(`{form}`);
               const fields = new URLSearchParams(new FormData(form));
               for (const [name, value] of Object.entries({values})) fields.set(name, value);
               return (await fetch(form.getAttribute('action'), {{ method: 'POST', body: fields, redirect: 'manual' }})).type;
             }})()"
        );
        let answer: String = self.ask_page(&script).await;
        assert_eq!(answer, "opaqueredirect", "{form} of {page}");
    }

    /// Opens the conversation from the list of friends.
    pub(crate) async fn open_conversation(&self, name: &str) {
        self.open("/friends/").await;
        self.press("link", &format!("Message {name}")).await;
        self.find("textbox", &format!("Message {name}")).await;
    }

    /// Types a message and sends it with Enter.
    pub(crate) async fn say(&self, text: &str) {
        self.composer()
            .await
            .send_keys(text.to_owned() + Key::Enter)
            .await
            .unwrap();
    }

    /// Waits until the log has this number of messages, all of them accepted.
    pub(crate) async fn wait_for_count(&self, count: usize) {
        until(&format!("{count} messages"), async || {
            (self.unsent().await == 0 && self.messages().await.len() == count).then_some(())
        })
        .await;
    }

    /// Waits until one of the messages has this text.
    pub(crate) async fn find_text_message(&self, text: &str) {
        let what = format!("the message '{text}'");
        until(&what, async || {
            self.messages()
                .await
                .iter()
                .any(|m| m == text)
                .then_some(())
        })
        .await;
    }

    /// Returns the text direction of the message with this index in the log.
    pub(crate) async fn direction_of(&self, index: usize) -> String {
        self.ask_page(&format!(
            "return getComputedStyle(document.querySelectorAll('[role=log] article .message-body')[{index}]).direction"
        ))
        .await
    }

    /// Inserts text into the box at once, as pasting does.
    pub(crate) async fn paste(&self, text: &str) {
        self.composer().await.click().await.unwrap();
        self.driver
            .cdp()
            .send_raw("Input.insertText", json!({ "text": text }))
            .await
            .unwrap();
    }

    /// Presses keys where the focus is.
    pub(crate) async fn keys(&self, keys: impl Into<TypingData>) {
        let focused = self.driver.active_element().await.unwrap();
        focused.send_keys(keys).await.unwrap();
    }

    pub(crate) async fn press_enter(&self) {
        self.composer()
            .await
            .send_keys(Key::Enter + "")
            .await
            .unwrap();
    }

    async fn composer(&self) -> thirtyfour::WebElement {
        self.find_beginning("textbox", "Message ").await
    }

    /// Returns the text in the box.
    pub(crate) async fn draft(&self) -> String {
        self.composer()
            .await
            .prop("value")
            .await
            .unwrap()
            .unwrap_or_default()
    }

    /// Returns the messages in the log in order, sent or not.
    pub(crate) async fn messages(&self) -> Vec<String> {
        self.ask_page(
            "return Array.from(document.querySelectorAll('[role=log] article .message-text'), e => e.textContent)",
        )
        .await
    }

    /// Returns the number of messages in the log that the server has not accepted.
    pub(crate) async fn unsent(&self) -> usize {
        self.ask_page::<usize>(
            "return document.querySelectorAll('[role=log] article:not([data-id])').length",
        )
        .await
    }

    /// Waits until the log has exactly these messages, all of them accepted.
    pub(crate) async fn wait_for_messages(&self, expected: &[String]) {
        let what = format!("exactly {expected:?}");
        until(&what, async || {
            (self.unsent().await == 0 && self.messages().await == expected).then_some(())
        })
        .await;
    }

    pub(crate) async fn wait_for_path(&self, path: &str) {
        until(&format!("the page {path}"), async || {
            (self.path().await == path).then_some(())
        })
        .await;
    }

    /// Sets a mark that a reload would remove.
    pub(crate) async fn mark_page(&self) {
        self.ask_page::<Value>("window.markedByTest = true").await;
    }

    /// Returns whether the page has the mark, so was not reloaded.
    pub(crate) async fn is_marked_page(&self) -> bool {
        self.ask_page::<bool>("return window.markedByTest === true")
            .await
    }

    /// Runs a script in the page and returns its result.
    pub(crate) async fn ask_page<T: serde::de::DeserializeOwned>(&self, script: &str) -> T {
        self.driver
            .execute(script, Vec::new())
            .await
            .unwrap()
            .convert()
            .unwrap()
    }

    /// Returns whether the page scrolls sideways, because something is too wide.
    pub(crate) async fn scrolls_sideways(&self) -> bool {
        self.ask_page::<bool>(
            "const e = document.scrollingElement; return e.scrollWidth > e.clientWidth",
        )
        .await
    }

    /// Returns the texts of all headings of this level.
    pub(crate) async fn headings(&self, level: &'static str) -> Vec<String> {
        let mut words = Vec::new();
        for heading in self.driver.find_all(By::Tag(level)).await.unwrap() {
            words.push(heading.text().await.unwrap());
        }
        words
    }
}
