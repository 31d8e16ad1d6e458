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

    ana.open("/friends/").await;
    ana.press("button", "Accept eve").await;
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
