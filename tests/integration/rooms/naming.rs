//! Names of rooms and groups: who may give them, and how long they are.

use super::People;
use crate::support::Site;

#[tokio::test]
async fn any_member_names_a_group_and_takes_the_name_away() {
    let site = Site::start().await;
    let People { ana, bo, cleo, eve } = People::meet(&site).await;
    let room = ana.make_group(&[&bo, &cleo]).await;
    let (page, form) = (
        format!("/rooms/{room}/details/"),
        format!("/rooms/{room}/about/"),
    );
    let mut at_cleo = cleo.socket().await;
    let title = async |person: &crate::support::Person| {
        let page = person.open(&format!("/rooms/{room}/")).await;
        page.texts("#room-head h1").concat()
    };
    assert_eq!(title(&cleo).await, "ana, bo");

    let family = [("name", "  The \u{202E}family  ")];
    assert_eq!(bo.submit(&page, &form, &family).await.status, 303);

    at_cleo.wait_in(room, "room.changed").await;
    assert_eq!(title(&cleo).await, "The family");
    let listed = cleo.open("/").await.texts("#conversations .side-name");
    assert!(listed.contains(&"The family".to_owned()), "{listed:?}");
    assert_eq!(
        cleo.submit(&page, &form, &[("name", " ")]).await.status,
        303
    );
    assert_eq!(title(&cleo).await, "ana, bo");
    let told = ana.told_in(room).await;
    assert_eq!(
        told[told.len() - 2..],
        [
            "bo named the group The family",
            "cleo removed the name of the group"
        ]
    );
    let stranger = eve.about_room(room, "about/", &[("name", "Mine")]).await;
    assert_eq!(stranger.status, 404);
    let direct = ana.room_with(&bo).await;
    let refused = ana.about_room(direct, "about/", &[("name", "Us")]).await;
    assert_eq!(refused.status, 403, "a conversation of two has no name");
}

#[tokio::test]
async fn a_name_has_sixty_letters_and_a_longer_one_of_before_stays() {
    let site = Site::start().await;
    let People { ana, bo, .. } = People::meet(&site).await;
    let room = ana.make_room("closed", "Tea", &[&bo]).await;
    let rename = async |name: &str, topic: &str| {
        let typed = [("name", name), ("topic", topic)];
        ana.about_room(room, "about/", &typed).await
    };
    assert_eq!(rename(&"👩🏽".repeat(60), "").await.status, 303);
    let refused = rename(&"ü".repeat(61), "").await;
    assert_eq!(refused.status, 422);
    let sentence = "This name is too long. Use at most 60 characters.";
    assert_eq!(refused.texts("#name-error"), [sentence]);
    let typed = refused.attribute("#name", "value");
    assert_eq!(typed, Some("ü".repeat(61)), "what was typed stays");

    let older = "older ".repeat(20);
    site.execute(&format!(
        "UPDATE rooms SET name = '{}' WHERE id = {room}",
        older.trim()
    ));

    assert_eq!(rename(&older, "a topic").await.status, 303);
    let page = ana.open(&format!("/rooms/{room}/")).await;
    assert_eq!(page.texts("#room-head h1"), [older.trim()]);
    assert_eq!(page.texts(".head-topic"), ["a topic"]);
}
