//! The permission matrix of rooms: every URL of a room for a visitor, an outsider, a member, a
//! moderator, the owner, a removed person, and the owner of the site.

use super::People;
use crate::support::{Page, Person, Site};

/// Method, path below the room's, fields, and the statuses for a member, a moderator and the owner.
/// Outsiders and removed people get 404, visitors are redirected to the log-in. `{bo}` is a plain
/// member.
type Row = (
    &'static str,
    &'static str,
    &'static [(&'static str, &'static str)],
    [u16; 3],
);

const READING: [Row; 10] = [
    ("GET", "", &[], [200, 200, 200]),
    ("GET", "details/", &[], [200, 200, 200]),
    ("GET", "pins/", &[], [200, 200, 200]),
    ("GET", "leave/", &[], [200, 200, 200]),
    ("GET", "people/", &[], [403, 200, 200]),
    ("GET", "people/{bo}/remove/", &[], [403, 200, 200]),
    ("GET", "kind/", &[], [403, 403, 200]),
    ("GET", "archive/", &[], [403, 403, 200]),
    ("GET", "delete/", &[], [403, 403, 200]),
    ("GET", "invites/{invite}/", &[], [403, 200, 200]),
];

const WRITING: [Row; 11] = [
    (
        "POST",
        "about/",
        &[("name", "Tea"), ("topic", "")],
        [403, 303, 303],
    ),
    ("POST", "people/", &[("people", "{dan}")], [403, 422, 303]),
    (
        "POST",
        "people/{bo}/role/",
        &[("role", "member")],
        [403, 403, 303],
    ),
    (
        "POST",
        "invites/",
        &[("lifetime", "hour"), ("uses", "1")],
        [403, 303, 303],
    ),
    ("POST", "invites/{invite}/revoke/", &[], [403, 303, 303]),
    ("POST", "kind/", &[("kind", "closed")], [403, 403, 303]),
    ("POST", "members/pin/", &[("may", "true")], [403, 303, 303]),
    ("POST", "keep/", &[], [403, 403, 303]),
    ("POST", "unarchive/", &[], [403, 403, 303]),
    ("POST", "people/{ana}/remove/", &[], [403, 403, 403]),
    ("POST", "delete/", &[], [403, 403, 409]),
];

struct Stage {
    room: i64,
    invite: i64,
    people: People,
    dan: Person,
    gone: Person,
}

impl Stage {
    /// Ana owns the room, Cleo moderates it, Bo is a member, one more was removed, Dan is only
    /// Ana's friend.
    async fn set(site: &Site) -> Self {
        let people = People::meet(site).await;
        let (dan, gone) = (site.sign_up("dan").await, site.sign_up("gone").await);
        for person in [&dan, &gone] {
            people.ana.befriend(person).await;
        }
        let People { ana, bo, cleo, .. } = &people;
        let room = ana.make_room("closed", "Tea", &[bo, cleo, &gone]).await;
        let role = [("role", "moderator")];
        ana.about_room(room, &format!("people/{}/role/", cleo.id), &role)
            .await;
        ana.about_room(room, &format!("people/{}/remove/", gone.id), &[])
            .await;
        let (_, page) = ana.make_link(room, "week", "any").await;
        let invite = page.trim_end_matches('/').rsplit('/').next().unwrap();
        Self {
            room,
            invite: invite.parse().unwrap(),
            people,
            dan,
            gone,
        }
    }

    fn filled(&self, text: &str) -> String {
        text.replace("{bo}", &self.people.bo.id.to_string())
            .replace("{ana}", &self.people.ana.id.to_string())
            .replace("{dan}", &self.dan.id.to_string())
            .replace("{invite}", &self.invite.to_string())
    }

    async fn ask(&self, person: &Person, token: &str, row: &Row) -> Page {
        self.ask_in(self.room, person, token, row).await
    }

    async fn ask_in(&self, room: i64, person: &Person, token: &str, row: &Row) -> Page {
        let (method, path, fields, _) = row;
        let path = format!("/rooms/{room}/{}", self.filled(path));
        if *method == "GET" {
            return person.get(&path).await;
        }
        let mut sent = vec![("csrf_token".to_owned(), token.to_owned())];
        let fields = fields
            .iter()
            .map(|(name, value)| ((*name).to_owned(), self.filled(value)));
        sent.extend(fields);
        person.post(&path, &sent).await
    }
}

#[tokio::test]
async fn each_role_may_do_what_is_its_own_and_nothing_else() {
    let site = Site::start().await;
    let stage = Stage::set(&site).await;
    let People { ana, bo, cleo, .. } = &stage.people;

    for row in READING.iter().chain(&WRITING) {
        for (role, person) in [bo, cleo, ana].into_iter().enumerate() {
            let token = person.csrf_token("/friends/").await;
            let answer = stage.ask(person, &token, row).await;
            assert_eq!(
                answer.status, row.3[role],
                "{} {} for {}",
                row.0, row.1, person.name
            );
        }
    }
}

#[tokio::test]
async fn for_strangers_and_the_removed_a_room_is_one_that_does_not_exist() {
    let site = Site::start().await;
    let stage = Stage::set(&site).await;
    site.execute("UPDATE users SET is_owner = 1 WHERE username = 'dan'");
    let plain = |page: &Page, room: i64| {
        let lines = page.body.lines().filter(|line| !line.contains("Request "));
        let body = lines.collect::<Vec<_>>().join("\n");
        body.replace(&format!("/rooms/{room}/"), "/rooms/n/")
    };

    for person in [&stage.people.eve, &stage.gone, &stage.dan] {
        let token = person.csrf_token("/friends/").await;
        for row in READING.iter().chain(&WRITING) {
            let theirs = stage.ask(person, &token, row).await;
            let missing = stage.ask_in(999_999, person, &token, row).await;
            assert_eq!(
                (theirs.status, missing.status),
                (404, 404),
                "{} {} for {}",
                row.0,
                row.1,
                person.name
            );
            assert_eq!(
                plain(&theirs, stage.room),
                plain(&missing, 999_999),
                "{}",
                row.1
            );
        }
    }
    assert_eq!(
        stage.people.ana.members_of(stage.room).await,
        ["ana", "cleo", "bo"]
    );
}

#[tokio::test]
async fn visitors_are_sent_to_the_log_in_page() {
    let site = Site::start().await;
    let stage = Stage::set(&site).await;
    let visitor = site.visitor();
    let token = visitor.csrf_token("/accounts/login/").await;

    for row in READING.iter().chain(&WRITING) {
        let answer = stage.ask(&visitor, &token, row).await;
        assert_eq!(answer.status, 303, "{} {}", row.0, row.1);
        assert!(
            answer.location().starts_with("/accounts/login/"),
            "{}",
            row.1
        );
    }
    for path in ["/rooms/", "/rooms/new/"] {
        let answer = visitor.get(path).await;
        assert!(answer.location().starts_with("/accounts/login/"), "{path}");
    }
}

#[tokio::test]
async fn moderators_remove_members_and_nobody_else() {
    let site = Site::start().await;
    let stage = Stage::set(&site).await;
    let People { ana, bo, cleo, .. } = &stage.people;
    let remove = |person: &Person| format!("people/{}/remove/", person.id);
    let role = [("role", "moderator")];
    let appoint = format!("people/{}/role/", bo.id);
    ana.about_room(stage.room, &appoint, &role).await;

    assert_eq!(
        cleo.about_room(stage.room, &remove(bo), &[]).await.status,
        403
    );
    assert_eq!(
        cleo.about_room(stage.room, &remove(ana), &[]).await.status,
        403
    );
    assert_eq!(
        cleo.about_room(stage.room, &remove(cleo), &[]).await.status,
        403
    );
    assert_eq!(
        ana.about_room(stage.room, &remove(ana), &[]).await.status,
        403
    );
    let owner = format!("people/{}/role/", ana.id);
    assert_eq!(
        ana.about_room(stage.room, &owner, &[("role", "member")])
            .await
            .status,
        403
    );
    ana.about_room(stage.room, &appoint, &[("role", "member")])
        .await;
    assert_eq!(
        cleo.about_room(stage.room, &remove(bo), &[]).await.status,
        303
    );
    assert_eq!(cleo.members_of(stage.room).await, ["ana", "cleo"]);
}

#[tokio::test]
async fn somebody_who_blocks_cannot_be_added_and_is_not_seen() {
    let site = Site::start().await;
    let People { ana, bo, cleo, .. } = People::meet(&site).await;
    let room = ana.make_room("closed", "Tea", &[&cleo]).await;
    let _at_cleo = cleo.socket().await;
    cleo.press_and_confirm("block", &ana).await;
    bo.press_and_confirm("block", &ana).await;

    assert_eq!(ana.add_people(room, &[&bo]).await.status, 422);
    assert_eq!(
        ana.begin(&[("kind", "group")], &[&bo, &cleo]).await.status,
        422
    );
    let page = ana.open(&format!("/rooms/{room}/details/")).await;
    let presence = page.attribute(&format!("#member-{} .face", cleo.id), "data-presence");
    assert_eq!(presence.as_deref(), Some("offline"));
}
