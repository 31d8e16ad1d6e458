//! The last line of each conversation in the list: author and text, as each reader sees them.

use crate::support::{Person, Site};

/// The line that this person sees of the room.
async fn line(person: &Person, room: i64) -> String {
    let page = person.open("/").await;
    page.texts(&format!("#last-{room}")).pop().unwrap()
}

#[tokio::test]
async fn the_list_says_who_said_what_last() {
    let site = Site::start().await;
    let (ana, bo) = site.friends("ana", "bo").await;
    let direct = ana.room_with(&bo).await;
    let room = ana.make_room("closed", "Tea", &[&bo]).await;
    assert_eq!(line(&ana, room).await, "", "a notice is no message");

    ana.post_by_form(direct, "soup?").await;
    bo.post_by_form(room, "- **two**\n- cakes").await;

    assert_eq!(line(&ana, direct).await, "You: soup?");
    assert_eq!(line(&bo, direct).await, "soup?", "it can only be ana's");
    assert_eq!(line(&ana, room).await, "bo: two cakes");
    assert_eq!(line(&bo, room).await, "You: two cakes");
}

#[tokio::test]
async fn a_deleted_text_and_that_of_a_blocked_person_are_not_in_the_list() {
    let site = Site::start().await;
    let (ana, bo) = site.friends("ana", "bo").await;
    let direct = ana.room_with(&bo).await;
    let room = ana.make_room("closed", "Tea", &[&bo]).await;
    bo.post_by_form(direct, "secret soup").await;
    bo.post_by_form(room, "rude soup").await;

    site.execute("UPDATE messages SET deleted_at = 1, deleted_by = author_id, body = '' WHERE body = 'secret soup'");
    ana.press_and_confirm("block", &bo).await;

    assert_eq!(line(&ana, direct).await, "Message deleted");
    assert_eq!(line(&ana, room).await, "Blocked message");
    assert!(!ana.open("/").await.body.contains("soup"));
}

#[tokio::test]
async fn a_line_is_short_and_without_what_a_browser_would_run() {
    let site = Site::start().await;
    let (ana, bo) = site.friends("ana", "bo").await;
    let direct = ana.room_with(&bo).await;

    let long = format!("<b onclick=x>{}", "long ".repeat(1_900));
    ana.post_by_form(direct, &long).await;

    let shown = line(&bo, direct).await;
    assert!(shown.starts_with("<b onclick=x>long long"), "{shown}");
    assert!(shown.ends_with('…'));
    assert!(shown.chars().count() <= 120);
    assert!(!bo.open("/").await.has("#conversations b"));
}
