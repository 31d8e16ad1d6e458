//! Notices of one kind in one line.

use super::People;
use crate::support::{Person, Site};

async fn shown_to(person: &Person, room: i64) -> (Vec<String>, Vec<String>) {
    let page = person.open(&format!("/rooms/{room}/")).await;
    let alone = ".notice:not(.inside, .gathers) .notice-text";
    (page.texts(alone), page.texts(".gathered summary"))
}

#[tokio::test]
async fn neighbouring_notices_of_one_kind_are_one_line() {
    let site = Site::start().await;
    let People { ana, bo, cleo, .. } = People::meet(&site).await;
    let dan = site.sign_up("dan").await;
    ana.befriend(&dan).await;
    let room = ana.make_room("open", "Tea", &[]).await;
    for person in [&bo, &cleo, &dan] {
        assert_eq!(ana.add_people(room, &[person]).await.status, 303);
    }

    let (alone, lines) = shown_to(&ana, room).await;

    assert_eq!(alone, ["ana started this conversation"]);
    assert_eq!(lines, ["ana added bo and 2 more: bo, cleo, dan"]);
    assert_eq!(
        ana.told_in(room).await.len(),
        4,
        "each stays a row of its own"
    );
    // A text between them parts them, and so does another kind.
    for person in [&bo, &cleo] {
        assert_eq!(person.about_room(room, "leave/", &[]).await.status, 303);
    }
    let (_, lines) = shown_to(&ana, room).await;
    assert_eq!(lines[1..], ["bo and cleo left: bo, cleo"]);
    ana.post_by_form(room, "oh").await;
    assert_eq!(dan.about_room(room, "leave/", &[]).await.status, 303);
    let (alone, _) = shown_to(&ana, room).await;
    assert_eq!(alone[1..], ["dan left"]);
}

#[tokio::test]
async fn several_people_added_at_once_are_counted_and_two_named() {
    let site = Site::start().await;
    let People { ana, bo, cleo, .. } = People::meet(&site).await;
    let dan = site.sign_up("dan").await;
    ana.befriend(&dan).await;
    let many = ana.make_group(&[&bo, &cleo, &dan]).await;
    let two = ana.make_group(&[&bo, &cleo]).await;

    let (_, lines) = shown_to(&bo, many).await;
    assert_eq!(lines, ["ana added bo and 2 more: bo, cleo, dan"]);
    let (alone, lines) = shown_to(&bo, two).await;
    assert_eq!(lines, Vec::<String>::new());
    assert_eq!(alone[1..], ["ana added bo, cleo"]);
}
