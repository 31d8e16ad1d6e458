//! Mentioning a friend who is not in the room: who may add them, and what it must not reveal.

use crate::support::{Page, Person, Site};

async fn say(person: &Person, room: i64, text: &str) -> Page {
    let path = format!("/rooms/{room}/");
    let answer = person
        .submit(&path, &format!("{path}messages/"), &[("body", text)])
        .await;
    assert_eq!(answer.status, 303, "{}", answer.body);
    answer
}

/// Returns the id of the message to which an answer links.
fn named(answer: &Page) -> Option<&str> {
    Some(answer.location().split_once("?named=")?.1)
}

fn offered(page: &Page) -> Vec<String> {
    page.texts(".outsider-what bdi")
}

#[tokio::test]
async fn who_names_a_friend_outside_can_add_them_at_once() {
    let site = Site::start().await;
    let (ana, bo) = site.friends("ana", "bo").await;
    let (cleo, _dan) = (site.sign_up("cleo").await, site.sign_up("dan").await);
    ana.befriend(&cleo).await;
    let room = ana.make_room("closed", "Tea", &[&bo]).await;

    let answer = say(&ana, room, "@bo @cleo. @dan, @nobody: look!").await;

    let message = named(&answer).expect("an offer").to_owned();
    let page = ana.open(answer.location()).await;
    assert_eq!(
        offered(&page),
        ["cleo"],
        "neither who is here nor who is no friend"
    );
    assert_eq!(
        page.texts("#outsiders form"),
        ["cleo is not in this room.Invite to room"]
    );
    let fragment = format!("/rooms/{room}/messages/{message}/outsiders/");
    let actions = format!("/rooms/{room}/messages/{message}/actions/");
    assert_eq!(offered(&ana.open(&fragment).await), ["cleo"]);
    assert_eq!(offered(&ana.open(&actions).await), ["cleo"]);
    assert!(
        offered(&bo.open(&fragment).await).is_empty(),
        "bo may add nobody"
    );
    assert!(offered(&bo.open(&actions).await).is_empty());

    let form = format!("/rooms/{room}/people/");
    let added = ana.post(&form, &page.form(&form)).await;

    assert_eq!(
        (added.status, added.location()),
        (303, &*format!("/rooms/{room}/"))
    );
    assert_eq!(ana.members_of(room).await, ["ana", "bo", "cleo"]);
    assert_eq!(cleo.get(&format!("/rooms/{room}/")).await.status, 200);
    for path in [&fragment, &actions, answer.location()] {
        assert!(offered(&ana.open(path).await).is_empty(), "{path}");
    }
    assert_eq!(named(&say(&ana, room, "@cleo, welcome").await), None);
}

#[tokio::test]
async fn nobody_is_offered_whom_one_may_not_add() {
    let site = Site::start().await;
    let (ana, bo) = site.friends("ana", "bo").await;
    let (cleo, dan) = (site.sign_up("cleo").await, site.sign_up("dan").await);
    for friend in [&cleo, &dan] {
        ana.befriend(friend).await;
        bo.befriend(friend).await;
    }
    let room = ana.make_room("open", "Tea", &[&bo]).await;

    // A plain member, where moderators add people, and anybody in a group.
    assert_eq!(named(&say(&bo, room, "@cleo?").await), None);
    let group = ana.make_group(&[&bo, &dan]).await;
    assert!(named(&say(&bo, group, "@cleo?").await).is_some());
    let direct = ana.room_with(&bo).await;
    assert_eq!(named(&say(&ana, direct, "@cleo?").await), None);

    // Who blocks me looks like nobody.
    let asked = say(&ana, room, "@cleo and @dan").await;
    let path = asked.location().to_owned();
    assert_eq!(offered(&ana.open(&path).await), ["cleo", "dan"]);
    cleo.press_and_confirm("block", &ana).await;
    assert_eq!(offered(&ana.open(&path).await), ["dan"]);
    let refused = ana.add_people(room, &[&cleo]).await;
    assert_eq!(refused.status, 422, "nor can they be added by hand");

    // A deleted message mentions nobody, and nobody can be added to an archived room.
    let message = named(&asked).unwrap();
    let delete = format!("/rooms/{room}/messages/{message}/delete/");
    assert_eq!(ana.submit(&delete, &delete, &[]).await.status, 303);
    assert!(offered(&ana.open(&path).await).is_empty());
    let again = say(&ana, room, "@dan").await;
    assert_eq!(ana.about_room(room, "archive/", &[]).await.status, 303);
    let again = again.location().to_owned();
    assert!(offered(&ana.open(&again).await).is_empty());
}

#[tokio::test]
async fn strangers_and_messages_of_other_rooms_are_not_found() {
    let site = Site::start().await;
    let (ana, bo) = site.friends("ana", "bo").await;
    let cleo = site.sign_up("cleo").await;
    ana.befriend(&cleo).await;
    let (room, other) = (
        ana.make_room("closed", "Garden", &[&bo]).await,
        ana.make_room("closed", "Tea", &[&bo]).await,
    );
    let answer = say(&ana, room, "@cleo").await;
    let message = named(&answer).unwrap();
    let path = |room: i64, message: &str| format!("/rooms/{room}/messages/{message}/outsiders/");

    assert_eq!(ana.get(&path(room, message)).await.status, 200);
    assert_eq!(ana.get(&path(other, message)).await.status, 404);
    assert_eq!(ana.get(&path(room, "999999")).await.status, 404);
    assert_eq!(cleo.get(&path(room, message)).await.status, 404);
    let elsewhere = ana.open(&format!("/rooms/{other}/?named={message}")).await;
    assert!(offered(&elsewhere).is_empty());
    let visitor = site.visitor().get(&path(room, message)).await;
    assert_eq!(visitor.status, 303);
}
