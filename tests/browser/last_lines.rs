//! The list of conversations shows new messages without a reload.

use crate::{
    profile::Profile,
    stage::{Program, until},
};

impl Profile {
    /// Returns the names in the list of conversations with their last lines, in its order.
    async fn last_lines(&self) -> Vec<(String, String)> {
        self.ask_page(
            "return Array.from(document.querySelectorAll('#conversations > ul > li'), (row) =>
                ['.side-name', '.last-line'].map((part) => row.querySelector(part).textContent))",
        )
        .await
    }

    async fn wait_for_last_lines(&self, expected: &[(&str, &str)]) {
        until(&format!("the last lines {expected:?}"), async || {
            let seen = self.last_lines().await;
            let seen: Vec<_> = seen.iter().map(|(a, b)| (a.as_str(), b.as_str())).collect();
            (seen == expected).then_some(())
        })
        .await;
    }
}

#[tokio::test]
async fn the_list_of_conversations_follows_what_is_said() {
    let site = Program::start(&["--bcrypt-cost", "4"]).await;
    let (ana, bo) = tokio::join!(Profile::start(&site), Profile::start(&site));
    ana.meet(&bo, ("ana", "bo")).await;
    let tea = ana.make_room("Closed", "Tea", &["bo"]).await;
    bo.open("/rooms/1/").await;
    bo.wait_for_last_lines(&[("Tea", ""), ("ana", "")]).await;
    ana.open("/").await;
    ana.mark_page().await;

    bo.say("hello **you**").await;
    bo.wait_for_last_lines(&[("ana", "You: hello you"), ("Tea", "")])
        .await;
    ana.wait_for_last_lines(&[("bo", "hello you"), ("Tea", "")])
        .await;
    bo.open(&tea).await;
    bo.say("tea is ready").await;
    ana.wait_for_last_lines(&[("Tea", "bo: tea is ready"), ("bo", "hello you")])
        .await;

    bo.do_to("tea is ready", "edit", "body=tea is cold").await;
    ana.wait_for_last_lines(&[("Tea", "bo: tea is cold"), ("bo", "hello you")])
        .await;
    bo.find_text_message("tea is cold").await;
    bo.do_to("tea is cold", "delete", "").await;
    ana.wait_for_last_lines(&[("Tea", "bo: Message deleted"), ("bo", "hello you")])
        .await;
    assert!(ana.is_marked_page().await, "without a reload");
    // The name of the link stays what it is; the line describes it.
    assert!(ana.shows("link", "Tea, 1 unread").await || ana.shows("link", "Tea").await);
    ana.screenshot("conversations").await;
}

#[tokio::test]
async fn the_text_of_a_blocked_person_never_comes_into_the_list() {
    let site = Program::start(&["--bcrypt-cost", "4"]).await;
    let (ana, bo) = tokio::join!(Profile::start(&site), Profile::start(&site));
    ana.meet(&bo, ("ana", "bo")).await;
    let tea = ana.make_room("Closed", "Tea", &["bo"]).await;
    bo.open(&tea).await;
    bo.say("rude soup").await;
    ana.open("/").await;
    ana.wait_for_last_lines(&[("Tea", "bo: rude soup"), ("bo", "")])
        .await;

    ana.open("/friends/2/block/").await;
    ana.press("button", "Block bo").await;
    ana.wait_for_text("bo is blocked.").await;
    ana.open("/").await;
    ana.wait_for_last_lines(&[("Tea", "Blocked message"), ("bo", "")])
        .await;
    ana.ask_page::<()>(
        "window.leaks = [];
         const nav = document.getElementById('conversations');
         const look = () => nav.textContent.includes('soup') && leaks.push(nav.textContent);
         new MutationObserver(look).observe(nav, { childList: true, subtree: true, characterData: true })",
    )
    .await;
    let number =
        "return Number(document.querySelector('#conversations [data-message]').dataset.message)";
    let before: i64 = ana.ask_page(number).await;

    bo.do_to("rude soup", "edit", "body=ruder soup").await;
    bo.find_text_message("ruder soup").await;
    bo.say("more soup").await;
    until("the line of the next message", async || {
        (ana.ask_page::<i64>(number).await > before).then_some(())
    })
    .await;
    bo.do_to("more soup", "delete", "").await;
    bo.say("the last soup").await;
    until("the line of the last message", async || {
        (ana.ask_page::<i64>(number).await > before + 1).then_some(())
    })
    .await;

    let leaks: Vec<String> = ana.ask_page("return leaks").await;
    assert_eq!(leaks, Vec::<String>::new());
    ana.wait_for_last_lines(&[("Tea", "Blocked message"), ("bo", "")])
        .await;
}
