//! Two people meet and chat: sign up, send a request, accept it, and write, all live.

use crate::{profile::Profile, stage::Program};

#[tokio::test]
async fn two_people_meet_and_see_the_same_forty_messages_in_the_same_order() {
    let site = Program::start(&["--bcrypt-cost", "4"]).await;
    let (ana, bo) = tokio::join!(Profile::start(&site), Profile::start(&site));
    ana.sign_up("ana").await;
    bo.sign_up("bo").await;

    bo.open("/friends/").await;
    assert_eq!(bo.headings("h1").await, ["Add Friends"]);
    ana.ask_to_be_friends("bo").await;
    ana.find("button", "Cancel request to bo").await;
    bo.press("button", "Accept ana").await;
    bo.find("button", "Remove ana").await;
    ana.find("button", "Remove bo").await;
    ana.wait_gone("button", "Cancel request to bo").await;
    ana.screenshot("friends").await;

    ana.press("link", "Message bo").await;
    ana.find("log", "Messages").await;
    bo.press("link", "Message ana").await;
    bo.find("log", "Messages").await;
    for i in 0..20 {
        let (from_ana, from_bo) = (format!("ana says {i}"), format!("bo says {i}"));
        tokio::join!(ana.say(&from_ana), bo.say(&from_bo));
    }

    ana.wait_for_count(40).await;
    let order = ana.messages().await;
    bo.wait_for_messages(&order).await;
    for name in ["ana", "bo"] {
        let own: Vec<_> = order
            .iter()
            .filter(|text| text.starts_with(name))
            .cloned()
            .collect();
        let said: Vec<_> = (0..20).map(|i| format!("{name} says {i}")).collect();
        assert_eq!(own, said, "in the order in which {name} wrote them");
    }
    ana.screenshot("room-wide").await;
    for person in [&ana, &bo] {
        person.reload().await;
        person.wait_for_messages(&order).await;
    }
}

#[tokio::test]
async fn everything_in_a_room_has_the_name_that_a_screen_reader_needs() {
    let site = Program::start(&["--bcrypt-cost", "4"]).await;
    let (ana, bo) = tokio::join!(Profile::start(&site), Profile::start(&site));
    ana.meet(&bo, ("ana", "bo")).await;

    ana.say("hello").await;
    ana.wait_for_messages(&["hello".to_owned()]).await;

    ana.find("navigation", "Conversations").await;
    ana.find("log", "Messages").await;
    ana.find("textbox", "Message bo").await;
    ana.find("button", "Send").await;
    let link = ana.find_beginning("link", "bo").await;
    assert_eq!(
        link.attr("aria-current").await.unwrap().as_deref(),
        Some("page")
    );
    let article = ana
        .driver
        .find(thirtyfour::By::Css("[role=log] article"))
        .await
        .unwrap();
    let read = article.text().await.unwrap();
    let (author, text) = (read.find("ana").unwrap(), read.find("hello").unwrap());
    assert!(author < text, "the author, then the text: {read}");
    assert!(!ana.shows("status", "Reconnecting…").await);
}

#[tokio::test]
async fn somebody_who_logs_out_elsewhere_is_told_and_keeps_what_was_typed() {
    let site = Program::start(&["--bcrypt-cost", "4"]).await;
    let (ana, bo) = tokio::join!(Profile::start(&site), Profile::start(&site));
    ana.meet(&bo, ("ana", "bo")).await;
    ana.paste("half a thought").await;
    let phone = Profile::start(&site).await;
    phone.open("/accounts/devices/").await;
    phone.log_in("ana").await;
    phone.press("button", "Log out all other devices").await;

    ana.find("dialog", "You were logged out").await;
    ana.press("link", "Log in again").await;
    ana.log_in("ana").await;
    ana.open_conversation("bo").await;

    assert_eq!(ana.draft().await, "half a thought");
}

#[tokio::test]
async fn typing_shows_at_the_other_side_and_goes_away_with_the_message() {
    let site = Program::start(&["--bcrypt-cost", "4"]).await;
    let (ana, bo) = tokio::join!(Profile::start(&site), Profile::start(&site));
    ana.meet(&bo, ("ana", "bo")).await;

    bo.paste("something long").await;
    ana.wait_for_text("bo is typing…").await;
    bo.press_enter().await;

    ana.wait_for_messages(&["something long".to_owned()]).await;
    ana.wait_until_no_text("bo is typing…").await;
}
