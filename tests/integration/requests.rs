//! Friend requests: their limits, and what answers must not reveal.

use crate::support::{Lists, Page, Person, Site};

#[tokio::test]
async fn somebody_blocked_cannot_reach_and_cannot_tell() {
    let site = Site::start().await;
    let (ana, eve) = (site.sign_up("ana").await, site.sign_up("eve").await);
    eve.ask("ana").await;
    ana.press_and_confirm("block", &eve).await;
    let mut at_ana = ana.socket().await;

    let answer = eve.ask("ana").await;

    let unknown = eve.ask("nobody-of-this-name").await;
    assert_eq!(notice(&answer), notice(&unknown));
    assert_eq!(at_ana.heard("relation.changed").await.len(), 0);
    assert_eq!(
        ana.lists().await,
        Lists {
            blocked: vec!["eve".into()],
            ..Lists::default()
        }
    );
}

#[tokio::test]
async fn asking_says_the_same_whether_or_not_the_person_exists() {
    let site = Site::start().await;
    let ana = site.sign_up("ana").await;
    site.sign_up("bo").await;

    let known = ana.ask("bo").await;
    let unknown = ana.ask("nobody").await;

    assert_eq!(
        notice(&known),
        "If this person exists and accepts friend requests, your request was sent."
    );
    assert_eq!(notice(&known), notice(&unknown));
    assert_eq!(known.status, unknown.status);
}

#[tokio::test]
async fn a_request_to_nobody_looks_like_any_other() {
    let site = Site::start().await;
    let (ana, bo) = (site.sign_up("ana").await, site.sign_up("bo").await);
    let mut at_ana = ana.socket().await;
    let mut pages = Vec::new();
    for name in ["Bo", "No"] {
        ana.ask(name).await;
        let event = at_ana.wait_for("requests.changed").await;
        let page = ana.open("/friends/").await;
        let rows = page.texts("[aria-labelledby=sent-heading]").concat();
        let hue = page.attribute("[aria-labelledby=sent-heading] .avatar", "class");
        pages.push((
            event,
            rows.replace(name, "?"),
            hue.is_some(),
            page.body.len(),
        ));
        assert_eq!(ana.lists().await.sent, [name]);
        let guessed = ana.get(&format!("/friends/{}/block/", bo.id)).await;
        assert_eq!(
            guessed.status, 404,
            "no page shows whom the request reached"
        );
        let cancelled = ana.cancel_request(name).await;
        assert_eq!((cancelled.status, cancelled.location()), (303, "/friends/"));
        at_ana.wait_for("requests.changed").await;
        assert_eq!(ana.cancel_request(name).await.status, 404);
    }
    assert_eq!(pages[0].1, pages[1].1);
    assert_eq!((&pages[0].0, pages[0].2), (&pages[1].0, pages[1].2));
    assert!(
        pages[0].3.abs_diff(pages[1].3) < 8,
        "one digit of the colour at most"
    );
    assert_eq!(at_ana.already_heard("relation.changed").len(), 0);
}

#[tokio::test]
async fn a_request_is_noticed_in_the_title_the_menu_and_the_list() {
    let site = Site::start().await;
    let ana = site.sign_up("ana").await;
    let before = ana.open("/").await;
    assert_eq!(before.texts("title"), ["Conversations – Parlour"]);
    assert!(before.has(".foot-link .badge[hidden]"));
    for name in ["bo", "cleo", "dan"] {
        site.sign_up(name).await.ask("ana").await;
    }
    let home = ana.open("/").await;
    assert_eq!(home.texts("title"), ["(3) Conversations – Parlour"]);
    assert_eq!(
        home.texts(".side-ask a"),
        ["bo wants to be your friend and 2 more"]
    );
    let link = home.attribute(".foot-link", "aria-label");
    assert_eq!(link.as_deref(), Some("Add Friends, 3 friend requests"));
    let hello = ana.socket().await.hello.clone();
    assert_eq!(hello["requests"].as_array().unwrap().len(), 3);
    // Answered in place, but never with a way to another site.
    let accept = home.attribute(".side-ask form", "action").unwrap();
    let answered = ana.submit("/", &accept, &[]).await;
    assert_eq!(answered.location(), "/");
    let (decline, next) = (home_form(&ana, "decline").await, "//evil.test/");
    let answered = ana.submit("/", &decline, &[("next", next)]).await;
    assert_eq!(answered.location(), "/");
    assert_eq!(ana.lists().await.requests.len(), 1);
}

/// Returns the address of the form in the list of conversations that answers the first request.
async fn home_form(person: &Person, verb: &str) -> String {
    let home = person.open("/").await;
    let all = home.all_attributes(".side-ask form", "action");
    all.into_iter().find(|path| path.contains(verb)).unwrap()
}

#[tokio::test]
async fn the_sender_is_told_that_a_request_lapsed() {
    let site = Site::start().await;
    let (ana, bo) = (site.sign_up("ana").await, site.sign_up("bo").await);
    ana.ask("bo").await;
    ana.ask("nobody").await;
    let then = i64::try_from(std::time::UNIX_EPOCH.elapsed().unwrap().as_millis()).unwrap()
        - 31 * 86_400_000;
    site.execute(&format!("UPDATE friend_requests SET created_at = {then}"));
    site.execute(&format!("UPDATE unknown_requests SET created_at = {then}"));

    assert!(bo.lists().await.requests.is_empty());
    let page = ana.open("/friends/").await;
    let hints = page.texts("[aria-labelledby=sent-heading] .hint");
    assert_eq!(
        hints,
        ["This request expired after 30 days without an answer."; 2]
    );
    assert_eq!(ana.open("/").await.texts(".side-ask").len(), 1);
    for name in ["bo", "nobody"] {
        assert_eq!(ana.cancel_request(name).await.status, 303);
    }
    assert!(ana.lists().await.sent.is_empty());
    assert!(ana.open("/").await.texts(".side-ask").is_empty());
}

#[tokio::test]
async fn asking_oneself_or_a_friend_is_explained_at_the_field() {
    let site = Site::start().await;
    let (ana, _bo) = site.friends("ana", "bo").await;

    for name in ["ana", "bo", ""] {
        let answer = ana.ask(name).await;
        assert_eq!(answer.status, 422, "{name:?}");
        assert!(answer.has("#username-error[role=alert]"), "{name:?}");
        assert_eq!(
            answer.attribute("#username", "value").as_deref(),
            Some(name)
        );
    }
}

#[tokio::test]
async fn a_new_account_may_have_five_requests_open() {
    let site = Site::start().await;
    let ana = site.sign_up("ana").await;
    for i in 0..6 {
        site.sign_up(&format!("person{i}")).await;
    }
    for i in 0..5 {
        assert_eq!(
            ana.ask_to_be_friends(&format!("person{i}")).await.status,
            303
        );
    }

    let refused = ana.ask_to_be_friends("person5").await;

    assert!([422, 429].contains(&refused.status), "{}", refused.status);
    assert!(refused.has("[role=alert]"), "{}", refused.body);
    assert_eq!(ana.lists().await.sent.len(), 5);
}

#[tokio::test]
async fn asking_too_often_is_held_off_with_a_time() {
    let site = Site::start_with(|settings| {
        settings.rates.friend_requests = "2/1h".parse().unwrap();
    })
    .await;
    let ana = site.sign_up("ana").await;
    for name in ["one", "two"] {
        assert_eq!(ana.ask_to_be_friends(name).await.status, 303);
    }

    let held = ana.ask_to_be_friends("three").await;

    assert_eq!(held.status, 429);
    assert!(held.header("retry-after").parse::<u64>().unwrap() > 0);
}

#[tokio::test]
async fn a_number_never_turns_into_a_name() {
    let site = Site::start().await;
    let (ana, eve) = (site.sign_up("annabella").await, site.sign_up("eve").await);

    for verb in ["accept", "decline", "remove", "block", "unblock"] {
        let answer = eve.post_to_friends(verb, ana.id).await;
        let page = eve.open("/friends/").await;
        assert!(!answer.body.contains("annabella"), "{verb}");
        assert!(
            !page.body.contains("annabella"),
            "{verb}: {}",
            notice(&page)
        );
    }
    for verb in ["block", "remove"] {
        let page = eve.get(&format!("/friends/{}/{verb}/", ana.id)).await;
        assert_eq!(page.status, 404, "{verb}");
    }
}

fn notice(page: &Page) -> String {
    page.texts(".flash").join(" ")
}
