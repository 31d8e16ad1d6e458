//! Friends: the seven relations from both sides, live and on the page, and what answers must not
//! reveal.

use crate::support::{Lists, Site};

#[tokio::test]
async fn a_request_shows_on_both_pages_and_acceptance_makes_friends() {
    let site = Site::start().await;
    let (ana, bo) = (site.sign_up("ana").await, site.sign_up("bo").await);
    assert_eq!(ana.lists().await, Lists::default());

    ana.ask("BO").await;
    assert_eq!(
        ana.lists().await,
        Lists {
            sent: vec!["BO".into()],
            ..Lists::default()
        }
    );
    assert_eq!(
        bo.lists().await,
        Lists {
            requests: vec!["ana".into()],
            ..Lists::default()
        }
    );

    bo.press("accept", &ana).await;
    assert_eq!(
        ana.lists().await,
        Lists {
            friends: vec!["bo".into()],
            ..Lists::default()
        }
    );
    assert_eq!(
        bo.lists().await,
        Lists {
            friends: vec!["ana".into()],
            ..Lists::default()
        }
    );
}

#[tokio::test]
async fn both_sides_hear_of_every_change_at_once() {
    let site = Site::start().await;
    let (ana, bo) = (site.sign_up("ana").await, site.sign_up("bo").await);
    let (mut at_ana, mut at_bo) = (ana.socket().await, bo.socket().await);

    ana.ask("bo").await;
    let heard = at_bo.wait_for("relation.changed").await;
    assert_eq!(heard["state"], "incoming");
    assert_eq!(heard["user"]["username"], "ana");
    assert_eq!(
        at_ana.wait_for("requests.changed").await,
        serde_json::json!({ "type": "requests.changed" }),
        "it does not tell whether bo exists"
    );

    bo.press("accept", &ana).await;
    assert_eq!(at_ana.wait_for("relation.changed").await["state"], "friend");
    assert_eq!(at_bo.wait_for("relation.changed").await["state"], "friend");

    ana.press_and_confirm("remove", &bo).await;
    assert_eq!(at_ana.wait_for("relation.changed").await["state"], "none");
    assert_eq!(at_bo.wait_for("relation.changed").await["state"], "none");
}

#[tokio::test]
async fn crossing_requests_become_one_friendship() {
    let site = Site::start().await;
    let (ana, bo) = (site.sign_up("ana").await, site.sign_up("bo").await);

    tokio::join!(ana.ask("bo"), bo.ask("ana"));

    assert_eq!(
        ana.lists().await,
        Lists {
            friends: vec!["bo".into()],
            ..Lists::default()
        }
    );
    assert_eq!(
        bo.lists().await,
        Lists {
            friends: vec!["ana".into()],
            ..Lists::default()
        }
    );
    assert_eq!(site.count("friendships"), 1);
}

#[tokio::test]
async fn nobody_can_accept_or_decline_for_the_other_side() {
    let site = Site::start().await;
    let (ana, bo) = (site.sign_up("ana").await, site.sign_up("bo").await);
    let eve = site.sign_up("eve").await;
    ana.ask("bo").await;

    for (person, other) in [(&ana, &bo), (&eve, &bo), (&eve, &ana)] {
        for verb in ["accept", "decline"] {
            let answer = person.post_to_friends(verb, other.id).await;
            assert!(
                [303, 404, 409].contains(&answer.status),
                "{verb}: {}",
                answer.status
            );
        }
    }

    assert_eq!(site.count("friendships"), 0);
    assert_eq!(bo.lists().await.requests, ["ana"]);
    assert_eq!(ana.lists().await.sent, ["bo"]);
}

#[tokio::test]
async fn a_declined_request_looks_pending_to_its_sender() {
    let site = Site::start().await;
    let (ana, bo) = (site.sign_up("ana").await, site.sign_up("bo").await);
    ana.ask("bo").await;
    let mut at_ana = ana.socket().await;

    bo.press("decline", &ana).await;

    assert_eq!(bo.lists().await, Lists::default());
    assert_eq!(
        ana.lists().await,
        Lists {
            sent: vec!["bo".into()],
            ..Lists::default()
        }
    );
    assert_eq!(
        at_ana.heard("relation.changed").await.len(),
        0,
        "the sender is not told"
    );
}

#[tokio::test]
async fn a_cancelled_request_is_gone_on_both_sides() {
    let site = Site::start().await;
    let (ana, bo) = (site.sign_up("ana").await, site.sign_up("bo").await);
    ana.ask("bo").await;
    let mut at_bo = bo.socket().await;

    assert_eq!(ana.cancel_request("bo").await.status, 303);

    assert_eq!(at_bo.wait_for("relation.changed").await["state"], "none");
    assert_eq!(ana.lists().await, Lists::default());
    assert_eq!(bo.lists().await, Lists::default());
}

#[tokio::test]
async fn a_block_ends_everything_and_undoing_it_brings_nothing_back() {
    let site = Site::start().await;
    let (ana, bo) = site.friends("ana", "bo").await;

    ana.press_and_confirm("block", &bo).await;
    assert_eq!(
        ana.lists().await,
        Lists {
            blocked: vec!["bo".into()],
            ..Lists::default()
        }
    );
    assert_eq!(
        bo.lists().await,
        Lists::default(),
        "a block looks like having been removed"
    );

    ana.press("unblock", &bo).await;
    assert_eq!(ana.lists().await, Lists::default());
    assert_eq!(bo.lists().await, Lists::default());
}

#[tokio::test]
async fn after_a_mutual_block_one_who_unblocks_is_still_blocked() {
    let site = Site::start().await;
    let (ana, bo) = (site.sign_up("ana").await, site.sign_up("bo").await);
    bo.befriend(&ana).await;
    // Their conversation shows each of them the other, also after the block.
    bo.room_with(&ana).await;
    ana.press_and_confirm("block", &bo).await;
    bo.press_and_confirm("block", &ana).await;

    ana.press("unblock", &bo).await;
    ana.ask("bo").await;

    let blocked = vec!["ana".into()];
    assert_eq!(
        bo.lists().await,
        Lists {
            blocked,
            ..Lists::default()
        }
    );
    assert_eq!(site.count("friendships"), 0);
}

#[tokio::test]
async fn blocking_and_removing_ask_first() {
    let site = Site::start().await;
    let (ana, bo) = site.friends("ana", "bo").await;

    for verb in ["block", "remove"] {
        let page = ana.open(&format!("/friends/{}/{verb}/", bo.id)).await;
        assert!(page.texts("main")[0].contains("bo"));
    }

    assert_eq!(
        ana.lists().await.friends,
        ["bo"],
        "looking at the question changes nothing"
    );
}

#[tokio::test]
async fn friends_see_each_other_come_and_go_and_strangers_do_not() {
    let site = Site::start().await;
    let (ana, bo) = site.friends("ana", "bo").await;
    let eve = site.sign_up("eve").await;
    let (mut at_ana, mut at_eve) = (ana.socket().await, eve.socket().await);

    let at_bo = bo.socket().await;
    assert_eq!(at_bo.hello["online"], serde_json::json!([ana.id]));
    let came = at_ana.wait_for("presence.changed").await;
    assert_eq!(
        (came["user"].as_i64(), came["state"].as_str()),
        (Some(bo.id), Some("online"))
    );

    drop(at_bo);
    let went = at_ana.wait_for("presence.changed").await;
    assert_eq!(
        (went["user"].as_i64(), went["state"].as_str()),
        (Some(bo.id), Some("offline"))
    );
    assert_eq!(at_eve.heard("presence.changed").await.len(), 0);
    assert_eq!(at_eve.hello["online"], serde_json::json!([]));
}

#[tokio::test]
async fn a_declined_request_can_be_cancelled_as_if_it_were_pending() {
    let site = Site::start().await;
    let (ana, bo) = (site.sign_up("ana").await, site.sign_up("bo").await);
    ana.ask("bo").await;
    bo.press("decline", &ana).await;

    assert_eq!(ana.cancel_request("bo").await.status, 303);

    assert_eq!(ana.lists().await, Lists::default());
    assert_eq!(bo.lists().await, Lists::default());
}
