//! The keys of an input method: Enter and Escape belong to the composition in every box of the page.

use serde_json::{Value, json};
use thirtyfour::{By, Key};

use crate::{profile::Profile, stage::Program};

/// What browsers send while an input method composes.
const TRACES: &str = include_str!("../js/ime-traces.json");

/// A key of a composition, as a browser sends it.
struct Composed {
    is_composing: bool,
    code: u32,
}

/// Returns the keys of the traces of all browsers.
fn composed() -> Vec<Composed> {
    let traces: Value = serde_json::from_str(TRACES).unwrap();
    let lines = ["chrome", "safari"].map(|browser| traces[browser].as_array().unwrap().clone());
    let lines = lines.iter().flatten().map(|line| line.as_str().unwrap());
    let keys: Vec<_> = lines
        .filter_map(|line| line.strip_prefix("keydown Enter "))
        .map(|line| Composed {
            is_composing: line.contains("isComposing=true"),
            code: line.split("keyCode=").nth(1).unwrap().parse().unwrap(),
        })
        .collect();
    assert_eq!(keys.len(), 2);
    keys
}

impl Profile {
    /// Presses a key of a composition where the focus is. Returns whether the page left it to the
    /// input method.
    async fn compose(&self, key: &str, composed: &Composed) -> bool {
        let event = json!({ "key": key, "isComposing": composed.is_composing, "keyCode": composed.code,
            "bubbles": true, "cancelable": true });
        let script = format!(
            "return document.activeElement.dispatchEvent(new KeyboardEvent('keydown', {event}))"
        );
        self.ask_page(&script).await
    }

    async fn box_of_page(&self) -> String {
        self.ask_page("return document.getElementById('composer-body').value")
            .await
    }
}

#[tokio::test]
async fn enter_and_escape_of_an_input_method_choose_send_and_close_nothing() {
    let site = Program::start(&["--bcrypt-cost", "4"]).await;
    let (ana, bo) = tokio::join!(Profile::start(&site), Profile::start(&site));
    ana.meet(&bo, ("ana", "bo")).await;
    ana.say("first").await;
    ana.wait_for_count(1).await;
    let room = ana.path().await;

    for composed in &composed() {
        // The box.
        ana.paste("nihao").await;
        for key in ["Enter", "Escape"] {
            assert!(ana.compose(key, composed).await, "{key} in the box");
        }
        assert_eq!(ana.box_of_page().await, "nihao");
        ana.keys(Key::Control + "a").await;
        ana.keys(Key::Backspace + "").await;

        // The list of names.
        ana.keys("@b").await;
        ana.find("option", "bo").await;
        for key in ["Enter", "Tab", "ArrowDown", "Escape"] {
            assert!(ana.compose(key, composed).await, "{key} with names");
        }
        assert_eq!(ana.box_of_page().await, "@b");
        assert!(ana.shows("option", "bo").await, "Escape leaves the list");
        ana.keys(Key::Control + "a").await;
        ana.keys(Key::Backspace + "").await;

        // The edit box.
        ana.keys(Key::Up + "").await;
        ana.find("textbox", "Edit message").await;
        ana.keys("!").await;
        for key in ["Enter", "Escape"] {
            assert!(ana.compose(key, composed).await, "{key} in the edit box");
        }
        ana.find("textbox", "Edit message").await;
        ana.press("button", "Cancel").await;

        // The search of emoji.
        ana.choose("first", "React").await;
        let search = ana.driver.find(By::Css(".picker-search")).await.unwrap();
        search.click().await.unwrap();
        ana.keys("seedling").await;
        for key in ["Enter", "Escape"] {
            assert!(ana.compose(key, composed).await, "{key} in the search");
        }
        ana.find("dialog", "Choose a reaction").await;
        ana.keys(Key::Escape + "").await;
        ana.wait_gone("dialog", "Choose a reaction").await;
        ana.wait_for_chips(&[]).await;

        // The quick switcher.
        ana.keys(Key::Control + "k").await;
        ana.find("option", "bo").await;
        for key in ["Enter", "ArrowDown"] {
            assert!(ana.compose(key, composed).await, "{key} in the switcher");
        }
        assert!(ana.shows("option", "bo").await);
        ana.keys(Key::Escape + "").await;
        ana.wait_gone("option", "bo").await;
    }
    assert_eq!(ana.path().await, room);
    assert_eq!(ana.messages().await, ["first"]);
}
