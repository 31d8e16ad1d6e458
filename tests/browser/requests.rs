//! Friend requests are noticed in every open page, and their sender sees them pending.

use crate::{
    profile::Profile,
    stage::{Program, until},
};

#[tokio::test]
async fn a_request_is_noticed_at_once_wherever_one_is() {
    let site = Program::start(&["--bcrypt-cost", "4"]).await;
    let (ana, eve) = tokio::join!(Profile::start(&site), Profile::start(&site));
    ana.sign_up("ana").await;
    eve.sign_up("eve").await;
    ana.mark_page().await;

    eve.ask_to_be_friends("ana").await;

    ana.wait_for_title("(1) Conversations – Parlour").await;
    ana.find("link", "eve wants to be your friend").await;
    ana.find("link", "Add Friends, 1 friend request").await;
    ana.wait_for(".toast", true).await;
    ana.screenshot("request-noticed").await;
    assert!(ana.is_marked_page().await, "without a reload");
    // A page without the list of conversations has the number, too.
    ana.open("/accounts/devices/").await;
    ana.find("link", "Add Friends, 1 friend request").await;
    ana.wait_for_title("(1) Devices – Parlour").await;

    // Answered in place: on the page where one is.
    ana.open("/").await;
    ana.press("button", "Accept eve").await;
    ana.wait_for_text("You and eve are now friends.").await;
    assert_eq!(ana.path().await, "/");
    ana.wait_gone("button", "Accept eve").await;
    ana.open("/friends/").await;
    ana.find("button", "Remove eve").await;
    ana.wait_for_title("Add Friends – Parlour").await;
    until("no number at the link", async || {
        (!ana.has(".foot-link .badge:not([hidden])").await).then_some(())
    })
    .await;

    // A name that nobody bears is pending like any other, in every tab.
    eve.open_tab("/friends/").await;
    eve.show_tab(0).await;
    eve.ask_to_be_friends("Nobody").await;
    eve.show_tab(1).await;
    eve.find("button", "Cancel request to Nobody").await;
    eve.screenshot("request-sent").await;
    eve.press("button", "Cancel request to Nobody").await;
    eve.wait_gone("button", "Cancel request to Nobody").await;
}

#[tokio::test]
async fn home_greets_with_friends_and_what_is_unread_and_keeps_up() {
    let site = Program::start(&["--bcrypt-cost", "4"]).await;
    let (ana, bo) = tokio::join!(Profile::start(&site), Profile::start(&site));
    ana.sign_up("ana").await;
    bo.sign_up("bo").await;
    bo.ask_to_be_friends("ana").await;
    ana.press("button", "Accept bo").await;
    ana.open("/").await;
    ana.find("heading", "Hello, ana").await;
    ana.wait_for_text("You are all caught up.").await;
    ana.wait_for(".home-friends [data-presence=online]", true)
        .await;
    ana.mark_page().await;

    bo.open("/rooms/with/1/").await;
    bo.say("Tea at **four**?").await;
    ana.wait_for_text("1 message").await;
    let row = "return document.querySelector('.home-row').innerText";
    let row: String = ana.ask_page(row).await;
    assert!(row.contains("Tea at four?"), "{row}");
    assert!(ana.is_marked_page().await, "without a reload");
    ana.screenshot("home").await;
}
