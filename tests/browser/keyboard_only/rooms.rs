//! Creating rooms, their members, invite links, and archiving, with the keyboard only.

use thirtyfour::Key;

use crate::{profile::Profile, stage::Program};

#[tokio::test]
async fn rooms_are_made_filled_and_ended() {
    let site = Program::start(&["--bcrypt-cost", "4"]).await;
    let (ana, cleo) = tokio::join!(Profile::start(&site), Profile::start(&site));
    ana.meet(&cleo, ("ana", "bo")).await;
    cleo.log_out().await;
    cleo.sign_up("cleo").await;
    cleo.ask_to_be_friends("ana").await;
    cleo.open("/").await;
    befriend(&ana).await;
    make(&ana).await;
    people(&ana, &cleo).await;
    link(&ana).await;
    group_and_notes(&ana).await;
    join(&cleo).await;
    end(&ana, &cleo).await;
}

async fn befriend(ana: &Profile) {
    ana.tab_and_enter("link", "Add Friends, 1 friend request")
        .await;
    ana.find("button", "Accept cleo").await;
    ana.tab_and_enter("link", "Skip to content").await;
    ana.wait_for_focus("main", "").await;
    ana.tab_and_enter("button", "Accept cleo").await;
    ana.find("button", "Remove cleo").await;
    ana.tab_and_enter("link", "Parlour").await;
    ana.find("heading", "Hello, ana").await;
}

/// Creates an open and a closed room.
async fn make(ana: &Profile) {
    for (steps, access, name) in [(1, "Open…", "Study"), (0, "Closed…", "Garden")] {
        ana.tab_and_enter("link", "New conversation").await;
        ana.find("heading", "New conversation").await;
        ana.tab_to("radio", "A group of friends…").await;
        ana.strike(Key::Down + "").await;
        ana.wait_for_focus("radio", "A room…").await;
        ana.tab_to("textbox", "Name").await;
        ana.strike(name).await;
        ana.tab_to("radio", "Closed…").await;
        for _ in 0..steps {
            ana.strike(Key::Down + "").await;
        }
        ana.wait_for_focus("radio", access).await;
        ana.tab_and_enter("button", "Start").await;
        ana.wait_for_room(name).await;
    }
}

async fn people(ana: &Profile, cleo: &Profile) {
    ana.tab_back_and_enter("link", "Room details").await;
    ana.tab_and_enter("link", "Add people").await;
    ana.tab_to("checkbox", "cleo").await;
    ana.strike(Key::Space + "").await;
    ana.tab_and_enter("button", "Add").await;
    cleo.find("link", "Garden").await;
    ana.tab_and_enter("button", "Make moderator: cleo").await;
    ana.tab_and_enter("button", "Remove as moderator: cleo")
        .await;
    ana.tab_and_enter("link", "Remove cleo").await;
    ana.tab_and_enter("button", "Remove").await;
    cleo.wait_gone("link", "Garden").await;
    ana.wait_for_text("1 member").await;

    ana.tab_to("textbox", "Name").await;
    ana.chord(&[Key::Control], 'a').await;
    ana.strike("Orchard").await;
    ana.tab_to("textbox", "Topic").await;
    ana.strike("Apples".to_owned() + Key::Enter).await;
    ana.wait_for_heading("Orchard").await;
}

async fn link(ana: &Profile) {
    for (field, choice) in [("Expires after", "1 day"), ("Can be used by", "3 people")] {
        ana.tab_to("combobox", field).await;
        ana.strike(Key::Up + "").await;
        assert_eq!(ana.chosen().await, choice);
    }
    ana.tab_and_enter("button", "Create link").await;
    ana.find("image", "QR code of the link").await;
    ana.tab_and_enter("button", "Copy").await;
    ana.wait_for_text("Link copied").await;
    ana.wait_for_focus("button", "Copy").await;
    ana.tab_and_enter("button", "Revoke").await;
    ana.wait_for_text("The link was revoked.").await;
}

async fn group_and_notes(ana: &Profile) {
    ana.tab_and_enter("link", "New conversation").await;
    for friend in ["bo", "cleo"] {
        ana.tab_to("checkbox", friend).await;
        ana.strike(Key::Space + "").await;
    }
    ana.tab_and_enter("button", "Start").await;
    ana.wait_for_room("bo, cleo").await;
    ana.tab_back_and_enter("link", "Room details").await;
    ana.tab_and_enter("link", "Leave").await;
    ana.tab_and_enter("button", "Leave").await;
    ana.wait_for_text("You left bo, cleo.").await;

    ana.tab_and_enter("link", "New conversation").await;
    ana.tab_to("radio", "A group of friends…").await;
    ana.strike(Key::Down + Key::Down).await;
    ana.wait_for_focus("radio", "Notes to self…").await;
    ana.tab_and_enter("button", "Start").await;
    ana.wait_for_room("Notes to self").await;
}

/// Cleo joins, leaves, and joins again.
async fn join(cleo: &Profile) {
    find_study(cleo).await;
    cleo.tab_back_and_enter("link", "Room details").await;
    cleo.tab_and_enter("link", "Leave").await;
    cleo.tab_and_enter("button", "Leave").await;
    cleo.wait_for_text("You left Study.").await;
    find_study(cleo).await;
}

async fn find_study(cleo: &Profile) {
    cleo.tab_and_enter("link", "New conversation").await;
    cleo.tab_and_enter("link", "Find an open room instead")
        .await;
    cleo.tab_and_enter("button", "Join Study").await;
    cleo.wait_for_room("Study").await;
}

async fn end(ana: &Profile, cleo: &Profile) {
    ana.chord(&[Key::Control], 'k').await;
    ana.wait_for_focus("combobox", "Name of a person or room")
        .await;
    ana.strike("stud").await;
    ana.find("option", "Study").await;
    ana.enter().await;
    ana.wait_for_room("Study").await;
    ana.tab_back_and_enter("link", "Room details").await;
    for action in ["Archive", "Delete"] {
        ana.tab_and_enter("link", action).await;
        ana.tab_and_enter("button", action).await;
        ana.find("heading", "Members").await;
    }
    // The box disappeared while it had the focus.
    cleo.wait_for_text("This room is archived.").await;
    cleo.wait_for_focus("main", "").await;
    ana.wait_for_text("This room will be deleted on").await;
    ana.tab_and_enter("button", "Keep the room").await;
    ana.wait_until_no_text("This room will be deleted on").await;

    ana.tab_and_enter("link", "Leave").await;
    ana.tab_to("combobox", "Who will be the new owner?").await;
    assert_eq!(ana.chosen().await, "cleo");
    ana.tab_and_enter("button", "Leave").await;
    ana.wait_for_text("You left Study.").await;
}
