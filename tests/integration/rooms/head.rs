//! The head of a room: its name, how many people are in it, who is here, and its topic.

use super::People;
use crate::support::Site;

#[tokio::test]
async fn the_head_of_a_room_says_who_is_here_and_what_it_is_about() {
    let site = Site::start().await;
    let People { ana, bo, cleo, .. } = People::meet(&site).await;
    let room = ana.make_room("closed", "Tea", &[&bo, &cleo]).await;
    let about = [("name", "Tea"), ("topic", "Thursdays at four")];
    assert_eq!(ana.about_room(room, "about/", &about).await.status, 303);
    let path = format!("/rooms/{room}/");
    let quiet = ana.open(&path).await;
    assert_eq!(
        quiet.texts(".room-state > :not([hidden])"),
        ["3 members", "Thursdays at four"]
    );

    let (_at_bo, _at_cleo) = (bo.socket().await, cleo.socket().await);

    let page = ana.open(&path).await;
    assert_eq!(
        page.texts(".room-state > :not([hidden])"),
        ["3 members", "3 online", "Thursdays at four"]
    );
    let names = page.attribute("#head-here", "title");
    assert_eq!(names.as_deref(), Some("bo, cleo"));
}

#[tokio::test]
async fn the_head_does_not_show_the_presence_of_people_who_block_each_other() {
    let site = Site::start().await;
    let People { ana, bo, cleo, .. } = People::meet(&site).await;
    let room = ana.make_room("closed", "Tea", &[&bo, &cleo]).await;
    let (_at_bo, _at_cleo) = (bo.socket().await, cleo.socket().await);
    cleo.press_and_confirm("block", &ana).await;

    let page = ana.open(&format!("/rooms/{room}/")).await;

    assert_eq!(page.texts("#head-here"), ["2 online"]);
    let others = page.attribute("#head-here", "data-others").unwrap();
    assert_eq!(others, format!("[[{},\"bo\"]]", bo.id));
}

#[tokio::test]
async fn a_direct_conversation_has_details_and_nobody_else_finds_them() {
    let site = Site::start().await;
    let People { ana, bo, eve, .. } = People::meet(&site).await;
    let room = ana.room_with(&bo).await;
    let details = format!("/rooms/{room}/details/");

    let page = ana.open(&details).await;

    assert_eq!(page.texts("h1"), ["bo"]);
    assert_eq!(ana.members_of(room).await, ["ana", "bo"]);
    for form in ["leave", "people", "about"] {
        let action = format!("[action^='/rooms/{room}/{form}'], [href^='/rooms/{room}/{form}']");
        assert!(!page.has(&action), "{form}");
    }
    assert_eq!(eve.get(&details).await.status, 404);
}
