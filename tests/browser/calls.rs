//! `@everyone`: offered with the number of people, asked about before it is sent, and marked.

use crate::{
    profile::Profile,
    stage::{Program, database::change},
};

/// Adds ten people to the room.
fn ten_more(site: &Program, room: &str) {
    let room = room.trim_start_matches("/rooms/").trim_end_matches('/');
    let statements: String = (0..10)
        .map(|number| {
            format!(
                "INSERT INTO users (username, username_key, password, created_at, password_changed_at)
                 VALUES ('guest{number}', 'guest{number}', '', 0, 0);
                 INSERT INTO members (room_id, user_id, joined_at)
                 VALUES ({room}, last_insert_rowid(), 0);"
            )
        })
        .collect();
    change(&site.data().join("parlour.sqlite3"), &statements);
}

#[tokio::test]
async fn a_dialog_asks_before_everyone_is_notified_and_keeps_the_text() {
    let site = Program::start(&["--bcrypt-cost", "4"]).await;
    let (ana, bo) = tokio::join!(Profile::start(&site), Profile::start(&site));
    ana.meet(&bo, ("ana", "bo")).await;
    let room = ana.make_room("Closed", "Tea", &["bo"]).await;
    ten_more(&site, &room);
    bo.open("/").await;
    bo.find("link", "Tea").await;

    ana.fill("Message Tea", "@eve").await;
    ana.press("option", "Everyone (11 people) @everyone").await;
    ana.fill("Message Tea", "soup at seven").await;
    ana.press_enter().await;
    ana.find("heading", "This notifies 11 people. Send?").await;
    ana.screenshot("call-question").await;
    ana.press("button", "Keep editing").await;
    ana.wait_gone("heading", "This notifies 11 people. Send?")
        .await;
    assert_eq!(ana.draft().await, "@everyone soup at seven");

    ana.fill("Message Tea", "!").await;
    ana.press_enter().await;
    ana.find("heading", "This notifies 11 people. Send?").await;
    let () = ana
        .ask_page("document.querySelector('dialog[open] [value=send]').click(); return null")
        .await;
    ana.find_text_message("@everyone soup at seven!").await;
    assert_eq!(ana.draft().await, "");
    bo.find("link", "Tea, 1 unread, mentioned").await;

    // A few are not asked about.
    ana.fill("Message Tea", "@here and now").await;
    ana.press_enter().await;
    ana.find_text_message("@here and now").await;
}
