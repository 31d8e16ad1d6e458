//! The whole way without JavaScript: sign up, log in, add, accept, read, send, log out.

use crate::{profile::Profile, stage::Program};

#[tokio::test]
async fn everything_works_without_javascript() {
    let site = Program::start(&["--bcrypt-cost", "4"]).await;
    let (ana, bo) = tokio::join!(
        Profile::without_javascript(&site),
        Profile::without_javascript(&site)
    );
    ana.sign_up("ana").await;
    bo.sign_up("bo").await;

    ana.ask_to_be_friends("bo").await;
    bo.open("/friends/").await;
    bo.press("button", "Accept ana").await;
    bo.press("link", "Message ana").await;
    bo.fill("Message ana", "hello without scripts").await;
    bo.press("button", "Send").await;
    bo.find_text_message("hello without scripts").await;
    assert_eq!(bo.draft().await, "");

    ana.open_conversation("bo").await;
    ana.find_text_message("hello without scripts").await;
    ana.fill("Message bo", "so it works").await;
    ana.press("button", "Send").await;
    ana.find_text_message("so it works").await;
    bo.reload().await;
    bo.find_text_message("so it works").await;
    bo.screenshot("without-javascript").await;

    ana.log_out().await;
    ana.wait_for_text("You are logged out.").await;
    ana.open("/friends/").await;
    ana.wait_for_path("/accounts/login/?next=%2Ffriends%2F")
        .await;
    ana.log_in("ana").await;
    ana.wait_for_path("/friends/").await;
    ana.find("button", "Remove bo").await;
}

#[tokio::test]
async fn a_refused_form_gives_the_text_back_without_javascript() {
    let site = Program::start(&["--bcrypt-cost", "4"]).await;
    let (ana, bo) = tokio::join!(
        Profile::without_javascript(&site),
        Profile::without_javascript(&site)
    );
    ana.meet(&bo, ("ana", "bo")).await;

    ana.paste(&"x".repeat(10_001)).await;
    ana.press("button", "Send").await;

    ana.wait_for_text("Too long by 1 character").await;
    assert_eq!(ana.draft().await.len(), 10_001);
}
