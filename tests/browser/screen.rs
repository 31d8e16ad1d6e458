//! Finding elements by role and accessible name, as the browser computes them for screen readers
//! (product reference, UI contract), so that tests do not depend on class names.

use std::fmt;

use reqwest::Method;
use serde_json::{Value, json};
use thirtyfour::common::command::FormatRequestData;
use thirtyfour::{By, RequestData, SessionId, WebElement};

use crate::profile::Profile;
use crate::stage::until;

impl Profile {
    /// Waits for the element with this role and accessible name.
    pub(crate) async fn find(&self, role: &str, name: &str) -> WebElement {
        let wanted = format!("{role} '{name}'");
        until(&wanted, async || self.look_for(role, name).await).await
    }

    /// Waits for the element with this role whose accessible name starts with `start`.
    pub(crate) async fn find_beginning(&self, role: &str, start: &str) -> WebElement {
        let wanted = format!("{role} '{start}…'");
        until(&wanted, async || {
            self.look(role, |label| label.starts_with(start)).await
        })
        .await
    }

    /// Returns whether the page shows such an element now.
    pub(crate) async fn shows(&self, role: &str, name: &str) -> bool {
        self.look_for(role, name).await.is_some()
    }

    /// Waits until the page no longer shows such an element.
    pub(crate) async fn wait_gone(&self, role: &str, name: &str) {
        let wanted = format!("{role} '{name}' to go away");
        until(&wanted, async || {
            (!self.shows(role, name).await).then_some(())
        })
        .await;
    }

    /// Waits for a button or link, and presses it.
    pub(crate) async fn press(&self, role: &str, name: &str) {
        let wanted = format!("{role} '{name}' that can be pressed");
        until(&wanted, async || {
            let element = self.look_for(role, name).await?;
            element.click().await.ok()
        })
        .await;
    }

    /// Types into the text field with this name, after its present text.
    pub(crate) async fn fill(&self, name: &str, text: &str) {
        self.find("textbox", name)
            .await
            .send_keys(text)
            .await
            .unwrap();
    }

    /// Waits until the page shows this text.
    pub(crate) async fn wait_for_text(&self, words: &str) {
        until(&format!("the words '{words}'"), async || {
            self.text().await.contains(words).then_some(())
        })
        .await;
    }

    /// Waits until the page no longer shows this text.
    pub(crate) async fn wait_until_no_text(&self, words: &str) {
        let what = format!("the words '{words}' to go");
        until(&what, async || {
            (!self.text().await.contains(words)).then_some(())
        })
        .await;
    }

    /// Waits until the connection status has this text.
    pub(crate) async fn find_status(&self, words: &str) {
        until(&format!("the status '{words}'"), async || {
            let status = self
                .driver
                .find(By::Css("[role=status]#connection"))
                .await
                .ok()?;
            status.text().await.ok()?.contains(words).then_some(())
        })
        .await;
    }

    /// Returns the visible text of the page.
    pub(crate) async fn text(&self) -> String {
        match self.driver.find(By::Tag("body")).await {
            Ok(body) => body.text().await.unwrap_or_default(),
            Err(_) => String::new(),
        }
    }

    /// Returns the element with this role and exactly this name. Asks the browser for all elements
    /// of that name at once: one question for each candidate was half of the time of all tests.
    async fn look_for(&self, role: &str, name: &str) -> Option<WebElement> {
        let root = json!({ "expression": "document" });
        let root = self.ask_browser("Runtime.evaluate", root).await?;
        let query = json!({ "objectId": root["result"]["objectId"], "accessibleName": name });
        let found = self.ask_browser("Accessibility.queryAXTree", query).await?;
        // The driver's id of an element ends with the number of its node.
        let numbers = found["nodes"]
            .as_array()?
            .iter()
            .map(|node| &node["backendDOMNodeId"]);
        let ends: Vec<String> = numbers.map(|number| format!(".e.{number}")).collect();
        if ends.is_empty() {
            return None;
        }
        for element in self.driver.find_all(By::Css(candidates(role))).await.ok()? {
            let id = element.element_id().to_string();
            if ends.iter().any(|end| id.ends_with(end))
                && (self.computed(&element, "role").await).is_ok_and(|found| found == role)
            {
                return Some(element);
            }
        }
        None
    }

    async fn ask_browser(&self, command: &str, parameters: Value) -> Option<Value> {
        self.driver.cdp().send_raw(command, parameters).await.ok()
    }

    async fn look(&self, role: &str, fits: impl Fn(&str) -> bool) -> Option<WebElement> {
        for element in self.driver.find_all(By::Css(candidates(role))).await.ok()? {
            // Skip an element that leaves the page while it is queried.
            let Ok(label) = self.computed(&element, "label").await else {
                continue;
            };
            if fits(&label)
                && self
                    .computed(&element, "role")
                    .await
                    .is_ok_and(|found| found == role)
            {
                return Some(element);
            }
        }
        None
    }

    /// Returns the accessible name ("label") or the role of an element.
    pub(crate) async fn computed(
        &self,
        element: &WebElement,
        what: &'static str,
    ) -> thirtyfour::error::WebDriverResult<String> {
        let question = Computed {
            element: element.element_id().to_string(),
            what,
        };
        self.driver.cmd(question).await?.value::<String>()
    }
}

/// Returns a CSS selector of elements that may have the role, so that not every element is queried.
fn candidates(role: &str) -> &'static str {
    match role {
        "button" => "button, [role=button], input[type=submit]",
        "link" => "a[href]",
        "textbox" => "textarea, input:not([type=hidden]):not([type=checkbox])",
        "checkbox" => "input[type=checkbox]",
        "radio" => "input[type=radio]",
        "listbox" => "[role=listbox]",
        "image" => "svg[role=img]",
        "heading" => "h1, h2, h3",
        "article" => "article",
        "log" => "[role=log]",
        "status" => "[role=status]",
        "alert" => "[role=alert]",
        "separator" => "[role=separator], hr",
        "complementary" => "aside",
        "navigation" => "nav, [role=navigation]",
        "list" => "ul, ol, [role=list]",
        "combobox" => "select, [role=combobox]",
        "option" => "[role=option]",
        "dialog" => "dialog, [role=dialog]",
        "menu" => "[role=menu]",
        "searchbox" => "input[type=search]",
        "menuitem" => "[role=menuitem]",
        other => panic!("where would a {other} be?"),
    }
}

/// The driver's answers to "get computed label" and "get computed role".
#[derive(Debug)]
struct Computed {
    element: String,
    what: &'static str,
}

impl fmt::Display for Computed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "element/{}/computed{}", self.element, self.what)
    }
}

impl FormatRequestData for Computed {
    fn format_request(&self, session: &SessionId) -> RequestData {
        RequestData::new(Method::GET, format!("session/{session}/{self}"))
    }
}
