//! The lifecycle of rooms: creation, names, archiving, deletion.

use serde_json::json;

use super::People;
use crate::support::Site;

#[tokio::test]
async fn a_closed_room_is_seen_by_its_people_and_by_nobody_else() {
    let site = Site::start().await;
    let People { ana, bo, eve, .. } = People::meet(&site).await;
    let mut at_bo = bo.socket().await;

    let room = ana.make_room("closed", "Tea & cake", &[&bo]).await;

    at_bo.wait_in(room, "room.added").await;
    for person in [&ana, &bo] {
        let page = person.open(&format!("/rooms/{room}/")).await;
        assert_eq!(page.texts("#room-head h1"), ["Tea & cake"]);
        assert_eq!(page.texts("#conversations .side-name")[0], "Tea & cake");
        assert_eq!(person.members_of(room).await, ["ana", "bo"]);
    }
    let told = bo.told_in(room).await;
    assert_eq!(told, ["ana started this conversation", "ana added bo"]);
    assert_eq!(eve.get(&format!("/rooms/{room}/")).await.status, 404);
    assert_eq!(
        eve.get(&format!("/rooms/{room}/details/")).await.status,
        404
    );
    let listed = eve.open("/rooms/").await;
    assert!(!listed.body.contains("cake"));
}

#[tokio::test]
async fn an_open_room_is_found_and_joined_by_everybody() {
    let site = Site::start().await;
    let People { ana, eve, .. } = People::meet(&site).await;
    let room = ana.make_room("open", "Garden", &[]).await;
    let (mut at_ana, mut at_eve) = (ana.socket().await, eve.socket().await);

    let joined = eve
        .submit("/rooms/", &format!("/rooms/{room}/join/"), &[])
        .await;

    assert_eq!(joined.location(), format!("/rooms/{room}/"));
    let news = at_ana.wait_for("member.changed").await;
    assert_eq!(
        (&news["change"], &news["user"]["username"]),
        (&json!("joined"), &json!("eve"))
    );
    assert!(
        news["html"]
            .as_str()
            .unwrap()
            .contains("<bdi translate=\"no\">eve</bdi> joined")
    );
    at_eve.wait_in(room, "room.added").await;
    let own = at_eve.wait_for("member.changed").await;
    assert_eq!(own["seq"], news["seq"], "whoever joins hears of it, too");
    assert_eq!(eve.post_by_form(room, "hello").await, 303);
    assert_eq!(at_ana.wait_for("message.created").await["body"], "hello");
    // Once more changes nothing.
    assert_eq!(eve.about_room(room, "join/", &[]).await.status, 303);
    assert_eq!(ana.told_in(room).await.len(), 2);
}

#[tokio::test]
async fn a_group_of_four_is_named_after_its_people_and_grows() {
    let site = Site::start().await;
    let People { ana, bo, cleo, eve } = People::meet(&site).await;
    cleo.befriend(&eve).await;
    let room = ana.make_group(&[&bo, &cleo]).await;
    let title = async |person: &crate::support::Person| {
        let page = person.open(&format!("/rooms/{room}/")).await;
        page.texts("#room-head h1").concat()
    };
    assert_eq!(title(&ana).await, "bo, cleo");
    assert_eq!(title(&bo).await, "ana, cleo");

    let refused = bo.add_people(room, &[&eve]).await;
    assert_eq!(refused.status, 422, "eve is no friend of bo");
    assert_eq!(cleo.add_people(room, &[&eve]).await.status, 303);

    assert_eq!(title(&eve).await, "ana, bo, cleo");
    assert_eq!(eve.post_by_form(room, "hello all").await, 303);
    assert!(
        ana.told_in(room)
            .await
            .contains(&"cleo added eve".to_owned())
    );
}

#[tokio::test]
async fn a_group_has_a_largest_size_and_of_two_people_a_conversation() {
    let site = Site::start_with(|settings| settings.limits.group_people = 3).await;
    let People { ana, bo, cleo, eve } = People::meet(&site).await;
    ana.befriend(&eve).await;

    let of_two = ana.begin(&[("kind", "group")], &[&bo]).await;
    let of_four = ana.begin(&[("kind", "group")], &[&bo, &cleo, &eve]).await;
    let of_none = ana.begin(&[("kind", "group")], &[]).await;
    let room = ana.make_group(&[&bo, &cleo]).await;
    // The same people share one conversation, whoever starts it, and in any order.
    assert_eq!(ana.make_group(&[&cleo, &bo]).await, room);

    assert_eq!(of_two.location(), format!("/rooms/with/{}/", bo.id));
    assert_eq!(of_four.status, 422);
    assert!(of_four.texts("#people-error").concat().contains('3'));
    assert!(of_four.has(&format!("input[value='{}'][checked]", eve.id)));
    assert_eq!(of_none.status, 422);
    assert_eq!(ana.add_people(room, &[&eve]).await.status, 422);
}

#[tokio::test]
async fn notes_are_one_place_for_one_person() {
    let site = Site::start().await;
    let People { ana, bo, .. } = People::meet(&site).await;
    let mut at_ana = ana.socket().await;

    let first = ana.begin(&[("kind", "notes")], &[]).await;
    let again = ana.begin(&[("kind", "notes")], &[]).await;

    assert_eq!(first.location(), again.location());
    let room = crate::support::number(first.location());
    at_ana.wait_in(room, "room.added").await;
    assert_eq!(ana.post_by_form(room, "buy tea").await, 303);
    let page = ana.open(first.location()).await;
    assert_eq!(page.texts("#room-head h1"), ["Notes to self"]);
    assert_eq!(page.messages(), ["buy tea"]);
    assert_eq!(bo.get(first.location()).await.status, 404);
    assert_eq!(ana.about_room(room, "leave/", &[]).await.status, 403);
    assert_eq!(
        ana.get(&format!("/rooms/{room}/details/")).await.status,
        404
    );
}

#[tokio::test]
async fn a_new_name_and_topic_are_told_live_and_bad_ones_at_their_field() {
    let site = Site::start().await;
    let People { ana, bo, .. } = People::meet(&site).await;
    let room = ana.make_room("closed", "Tea", &[&bo]).await;
    let mut at_bo = bo.socket().await;
    let (page, form) = (
        format!("/rooms/{room}/details/"),
        format!("/rooms/{room}/about/"),
    );

    let typed = [("name", "<b>Coffee</b>"), ("topic", "black, no sugar")];
    assert_eq!(ana.submit(&page, &form, &typed).await.status, 303);

    let renamed = at_bo.wait_for("room.changed").await;
    let html = renamed["html"].as_str().unwrap();
    assert!(
        html.contains("<bdi translate=\"no\">&lt;b&gt;Coffee&lt;/b&gt;</bdi>"),
        "{html}"
    );
    at_bo.wait_for("room.changed").await;
    let shown = bo.open(&format!("/rooms/{room}/")).await;
    assert_eq!(shown.texts("#room-head h1"), ["<b>Coffee</b>"]);
    assert_eq!(shown.texts(".head-topic"), ["black, no sugar"]);
    for (name, topic) in [
        ("", "kept"),
        (" \u{200B}", "kept"),
        (&"x".repeat(61), "kept"),
    ] {
        let typed = [("name", name), ("topic", topic)];
        let refused = ana.submit(&page, &form, &typed).await;
        assert_eq!(refused.status, 422, "{name:?}");
        assert!(refused.has("#name-error[role=alert]"));
        let kept = refused.attribute("#topic", "value");
        assert_eq!(kept.as_deref(), Some("kept"), "nothing typed is lost");
    }
}

#[tokio::test]
async fn an_archived_room_is_read_only_until_it_is_taken_out() {
    let site = Site::start().await;
    let People { ana, bo, eve, .. } = People::meet(&site).await;
    let room = ana.make_room("open", "Garden", &[&bo]).await;
    let (link, _) = ana.make_link(room, "week", "any").await;
    let mut at_bo = bo.socket().await;

    assert_eq!(ana.about_room(room, "archive/", &[]).await.status, 303);

    at_bo.wait_for("room.changed").await;
    let page = bo.open(&format!("/rooms/{room}/")).await;
    assert!(!page.has("#composer") && page.texts(".closed").concat().contains("archived"));
    assert!([403, 422].contains(&bo.post_by_form(room, "hello?").await));
    assert_eq!(eve.about_room(room, "join/", &[]).await.status, 404);
    assert_eq!(eve.get(&link).await.status, 410);
    assert_eq!(ana.add_people(room, &[&eve]).await.status, 403);
    at_bo
        .send(json!({"type": "typing.start", "room": room}))
        .await;
    assert!(at_bo.heard("typing.started").await.is_empty());

    assert_eq!(ana.about_room(room, "unarchive/", &[]).await.status, 303);
    assert_eq!(bo.post_by_form(room, "hello").await, 303);
    assert_eq!(eve.get(&link).await.status, 200);
}

#[tokio::test]
async fn a_room_is_deleted_only_from_the_archive_and_can_be_kept() {
    let site = Site::start().await;
    let People { ana, bo, .. } = People::meet(&site).await;
    let room = ana.make_room("closed", "Tea", &[&bo]).await;
    let path = format!("/rooms/{room}/");

    assert_eq!(ana.about_room(room, "delete/", &[]).await.status, 409);
    ana.about_room(room, "archive/", &[]).await;
    assert_eq!(bo.about_room(room, "delete/", &[]).await.status, 403);
    assert_eq!(ana.about_room(room, "delete/", &[]).await.status, 303);
    assert_eq!(ana.about_room(room, "unarchive/", &[]).await.status, 409);

    assert!(bo.open(&path).await.has("#room-banner [role=status]"));
    assert!(!bo.open(&path).await.has("#room-banner form"));
    let kept = ana
        .submit(&path, &format!("/rooms/{room}/keep/"), &[])
        .await;
    assert_eq!(kept.status, 303);
    assert!(!bo.open(&path).await.has("#room-banner [role=status]"));
    let told = bo.told_in(room).await;
    assert!(
        told.last()
            .unwrap()
            .contains("ana cancelled the deletion of the room"),
        "{told:?}"
    );
}

#[tokio::test]
async fn opening_a_room_lets_everybody_in_and_closing_it_lets_nobody_more() {
    let site = Site::start().await;
    let People { ana, bo, eve, .. } = People::meet(&site).await;
    let room = ana.make_room("closed", "Tea", &[&bo]).await;

    assert_eq!(
        bo.about_room(room, "kind/", &[("kind", "open")])
            .await
            .status,
        403
    );
    assert_eq!(
        ana.about_room(room, "kind/", &[("kind", "open")])
            .await
            .status,
        303
    );
    assert!(eve.open("/rooms/").await.body.contains("Tea"));
    assert_eq!(
        ana.about_room(room, "kind/", &[("kind", "closed")])
            .await
            .status,
        303
    );
    assert_eq!(eve.about_room(room, "join/", &[]).await.status, 404);

    let direct = ana.room_with(&bo).await;
    let group = ana.make_group(&[&bo, &site.log_in("cleo").await]).await;
    for other in [direct, group] {
        let answer = ana.about_room(other, "kind/", &[("kind", "open")]).await;
        assert_eq!(
            answer.status, 403,
            "only rooms with a name change their kind"
        );
    }
    assert!(!eve.open("/rooms/").await.has(".rows"));
}

#[tokio::test]
async fn rooms_are_made_only_so_often() {
    let site = Site::start_with(|settings| {
        settings.rates.room_creations = "2/1h".parse().unwrap();
        settings.rates.invitations = "1/1h".parse().unwrap();
    })
    .await;
    let People { ana, bo, .. } = People::meet(&site).await;
    let room = ana.make_room("closed", "One", &[]).await;
    ana.make_room("closed", "Two", &[]).await;

    let typed = [("kind", "room"), ("access", "closed"), ("name", "Three")];
    let held = ana.begin(&typed, &[]).await;
    let added = ana.add_people(room, &[&bo]).await;
    let link = [("lifetime", "week"), ("uses", "1")];

    assert_eq!(held.status, 429);
    assert!(held.header("retry-after").parse::<u64>().unwrap() > 0);
    assert_eq!(held.attribute("#name", "value").as_deref(), Some("Three"));
    assert_eq!(added.status, 303);
    assert_eq!(ana.about_room(room, "invites/", &link).await.status, 429);
}

#[tokio::test]
async fn the_members_of_a_large_room_come_in_pages() {
    let site = Site::start().await;
    let ana = site.sign_up("ana").await;
    let room = ana.make_room("open", "Square", &[]).await;
    site.execute(&format!(
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 250)
         INSERT INTO users (username, username_key, password, created_at, password_changed_at)
         SELECT 'p' || i, 'p' || i, '!', 0, 0 FROM n;
         INSERT INTO members (room_id, user_id, joined_at)
         SELECT {room}, id, 0 FROM users WHERE username LIKE 'p%'"
    ));

    let first = ana.open(&format!("/rooms/{room}/details/")).await;
    let next = first.attribute("a[rel=next]", "href").unwrap();
    let second = ana.open(&next).await;

    let names = |page: &crate::support::Page| page.texts("#details-members .row-title bdi");
    assert_eq!((names(&first).len(), names(&second).len()), (200, 51));
    assert_eq!(names(&first)[0], "ana", "the owner comes first");
    assert!(!second.has("a[rel=next]") && second.has("a[rel=prev]"));
    assert!(
        first
            .texts("#details-members .section-count")
            .concat()
            .contains("251")
    );
}

#[tokio::test]
async fn tips_are_shown_to_newcomers_until_they_are_dismissed() {
    let site = Site::start().await;
    let People { ana, bo, .. } = People::meet(&site).await;
    let room = ana.make_room("closed", "Tea", &[&bo]).await;
    let path = format!("/rooms/{room}/");
    assert_eq!(ana.open(&path).await.texts("#tips h2"), ["How this works"]);

    let dismissed = ana.submit(&path, "/tips/dismiss/", &[]).await;

    assert_eq!(dismissed.location(), path);
    assert!(!ana.open(&path).await.has("#tips"));
    assert!(bo.open(&path).await.has("#tips"), "each for themselves");
}
