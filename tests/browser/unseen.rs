//! What arrives while nobody looks stays unread until it is seen, and the divider and the pill lead to it.

use crate::{
    absence::numbered,
    profile::Profile,
    stage::{database::change, fill_room, number, until},
    timeline::a_conversation_of,
};

/// Where the divider is in the log: 0 at its top, 1 at its end. Null without a divider.
const DIVIDER: &str =
    "const line = document.getElementById('new-messages')?.getBoundingClientRect();
    const log = document.getElementById('messages').getBoundingClientRect();
    return line ? (line.top - log.top) / log.height : null";
const MANY: usize = 60;
const LIMITS: [&str; 4] = ["--messages", "100000/1s", "--forms", "100000/1s"];

impl Profile {
    async fn wait_for_divider_in_view(&self) {
        until("the divider a third from the top", async || {
            let place: Option<f64> = self.ask_page(DIVIDER).await;
            place
                .is_some_and(|place| (0.2..0.45).contains(&place))
                .then_some(())
        })
        .await;
    }

    /// Returns the text of the message under the divider.
    async fn first_new(&self) -> String {
        self.ask_page(
            "let next = document.getElementById('new-messages');
             while (next && !next.matches('article')) next = next.nextElementSibling;
             return next?.querySelector('.message-text').textContent ?? ''",
        )
        .await
    }

    async fn unread_of(&self, name: &str) -> usize {
        let link = self.link_name(name).await;
        let count = link.trim_start_matches(|c: char| !c.is_ascii_digit());
        count.trim_end_matches(" unread").parse().unwrap_or(0)
    }
}

#[tokio::test]
async fn a_room_left_open_at_its_end_does_not_read_what_nobody_saw() {
    let (_site, ana, bo) = a_conversation_of(60, &LIMITS).await;
    assert!(ana.above_end().await < 1.0);
    ana.open_tab("/").await;
    ana.wait_for_link("bo", "bo").await;

    bo.say_many(&numbered("unseen", MANY)).await;
    ana.wait_for_link("bo", &format!("bo, {MANY} unread")).await;

    ana.show_tab(0).await;
    ana.find_text_message(&format!("unseen {MANY}")).await;
    ana.wait_for_divider_in_view().await;
    assert_eq!(ana.first_new().await, "unseen 1");
    ana.find("button", &format!("{MANY} new messages")).await;
    ana.screenshot("unseen-divider").await;

    // Some of it becomes read, because it is in view, and the rest stays unread.
    bo.say("one more").await;
    ana.find("button", &format!("{} new messages", MANY + 1))
        .await;
    until("some of it to be read", async || {
        let left = ana.unread_of("bo").await;
        (left > 0 && left < MANY).then_some(())
    })
    .await;

    // The first press leads to the divider, the second to the end, and back to the place before.
    ana.press("button", &format!("{} new messages", MANY + 1))
        .await;
    ana.wait_for_divider_in_view().await;
    let place = ana.reading().await;
    ana.press("button", "Jump to latest").await;
    ana.wait_for_link("bo", "bo").await;
    assert!(ana.above_end().await < 1.0);
    ana.press("button", "Back to where you were").await;
    until("the place before", async || {
        (ana.reading().await.0 == place.0).then_some(())
    })
    .await;
}

#[tokio::test]
async fn a_few_unseen_messages_fit_and_the_end_is_followed() {
    let (_site, ana, bo) = a_conversation_of(60, &LIMITS).await;
    ana.open_tab("/").await;
    bo.say("first").await;
    bo.say("second").await;
    ana.wait_for_link("bo", "bo, 2 unread").await;
    ana.show_tab(0).await;
    ana.find("separator", "New messages").await;
    assert_eq!(ana.first_new().await, "first");
    assert!(ana.above_end().await < 1.0);
    bo.wait_for("article:last-of-type .message-seen", true)
        .await;

    // A later absence has a divider of its own.
    ana.open_tab("/").await;
    bo.say("third").await;
    ana.wait_for_link("bo", "bo, 1 unread").await;
    ana.show_tab(0).await;
    until("the divider at the third", async || {
        (ana.first_new().await == "third").then_some(())
    })
    .await;
    assert!(!ana.shows("button", "1 new message").await);
}

#[tokio::test]
async fn the_pill_counts_what_is_still_there() {
    let (_site, ana, bo) = a_conversation_of(120, &LIMITS).await;
    ana.scroll_up(1500).await;
    ana.find("button", "Jump to latest").await;
    let place = ana.reading().await;
    bo.say("a mistake").await;
    bo.say("the real one").await;
    bo.find_text_message("the real one").await;
    ana.find("button", "2 new messages").await;

    bo.do_to("a mistake", "delete", "").await;
    ana.find("button", "1 new message").await;
    assert_eq!(ana.reading().await, place);
    ana.press("button", "1 new message").await;
    ana.find("separator", "New messages").await;
    assert_eq!(ana.first_new().await, "the real one");
    ana.press("button", "Back to where you were").await;
    until("the place before", async || {
        (ana.reading().await.0 == place.0).then_some(())
    })
    .await;
}

#[tokio::test]
async fn a_long_absence_counts_all_of_it_and_begins_at_its_start() {
    let limits = [&LIMITS[..], &["--resume-len", "40"]].concat();
    let (_site, ana, bo) = a_conversation_of(60, &limits).await;
    ana.wire.cut();
    bo.say_many(&numbered("missed", 130)).await;
    bo.find_text_message("missed 130").await;
    ana.wire.mend();
    ana.a_minute_has_passed().await;

    ana.find_text_message("missed 130").await;
    ana.find("button", "130 new messages").await;
    ana.wait_for_divider_in_view().await;
    bo.do_to("missed 100", "delete", "").await;
    ana.find("button", "129 new messages").await;

    ana.press("button", "129 new messages").await;
    ana.find_text_message("missed 1").await;
    ana.wait_for_divider_in_view().await;
    assert_eq!(ana.first_new().await, "missed 1");
    ana.press("button", "Jump to latest").await;
    ana.wait_for_link("bo", "bo").await;
}

/// More than one answer to a page that comes back may have, and more than a badge has digits for.
#[tokio::test]
async fn thirteen_hundred_missed_messages_are_counted_in_the_pill_and_in_the_list() {
    const MISSED: i64 = 1_300;
    let (site, ana, bo) = a_conversation_of(60, &LIMITS).await;
    let read = "SELECT last_seq AS number FROM rooms WHERE id = 1";
    let read = number(&site.database(), read);
    ana.wire.cut();
    bo.open("/").await;
    fill_room(&site.database(), 1, MISSED);
    change(
        &site.database(),
        &format!(
            "UPDATE messages SET author_id = 2 WHERE seq > {read};
             UPDATE events SET actor_id = 2 WHERE seq > {read};
             UPDATE members SET read_seq = {read} WHERE user_id = 1;"
        ),
    );
    ana.wire.mend();
    ana.a_minute_has_passed().await;

    ana.find("button", "1300 new messages").await;
    ana.wait_for_divider_in_view().await;
    ana.wait_for_link("bo", "bo, 99+ unread").await;
    ana.open_tab("/").await;
    ana.wait_for_link("bo", "bo, 99+ unread").await;
    ana.wait_for_title("(99+) Conversations – Parlour").await;
    ana.show_tab(0).await;
    // The newest is deleted: one less.
    bo.open("/rooms/1/").await;
    let newest = bo.messages().await.pop().unwrap();
    bo.do_to(&newest, "delete", "").await;
    ana.find("button", "1299 new messages").await;
    ana.press("button", "1299 new messages").await;
    let oldest = (read + 1).to_string();
    until("the first of them below the divider", async || {
        let first = ana.first_new().await;
        (first.split(' ').next() == Some(&oldest)).then_some(())
    })
    .await;
    ana.wait_for_divider_in_view().await;
}
