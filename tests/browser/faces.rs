//! The avatars of people who have seen a message, in a small room.

use crate::{
    profile::Profile,
    stage::{Program, database::change, until},
};

/// Adds seven people to the room. Their read cursors are ahead of the log, so they have seen every
/// message.
fn seven_more(site: &Program, room: &str) {
    let room = room.trim_start_matches("/rooms/").trim_end_matches('/');
    let statements: String = ["cleo", "dario", "eve", "finn", "gil", "hana", "ivo"]
        .iter()
        .map(|name| {
            format!(
                "INSERT INTO users (username, username_key, password, created_at, password_changed_at)
                 VALUES ('{name}', '{name}', '', 0, 0);
                 INSERT INTO members (room_id, user_id, joined_at, read_seq)
                 VALUES ({room}, last_insert_rowid(), 0, 1000);"
            )
        })
        .collect();
    change(&site.data().join("parlour.sqlite3"), &statements);
}

impl Profile {
    /// Returns the texts of the marks, from the top of the log.
    async fn seen(&self) -> Vec<String> {
        self.ask_page(
            "return Array.from(document.querySelectorAll('.message-seen'), (mark) =>
               [mark.querySelector('.vh').textContent,
                ...Array.from(mark.querySelectorAll('.seen-face'), (face) => face.dataset.initials),
                mark.querySelector('.seen-more')?.textContent ?? ''].join('|'))",
        )
        .await
    }

    async fn wait_for_seen(&self, expected: &[&str]) {
        until(&format!("the marks {expected:?}"), async || {
            (self.seen().await == expected).then_some(())
        })
        .await;
    }

    /// Returns the vertical positions of messages on the screen.
    async fn tops(&self) -> Vec<f64> {
        self.ask_page(
            "return Array.from(document.querySelectorAll('[role=log] article'), (one) =>
               one.querySelector('.message-body').getBoundingClientRect().top)",
        )
        .await
    }
}

#[tokio::test]
async fn a_few_faces_show_who_has_seen_it_and_the_rest_are_counted() {
    let site = Program::start(&["--bcrypt-cost", "4"]).await;
    let (ana, bo) = tokio::join!(Profile::start(&site), Profile::start(&site));
    ana.meet(&bo, ("ana", "bo")).await;
    let room = ana.make_room("Closed", "Tea", &["bo"]).await;
    bo.open("/").await;
    ana.say("who has seen this?").await;
    ana.find_text_message("who has seen this?").await;
    assert!(!ana.has(".message-seen").await, "nobody yet");

    bo.open(&room).await;
    ana.wait_for_seen(&["Seen by bo|BO|"]).await;
    seven_more(&site, &room);
    ana.say("and this?").await;
    ana.reload().await;
    ana.wait_for_seen(&["Seen by bo, cleo, dario, eve, finn, gil, hana, ivo|BO|CL|DA|EV|+4"])
        .await;
    ana.screenshot("faces-light").await;
    ana.prefer("dark").await;
    ana.screenshot("faces-dark").await;

    ana.press("button", "Message actions").await;
    ana.press("menuitem", "Message details").await;
    let names: Vec<String> = ana
        .ask_page("return Array.from(document.querySelectorAll('[aria-labelledby=seen-heading] bdi'), (name) => name.textContent)")
        .await;
    assert_eq!(names[..2], ["bo", "cleo"]);
    assert_eq!(names.len(), 8);
    ana.screenshot("faces-details").await;
}

#[tokio::test]
async fn a_mark_finds_its_place_without_moving_a_line() {
    let site = Program::start(&["--bcrypt-cost", "4"]).await;
    let (ana, bo) = tokio::join!(Profile::start(&site), Profile::start(&site));
    ana.use_screen(360, 640).await;
    ana.meet(&bo, ("ana", "bo")).await;
    let room = ana.make_room("Closed", "Tea", &["bo"]).await;
    bo.open(&room).await;
    ana.say("iiii").await;
    ana.find_text_message("iiii").await;
    // Find the number of letters that leave no room for an avatar at the end of their line.
    let most: usize = ana
        .ask_page(
            "const body = document.querySelector('.message-body'), text = body.querySelector('.message-text');
             return Math.floor((body.clientWidth - 3) / (text.getBoundingClientRect().width / 4))",
        )
        .await;
    ana.say(&"i".repeat(most)).await;
    ana.say("after it").await;
    ana.wait_for_count(3).await;
    bo.find_text_message("after it").await;
    ana.wait_for("article:last-of-type .message-seen", true)
        .await;
    let before = ana.tops().await;

    let id: String = bo
        .ask_page("return [...document.querySelectorAll('article[data-id]')].at(-1).dataset.id")
        .await;
    bo.open(&format!("{room}messages/{id}/details/")).await;
    bo.press("button", "Mark unread from here").await;
    ana.wait_for("article:nth-last-of-type(2) .message-seen", true)
        .await;

    assert_eq!(ana.tops().await, before);
    ana.screenshot("faces-hanging").await;
    assert!(ana.has(".message-seen.hanging").await, "the line is full");
}
