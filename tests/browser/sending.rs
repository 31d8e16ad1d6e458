//! The states of an own message as its author sees them: sent, delivered, and through a network
//! that blocks WebSockets.

use thirtyfour::By;

use crate::{
    profile::Profile,
    stage::{Program, until},
};

#[tokio::test]
async fn two_ticks_say_that_the_other_has_the_message() {
    let site = Program::start(&["--bcrypt-cost", "4"]).await;
    let (ana, bo) = tokio::join!(Profile::start(&site), Profile::start(&site));
    ana.meet(&bo, ("ana", "bo")).await;

    bo.wire.cut();
    ana.say("are you there?").await;
    ana.wait_for_count(1).await;
    ana.wait_for_state("Sent ").await;
    bo.wire.mend();

    ana.wait_for_state("Delivered · Sent ").await;
    ana.say("good").await;
    ana.wait_for_count(2).await;
    ana.wait_for_state("Delivered · Sent ").await;
    ana.screenshot("delivered").await;
    // After a reload, the author sees the same.
    ana.reload().await;
    ana.wait_for_state("Delivered · Sent ").await;
    ana.prefer("dark").await;
    ana.use_screen(360, 640).await;
    ana.screenshot("delivered-phone-dark").await;
    for (width, name) in [(1280, "status-wide"), (360, "status-phone")] {
        ana.use_screen(width, 720).await;
        ana.open("/status/").await;
        ana.screenshot(name).await;
        assert!(!ana.scrolls_sideways().await);
    }
}

#[tokio::test]
async fn where_no_socket_gets_through_messages_go_and_come_slowly() {
    let site = Program::start(&["--bcrypt-cost", "4"]).await;
    let (ana, bo) = tokio::join!(Profile::start(&site), Profile::start(&site));
    ana.meet(&bo, ("ana", "bo")).await;
    let room = ana.path().await;

    ana.wire.refuse_sockets().await;
    ana.open(&room).await;
    ana.say("through the keyhole").await;
    ana.find_status("Slow connection mode").await;
    let one = ["through the keyhole".to_owned()];
    ana.wait_for_messages(&one).await;
    bo.wait_for_messages(&one).await;
    bo.say("I hear you").await;
    let two = [one[0].clone(), "I hear you".to_owned()];
    ana.wait_for_messages(&two).await;
    bo.wait_for_state("Delivered · Sent ").await;
    ana.screenshot("slow-mode").await;
    ana.use_screen(360, 640).await;
    ana.prefer("dark").await;
    ana.screenshot("slow-mode-phone").await;
}

#[tokio::test]
async fn where_sockets_cannot_even_be_made_messages_go_and_come_slowly() {
    let site = Program::start(&["--bcrypt-cost", "4"]).await;
    let (ana, bo) = tokio::join!(Profile::start(&site), Profile::start(&site));
    ana.meet(&bo, ("ana", "bo")).await;
    let room = ana.path().await;
    let source = "globalThis.WebSocket = class { constructor() { throw new DOMException('', 'SecurityError'); } };";
    let script = serde_json::json!({ "source": source });
    let method = "Page.addScriptToEvaluateOnNewDocument";
    ana.driver.cdp().send_raw(method, script).await.unwrap();

    ana.open(&room).await;
    ana.say("without sockets").await;
    ana.find_status("Slow connection mode").await;
    let one = ["without sockets".to_owned()];
    ana.wait_for_messages(&one).await;
    bo.wait_for_messages(&one).await;
}

#[tokio::test]
async fn messages_written_without_a_network_survive_a_reload_and_go_out_once_in_order() {
    let site = Program::start(&["--bcrypt-cost", "4"]).await;
    let (ana, bo) = tokio::join!(Profile::start(&site), Profile::start(&site));
    ana.meet(&bo, ("ana", "bo")).await;
    ana.say("before").await;
    ana.wait_for_count(1).await;

    ana.wire.cut();
    ana.say("one").await;
    ana.say("two").await;
    ana.wait_for_text("Waiting for connection").await;
    let first = "return document.querySelector('article.pending .message-body').textContent";
    let read: String = ana.ask_page(first).await;
    assert!(
        read.starts_with("one "),
        "the state has its own words: {read}"
    );
    ana.paste("still at it").await;
    // Without a network, a reload ends on a page that cannot be loaded, so close the tab and open
    // it again.
    let room = ana.path().await;
    ana.close_tab().await;
    ana.wire.mend();
    ana.open(&room).await;

    let all = ["before", "one", "two"].map(str::to_owned);
    ana.wait_for_messages(&all).await;
    bo.wait_for_messages(&all).await;
    assert_eq!(ana.draft().await, "still at it");
}

#[tokio::test]
async fn a_pencil_marks_the_conversation_with_a_draft() {
    let site = Program::start(&["--bcrypt-cost", "4"]).await;
    let (ana, bo) = tokio::join!(Profile::start(&site), Profile::start(&site));
    ana.meet(&bo, ("ana", "bo")).await;
    let room = ana.path().await;
    ana.paste("half a thought").await;
    ana.open("/").await;

    let link = ana.find_beginning("link", "bo").await;
    assert_eq!(link.find_all(By::Css(".pencil")).await.unwrap().len(), 1);
    ana.find("link", "bo").await;
    ana.screenshot("pencil").await;
    ana.open(&room).await;
    assert_eq!(ana.draft().await, "half a thought");
    ana.press_enter().await;
    ana.wait_for_count(1).await;
    ana.open("/").await;
    let link = ana.find_beginning("link", "bo").await;
    assert_eq!(link.find_all(By::Css(".pencil")).await.unwrap().len(), 0);
}

#[tokio::test]
async fn a_megabyte_does_not_freeze_the_box() {
    let site = Program::start(&["--bcrypt-cost", "4"]).await;
    let (ana, bo) = tokio::join!(Profile::start(&site), Profile::start(&site));
    ana.meet(&bo, ("ana", "bo")).await;

    let took: f64 = ana
        .ask_page(
            "const box = document.getElementById('composer-body');
             const data = new DataTransfer();
             data.setData('text/plain', 'lorem ipsum '.repeat(90_000));
             const paste = new ClipboardEvent('paste', { clipboardData: data, bubbles: true, cancelable: true });
             const before = performance.now();
             if (box.dispatchEvent(paste)) box.value = data.getData('text/plain');
             box.offsetHeight;
             return performance.now() - before",
        )
        .await;

    assert!(took < 200.0, "{took} ms");
    ana.wait_for_text("It was not added to the message box.")
        .await;
    ana.fill("Message bo", "and on").await;
    assert_eq!(ana.draft().await, "and on");
    // The box is not a keyboard trap.
    let tab = thirtyfour::Key::Tab + "";
    ana.find("textbox", "Message bo")
        .await
        .send_keys(tab)
        .await
        .unwrap();
    let after = ana.driver.active_element().await.unwrap();
    assert_eq!(after.text().await.unwrap(), "Send");
}

/// Pastes or drops something into the box. `fill` is a script that fills `data`. Returns whether the
/// browser may go on with it.
fn transfer(kind: &str, target: &str, fill: &str) -> String {
    let class = if kind == "paste" {
        "ClipboardEvent"
    } else {
        "DragEvent"
    };
    let field = if kind == "paste" {
        "clipboardData"
    } else {
        "dataTransfer"
    };
    format!(
        "const data = new DataTransfer();
        {fill};
        const event = new {class}('{kind}', {{ {field}: data, bubbles: true, cancelable: true }});
        return document.querySelector('{target}').dispatchEvent(event)"
    )
}

#[tokio::test]
async fn what_cannot_be_sent_is_said_and_nothing_that_was_typed_or_pasted_is_lost() {
    let site = Program::start(&["--bcrypt-cost", "4"]).await;
    let (ana, bo) = tokio::join!(Profile::start(&site), Profile::start(&site));
    ana.meet(&bo, ("ana", "bo")).await;
    ana.paste("half a thought").await;
    let file = "data.items.add(new File(['x'], 'photo.png', { type: 'image/png' }))";
    for (kind, target) in [
        ("paste", "#composer-body"),
        ("drop", "#composer-body"),
        ("drop", "#messages"),
    ] {
        let goes_on: bool = ana.ask_page(&transfer(kind, target, file)).await;
        assert!(!goes_on, "{kind} on {target}");
        ana.wait_for_text("Files cannot be sent.").await;
        assert_eq!(ana.draft().await, "half a thought");
        ana.keys("!").await;
        ana.wait_until_no_text("Files cannot be sent.").await;
        ana.keys(thirtyfour::Key::Backspace + "").await;
    }
    // A picture that comes with its text, as from a spreadsheet, is the text.
    let both = format!("{file}; data.setData('text/plain', 'a table')");
    assert!(
        ana.ask_page::<bool>(&transfer("paste", "#composer-body", &both))
            .await
    );

    let long = "data.setData('text/plain', 'word '.repeat(12_000))";
    assert!(
        !ana.ask_page::<bool>(&transfer("paste", "#composer-body", long))
            .await
    );
    ana.wait_for_text("The text you pasted has 60000 characters")
        .await;
    ana.keys("!").await;
    ana.press("button", "Paste it anyway").await;
    let draft = ana.draft().await;
    assert!(draft.starts_with("half a thought!word word"), "{draft:.40}");
    assert_eq!(draft.len(), 60_015);
    ana.wait_for_text("50015 too many").await;
}

#[tokio::test]
async fn the_key_up_never_opens_an_older_message_while_the_last_is_on_its_way() {
    let site = Program::start(&["--bcrypt-cost", "4"]).await;
    let (ana, bo) = tokio::join!(Profile::start(&site), Profile::start(&site));
    ana.meet(&bo, ("ana", "bo")).await;
    ana.say("older").await;
    ana.wait_for_count(1).await;
    ana.wire.hold_answers();
    ana.say("last").await;

    ana.keys(thirtyfour::Key::Up + "").await;
    assert!(!ana.shows("textbox", "Edit message").await);
    ana.wire.mend();
    ana.wait_for_count(2).await;
    ana.keys(thirtyfour::Key::Up + "").await;
    let edit = ana.find("textbox", "Edit message").await;
    assert_eq!(edit.prop("value").await.unwrap().unwrap(), "last");
}

#[tokio::test]
async fn who_looks_elsewhere_is_away_and_the_dot_is_another() {
    let site = Program::start(&["--bcrypt-cost", "4"]).await;
    let (ana, bo) = tokio::join!(Profile::start(&site), Profile::start(&site));
    ana.meet(&bo, ("ana", "bo")).await;
    ana.wait_for_text("online").await;

    bo.hide().await;

    until("bo to be away", async || {
        let word = ana.driver.find(By::Css(".room-state [data-presence-of]"));
        (word.await.ok()?.text().await.ok()? == "away").then_some(())
    })
    .await;
    ana.screenshot("away").await;
}

impl Profile {
    /// Makes the page believe that another tab is in front, because a headless browser never hides
    /// a tab.
    async fn hide(&self) {
        self.ask_page::<serde_json::Value>(
            "Object.defineProperty(document, 'visibilityState', { get: () => 'hidden' });
             document.dispatchEvent(new Event('visibilitychange'));",
        )
        .await;
    }

    /// Waits until the state of the newest own message starts with this text.
    async fn wait_for_state(&self, start: &str) {
        until(&format!("the state '{start}…'"), async || {
            let states = self
                .driver
                .find_all(By::Css("[role=log] .message-state"))
                .await;
            let newest = states.ok()?.pop()?;
            let words = newest.attr("title").await.ok()??;
            words.starts_with(start).then_some(())
        })
        .await;
    }
}
