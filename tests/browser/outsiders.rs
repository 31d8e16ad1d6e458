//! Mentioning a person who is not in the room, with scripts and without.

use crate::{profile::Profile, stage::Program};

/// Ana and bo are friends, and so are ana and cleo. Bo is in ana's room "Tea".
async fn tea(site: &Program, ana: &Profile) -> (Profile, Profile, String) {
    let (bo, cleo) = tokio::join!(Profile::start(site), Profile::start(site));
    ana.meet(&bo, ("ana", "bo")).await;
    cleo.join("cleo").await;
    cleo.befriend(ana, ("cleo", "ana")).await;
    let room = ana.make_room("Closed", "Tea", &["bo"]).await;
    (bo, cleo, room)
}

#[tokio::test]
async fn who_is_named_outside_of_the_room_is_invited_with_one_press() {
    let site = Program::start(&["--bcrypt-cost", "4"]).await;
    let ana = Profile::start(&site).await;
    let (bo, cleo, room) = tea(&site, &ana).await;
    bo.open(&room).await;
    bo.find("textbox", "Message Tea").await;
    cleo.open("/").await;
    ana.mark_page().await;

    ana.say("@bo and @cleo, soup at seven").await;
    ana.wait_for_text("cleo is not in this room.").await;
    ana.screenshot("outsiders-light").await;
    ana.prefer("dark").await;
    ana.use_screen(360, 640).await;
    ana.screenshot("outsiders-phone").await;
    assert!(!ana.scrolls_sideways().await);
    ana.press("button", "Invite to room").await;

    ana.wait_gone("button", "Invite to room").await;
    ana.wait_for_text("ana added cleo").await;
    assert!(ana.is_marked_page().await, "without a reload");
    cleo.find("link", "Tea").await;
    bo.find_text_message("@bo and @cleo, soup at seven").await;
    assert!(!bo.shows("button", "Invite to room").await);
    ana.fill("Message Tea", "the focus is back").await;

    // The offer can be dismissed and stays away.
    ana.press_enter().await;
    ana.find_text_message("the focus is back").await;
}

#[tokio::test]
async fn an_offer_that_is_not_wanted_goes_away() {
    let site = Program::start(&["--bcrypt-cost", "4"]).await;
    let ana = Profile::start(&site).await;
    let (_bo, _cleo, _room) = tea(&site, &ana).await;
    ana.say("no @ here, and a@cleo neither, nor `@cleo`").await;
    ana.say("but @cleo").await;
    ana.find("button", "Invite to room").await;
    ana.press("button", "Close").await;
    ana.wait_gone("button", "Invite to room").await;
    ana.say("more").await;
    ana.find_text_message("more").await;
    assert!(!ana.shows("button", "Invite to room").await);
}

#[tokio::test]
async fn without_scripts_the_offer_is_a_form() {
    let site = Program::start(&["--bcrypt-cost", "4"]).await;
    let ana = Profile::start(&site).await;
    let (_bo, cleo, room) = tea(&site, &ana).await;
    let plain = Profile::without_javascript(&site).await;
    plain.open(&room).await;
    plain.log_in("ana").await;
    plain.fill("Message Tea", "@cleo?").await;
    plain.press("button", "Send").await;
    plain.press("button", "Invite to room").await;
    plain.wait_for_path(&room).await;
    plain.wait_for_text("ana added cleo").await;
    cleo.open(&room).await;
    cleo.find_text_message("@cleo?").await;
}
