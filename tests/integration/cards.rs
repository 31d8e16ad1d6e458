//! The card of a person: who may see it, what it shows, and what it offers.

use crate::support::{Page, Person, Site};

impl Person {
    async fn card_of(&self, other: &Self) -> Page {
        self.get(&format!("/people/{}/", other.id)).await
    }

    /// Saves the profile with these fields.
    async fn describe(&self, typed: &[(&str, &str)]) -> Page {
        let path = "/accounts/profile/";
        self.submit(path, path, typed).await
    }
}

#[tokio::test]
async fn a_card_is_for_people_who_see_the_person_anywhere_else() {
    let site = Site::start().await;
    let (ana, bo) = site.friends("ana", "bo").await;
    let (cleo, eve) = (site.sign_up("cleo").await, site.sign_up("eve").await);
    ana.befriend(&cleo).await;
    ana.make_room("closed", "Tea", &[&bo, &cleo]).await;

    for (reader, person) in [(&ana, &bo), (&bo, &ana), (&cleo, &bo), (&bo, &bo)] {
        let page = reader.card_of(person).await;
        assert_eq!(page.status, 200);
        assert_eq!(page.texts("#card h1"), [person.name.as_str()]);
    }
    // A request shows the person who asks, and not the one who is asked.
    eve.ask("ana").await;
    assert_eq!(ana.card_of(&eve).await.status, 200);
    let nobody = eve.get("/people/4711/").await;
    for person in [&ana, &bo] {
        let page = eve.card_of(person).await;
        assert_eq!((page.status, nobody.status), (404, 404));
        assert_eq!(page.texts("h1"), nobody.texts("h1"));
    }
    assert_eq!(site.visitor().get("/people/1/").await.status, 303);
}

#[tokio::test]
async fn a_card_tells_what_the_person_allows_and_the_rooms_in_common() {
    let site = Site::start().await;
    let (ana, bo) = site.friends("ana", "bo").await;
    let (cleo, eve) = (site.sign_up("cleo").await, site.sign_up("eve").await);
    ana.befriend(&cleo).await;
    ana.make_room("closed", "Tea", &[&bo]).await;
    ana.make_room("closed", "Cake", &[&cleo]).await;
    bo.describe(&[("name", "Bo L"), ("about", "<b>Likes</b> soup")])
        .await;

    let card = ana.card_of(&bo).await;
    assert_eq!(card.texts("#card h1"), ["Bo L"]);
    assert!(card.texts("#card .hint")[0].starts_with("@bo"));
    assert_eq!(card.texts(".card-about"), ["<b>Likes</b> soup"]);
    assert_eq!(card.texts(".card-rooms a"), ["Tea"]);
    assert!(!card.body.contains("Local time"));

    bo.describe(&[("share_time", "on")]).await;
    assert!(ana.card_of(&bo).await.body.contains("Local time"));
    bo.ask("eve").await;
    assert!(
        !eve.card_of(&bo).await.body.contains("Local time"),
        "for friends and the members of small rooms"
    );
}

#[tokio::test]
async fn a_card_offers_what_the_relation_allows() {
    let site = Site::start().await;
    let (ana, bo) = site.friends("ana", "bo").await;
    let (cleo, dan) = (site.sign_up("cleo").await, site.sign_up("dan").await);
    ana.befriend(&cleo).await;
    ana.make_room("closed", "Tea", &[&bo, &cleo]).await;
    let offers = async |reader: &Person, person: &Person| {
        let card = reader.card_of(person).await;
        card.texts(".card-actions :is(a, button)")
    };

    assert_eq!(offers(&ana, &bo).await, ["Message", "Mute", "Block"]);
    assert_eq!(offers(&ana, &ana).await, ["Edit profile"]);
    assert_eq!(offers(&bo, &cleo).await, ["Send friend request", "Block"]);
    let path = format!("/people/{}/", cleo.id);
    bo.submit(&path, "/friends/add/", &[]).await;
    assert_eq!(offers(&bo, &cleo).await, ["Cancel request", "Block"]);
    assert_eq!(offers(&cleo, &bo).await, ["Accept", "Decline", "Block"]);
    dan.ask("ana").await;
    assert_eq!(offers(&ana, &dan).await, ["Accept", "Decline", "Block"]);

    // Muting is one press, and leads back to the card.
    let path = format!("/people/{}/", bo.id);
    let direct = ana.room_with(&bo).await;
    let level = format!("/rooms/{direct}/notifications/");
    let muted = ana.submit(&path, &level, &[("level", "nothing")]).await;
    assert_eq!((muted.status, muted.location()), (303, path.as_str()));
    assert_eq!(offers(&ana, &bo).await, ["Message", "Unmute", "Block"]);
}

#[tokio::test]
async fn a_block_hides_status_and_time_and_looks_like_no_friendship() {
    let site = Site::start().await;
    let (ana, bo) = site.friends("ana", "bo").await;
    ana.make_room("closed", "Tea", &[&bo]).await;
    ana.describe(&[("about", "soup"), ("share_time", "on")])
        .await;
    let profile = "/accounts/profile/";
    ana.submit(profile, "/accounts/status/", &[("text", "busy")])
        .await;
    let card = bo.card_of(&ana).await;
    assert!(card.body.contains("Local time") && card.has("#card .status"));

    ana.press_and_confirm("block", &bo).await;

    let card = bo.card_of(&ana).await;
    assert_eq!(
        card.texts(".card-actions :is(a, button)"),
        ["Send friend request", "Block"]
    );
    assert!(!card.body.contains("Local time") && !card.has("#card .status"));
    assert_eq!(card.texts(".card-about"), ["soup"]);
    let blocked = ana.card_of(&bo).await;
    assert_eq!(blocked.texts(".card-actions :is(a, button)"), ["Unblock"]);
}
