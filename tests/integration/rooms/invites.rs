//! Invite links: maximum uses, expiry, and who may use them.

use super::People;
use crate::{stage::database::rows, support::Site};

#[tokio::test]
async fn a_link_for_three_lets_exactly_three_in_however_many_press_at_once() {
    let site = Site::start().await;
    let ana = site.sign_up("ana").await;
    let room = ana.make_room("closed", "Tea", &[]).await;
    let (link, page) = ana.make_link(room, "week", "3").await;
    let mut people = Vec::new();
    for number in 0..8 {
        people.push(site.sign_up(&format!("guest{number}")).await);
    }

    let answers = futures_util::future::join_all(people.iter().map(|person| person.come_by(&link)));
    let statuses: Vec<u16> = answers.await.iter().map(|answer| answer.status).collect();

    let inside = statuses.iter().filter(|status| **status == 303).count();
    assert_eq!(inside, 3, "{statuses:?}");
    assert!(
        statuses.iter().all(|status| [303, 410].contains(status)),
        "{statuses:?}"
    );
    assert_eq!(ana.members_of(room).await.len(), 4);
    let late = site.sign_up("late").await;
    let refused = late.get(&link).await;
    assert_eq!(refused.status, 410);
    assert!(
        !refused.body.contains("Tea"),
        "a dead link tells nothing of the room"
    );
    let about = ana.open(&page).await;
    assert_eq!(
        about.texts("#one-invite .hint bdi").len(),
        1 + 3,
        "who came by it"
    );
}

#[tokio::test]
async fn somebody_inside_is_taken_to_the_room_and_uses_nothing_up() {
    let site = Site::start().await;
    let People { ana, bo, eve, .. } = People::meet(&site).await;
    let room = ana.make_room("closed", "Tea", &[&bo]).await;
    let (link, _) = ana.make_link(room, "hour", "1").await;

    for person in [&ana, &bo] {
        let taken = person.get(&link).await;
        assert_eq!(taken.location(), format!("/rooms/{room}/"));
    }
    let shown = eve.open(&link).await;
    assert_eq!(shown.texts("h1"), ["Join Tea?"]);
    assert!(
        shown
            .texts(".lead")
            .concat()
            .contains("ana invited you. 2 members")
    );
    assert_eq!(
        eve.come_by(&link).await.location(),
        format!("/rooms/{room}/")
    );
    assert_eq!(
        eve.come_by(&link).await.location(),
        format!("/rooms/{room}/")
    );
    let told = ana.told_in(room).await;
    assert_eq!(told.last().unwrap(), "eve joined with an invite link");
}

#[tokio::test]
async fn links_that_are_over_say_so_kindly_and_tell_nothing_of_the_room() {
    let site = Site::start().await;
    let People { ana, eve, .. } = People::meet(&site).await;
    let room = ana.make_room("closed", "Tea", &[]).await;
    let (expired, _) = ana.make_link(room, "hour", "any").await;
    let (revoked, page) = ana.make_link(room, "never", "any").await;
    site.execute("UPDATE invites SET expires_at = 1 WHERE expires_at IS NOT NULL");
    let answer = ana.submit(&page, &format!("{page}revoke/"), &[]).await;
    assert_eq!(answer.status, 303);

    for (link, status, words) in [
        (expired.as_str(), 410, "expired"),
        (revoked.as_str(), 410, "revoked"),
        ("/join/AAAAAAAAAAAAAAAAAAAAAAAAAAA/", 404, "does not work"),
    ] {
        for person in [&eve, &site.visitor()] {
            let shown = person.get(link).await;
            assert_eq!(shown.status, status, "{link}");
            assert!(
                shown.texts(".lead").concat().contains(words),
                "{}",
                shown.body
            );
            assert!(!shown.body.contains("Tea"));
        }
        let token = eve.csrf_token("/friends/").await;
        let forced = eve.post(link, &[("csrf_token".to_owned(), token)]).await;
        assert_eq!(forced.status, status, "{link}");
    }
    assert_eq!(ana.members_of(room).await, ["ana"]);
}

#[tokio::test]
async fn a_visitor_is_led_to_an_account_and_back_to_the_invitation() {
    let site = Site::start().await;
    let People { ana, .. } = People::meet(&site).await;
    let room = ana.make_room("closed", "Secret garden", &[]).await;
    let (link, _) = ana.make_link(room, "day", "3").await;
    let visitor = site.visitor();

    let shown = visitor.open(&link).await;
    assert_eq!(shown.texts("h1"), ["Join Secret garden?"]);
    assert_eq!(
        shown.texts(".lead"),
        ["ana invited you. 1 member: ana."],
        "who invites, and who is there"
    );
    assert!(shown.has(".invitation-faces .avatar"));
    let register = shown.attribute("main a.button-main", "href").unwrap();
    let typed = [
        ("username", "new_member"),
        ("password", crate::support::PASSWORD),
        ("password_again", crate::support::PASSWORD),
    ];
    let made = visitor
        .submit(&register, "/accounts/register/", &typed)
        .await;
    assert_eq!(made.location(), link, "{}", made.body);
    assert_eq!(
        visitor.come_by(&link).await.location(),
        format!("/rooms/{room}/")
    );

    let other = site.visitor();
    let login = other
        .open(&link)
        .await
        .attribute(".card-foot a", "href")
        .unwrap();
    let create = other
        .open(&login)
        .await
        .attribute(".card-foot a", "href")
        .unwrap();
    assert_eq!(create, register, "the way back is kept from page to page");
    let typed = [("username", "cleo"), ("password", crate::support::PASSWORD)];
    let answer = other.submit(&login, "/accounts/login/", &typed).await;
    assert_eq!(answer.location(), link);
}

#[tokio::test]
async fn the_code_for_cameras_says_the_same_link() {
    let site = Site::start().await;
    let People { ana, .. } = People::meet(&site).await;
    let room = ana.make_room("closed", "Tea", &[]).await;
    let (link, page) = ana.make_link(room, "week", "10").await;

    let page = ana.open(&page).await;

    let path = page.attribute(".qr path", "d").unwrap();
    let size: usize = page
        .attribute(".qr", "viewbox")
        .or_else(|| page.attribute(".qr", "viewBox"))
        .and_then(|view| view.split(' ').next_back()?.parse().ok())
        .unwrap();
    assert_eq!(decoded(&path, size), site.url(&link));
}

/// Draws the QR code's path with a quiet zone of four modules, and decodes it as a camera does.
fn decoded(path: &str, size: usize) -> String {
    const SCALE: usize = 6;
    let mut dark = vec![false; size * size];
    for run in path.split('M').skip(1) {
        let (x, rest) = run.split_once(' ').unwrap();
        let (y, rest) = rest.split_once('h').unwrap();
        let long = rest.split_once('v').unwrap().0;
        let [x, y, long] = [x, y, long].map(|number| number.parse::<usize>().unwrap());
        let start = (y + 4) * size + x + 4;
        dark[start..start + long].fill(true);
    }
    let side = size * SCALE;
    let light = |x: usize, y: usize| {
        if dark[y / SCALE * size + x / SCALE] {
            0
        } else {
            255
        }
    };
    let mut image = rqrr::PreparedImage::prepare_from_greyscale(side, side, light);
    let codes = image.detect_grids();
    codes[0].decode().unwrap().1
}

#[tokio::test]
async fn links_are_long_and_those_of_somebody_removed_stop_working() {
    let site = Site::start().await;
    let People { ana, bo, eve, .. } = People::meet(&site).await;
    let room = ana.make_room("closed", "Tea", &[&bo]).await;
    let appoint = format!("people/{}/role/", bo.id);
    ana.about_room(room, &appoint, &[("role", "moderator")])
        .await;
    let (of_bo, _) = bo.make_link(room, "never", "any").await;
    let (of_ana, _) = ana.make_link(room, "never", "any").await;
    let token = of_bo.trim_start_matches("/join/").trim_end_matches('/');
    assert!(token.len() >= 22, "at least 128 bits: {token}");

    ana.about_room(room, &format!("people/{}/remove/", bo.id), &[])
        .await;

    assert_eq!(eve.get(&of_bo).await.status, 410);
    assert_eq!(eve.get(&of_ana).await.status, 200);
    let back = bo.get(&of_ana).await;
    assert_eq!(
        back.status, 403,
        "whoever was removed does not come back by a link"
    );
    assert!(!back.body.contains("Tea"));
    assert_eq!(ana.add_people(room, &[&bo]).await.status, 303);
    assert_eq!(bo.get(&of_ana).await.location(), format!("/rooms/{room}/"));
}

#[tokio::test]
async fn tokens_stand_in_no_log_and_links_have_a_number_that_may_hold() {
    let site = Site::start_with(|settings| settings.limits.room_invites = 1).await;
    let People { ana, .. } = People::meet(&site).await;
    let room = ana.make_room("closed", "Tea", &[]).await;
    ana.make_link(room, "week", "1").await;

    let typed = [("lifetime", "week"), ("uses", "1")];
    let second = ana.about_room(room, "invites/", &typed).await;

    assert_eq!(second.location(), format!("/rooms/{room}/details/"));
    assert_eq!(site.count("invites"), 1);
    let details = ana.open(&format!("/rooms/{room}/details/")).await;
    #[derive(diesel::QueryableByName)]
    struct Token {
        #[diesel(sql_type = diesel::sql_types::Text)]
        token: String,
    }
    let tokens = rows::<Token>(&site.settings.database_path(), "SELECT token FROM invites");
    assert!(!details.body.contains(&tokens[0].token));
}

#[tokio::test]
async fn members_invite_where_the_room_lets_them_and_see_their_own_links_only() {
    let site = Site::start().await;
    let People { ana, bo, cleo, eve } = People::meet(&site).await;
    let room = ana.make_room("closed", "Tea", &[&bo, &cleo]).await;
    let terms = [("lifetime", "day"), ("uses", "any")];
    let (_, of_ana) = ana.make_link(room, "day", "any").await;
    assert_eq!(bo.about_room(room, "invites/", &terms).await.status, 403);
    let allow = async |person: &crate::support::Person, may| {
        let typed = [("may", may)];
        let answer = person.about_room(room, "members/invite/", &typed);
        answer.await.status
    };
    assert_eq!(allow(&bo, "true").await, 403, "a moderator decides");

    assert_eq!(allow(&ana, "true").await, 303);
    let (link, of_bo) = bo.make_link(room, "day", "any").await;
    assert_eq!(cleo.get(&of_bo).await.status, 404);
    assert_eq!(bo.get(&of_ana).await.status, 404);
    assert_eq!(ana.get(&of_bo).await.status, 200);
    let details = format!("/rooms/{room}/details/");
    assert_eq!(bo.open(&details).await.texts(".invites .row").len(), 1);
    assert_eq!(eve.get(&link).await.status, 200);

    assert_eq!(allow(&ana, "false").await, 303);
    assert_eq!(eve.get(&link).await.status, 410, "revoked");
    assert_eq!(bo.about_room(room, "invites/", &terms).await.status, 403);
    assert_eq!(bo.get(&of_bo).await.status, 403);
    assert_eq!(ana.get(&of_ana).await.status, 200);
}
