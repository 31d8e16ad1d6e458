//! Unread counts, notifications, and the shortcuts themselves, with the keyboard only.

use thirtyfour::Key;

use crate::{
    profile::Profile,
    stage::{
        Program,
        database::{change, fill_room},
    },
};

#[tokio::test]
async fn rooms_are_read_marked_and_silenced() {
    let site = Program::start(&["--bcrypt-cost", "4"]).await;
    let (ana, bo) = tokio::join!(Profile::start(&site), Profile::start(&site));
    ana.meet(&bo, ("ana", "bo")).await;
    bo.wait_for_room("ana").await;
    bo.strike("psst".to_owned() + Key::Enter).await;
    ana.find_text_message("psst").await;
    unread(&ana).await;
    toast(&ana, &bo).await;
    catch_up(&ana, &bo).await;
    let database = site.data().join("parlour.sqlite3");
    fill_room(&database, 1, 48);
    let unread = "UPDATE members SET read_seq = read_seq - 48 WHERE user_id = 1";
    change(&database, unread);
    much(&ana).await;
    level(&ana, &bo).await;
    keys(&ana).await;
}

async fn unread(ana: &Profile) {
    ana.wait_for_room("bo").await;
    ana.enter_log().await;
    ana.wait_for_focus("article", "bo psst…").await;
    ana.strike("u").await;
    ana.find("link", "bo, 1 unread").await;
    ana.wait_for_focus("article", "bo psst…").await;
    ana.tab_back_and_enter("button", "Mark all read").await;
    ana.find("link", "bo").await;
    ana.wait_for_focus("button", "Undo").await;
    ana.enter().await;
    ana.find("link", "bo, 1 unread").await;
    ana.wait_for_focus("link", "bo, 1 unread").await;
    ana.chord(&[Key::Shift], Key::Escape.value()).await;
    ana.find("link", "bo").await;
    ana.wait_for_focus("link", "bo").await;
    ana.enter().await;
    ana.wait_for_room("bo").await;
}

/// The toast inside the page, if the browser may not show notifications.
async fn toast(ana: &Profile, bo: &Profile) {
    ana.tab_back_and_enter("link", "Parlour").await;
    ana.find("heading", "Hello, ana").await;
    bo.strike("look".to_owned() + Key::Enter).await;
    ana.find("link", "bo look").await;
    ana.tab_back_and_enter("button", "Close").await;
    ana.wait_for_focus("main", "").await;
}

async fn catch_up(ana: &Profile, bo: &Profile) {
    bo.strike("@ana psst".to_owned() + Key::Enter).await;
    ana.find("link", "bo, 2 unread").await;
    ana.tab_back_and_enter("link", "bo, 2 unread").await;
    ana.wait_for_room("bo").await;
    ana.tab_back_and_enter("link", "Catch me up").await;
    ana.find("heading", "What you missed").await;
    ana.tab_and_enter("link", "bo @ana psst").await;
    ana.wait_for_focus("article", "bo @ana psst…").await;
    ana.strike(Key::Escape + "").await;
    ana.wait_for_room("bo").await;
}

/// After a long absence, the top of the room shows a summary.
async fn much(ana: &Profile) {
    ana.tab_back_and_enter("link", "Parlour").await;
    ana.find("link", "bo, 24 unread").await;
    ana.chord(&[Key::Alt, Key::Shift], Key::Down.value()).await;
    ana.wait_for_room("bo").await;
    ana.tab_back_to("summary", "Since you left: 24 messages…")
        .await;
    ana.strike(Key::Space + "").await;
    ana.wait_for_focus("summary", "Since you left: 24 messages…")
        .await;
    ana.tab_to("log", "Messages").await;
    ana.strike(Key::End + "").await;
    ana.find("link", "bo").await;
    ana.strike(Key::Escape + "").await;
    ana.wait_for_room("bo").await;
}

/// The level of a room, quiet hours, and the explanation why there was no notification.
async fn level(ana: &Profile, bo: &Profile) {
    ana.tab_back_and_enter("link", "Notifications").await;
    ana.tab_to("radio", "Everything…").await;
    ana.strike(Key::Down + Key::Down).await;
    ana.wait_for_focus("radio", "Nothing…").await;
    ana.tab_and_enter("button", "Save").await;
    ana.wait_for_text("Notifications for bo are saved.").await;
    ana.tab_and_enter("summary", "Menu").await;
    ana.tab_and_enter("link", "Preferences").await;
    ana.tab_to("checkbox", "Monday").await;
    ana.strike(Key::Space + "").await;
    // An hour that is not now: quiet hours would be the reason below.
    let hours = "return [2, 3].map((more) => (new Date().getUTCHours() + more) % 24)";
    let hours: Vec<u8> = ana.ask_page(hours).await;
    for (field, hour) in ["From", "Until"].into_iter().zip(&hours) {
        let half = if *hour < 12 { "AM" } else { "PM" };
        let on_the_dial = (hour + 11) % 12 + 1;
        ana.tab_to("InputTime", field).await;
        ana.strike(format!("{on_the_dial:02}30{half}")).await;
    }
    ana.strike(Key::Tab + "").await;
    ana.wait_for_text("Saved").await;
    ana.reload().await;
    ana.find("heading", "Preferences").await;
    let from = "return document.getElementById('quiet_from').value";
    assert_eq!(
        ana.ask_page::<String>(from).await,
        format!("{:02}:30", hours[0])
    );

    bo.strike("@ana again".to_owned() + Key::Enter).await;
    bo.find_text_message("@ana again").await;
    ana.tab_and_enter("link", "Parlour").await;
    ana.find("heading", "Hello, ana").await;
    ana.chord(&[Key::Alt], Key::Down.value()).await;
    ana.wait_for_room("bo").await;
    ana.enter_log().await;
    ana.enter().await;
    ana.strike("m").await;
    ana.wait_for_focus("menuitem", "Mark unread from here")
        .await;
    ana.strike("m").await;
    ana.wait_for_focus("menuitem", "Message details").await;
    ana.enter().await;
    ana.wait_for_text(
        "You were not notified because: notifications for this conversation are set to “Nothing”.",
    )
    .await;
}

/// The dialogs about shortcuts return the focus.
async fn keys(ana: &Profile) {
    ana.tab_to("button", "Mark unread from here").await;
    ana.strike("?").await;
    ana.wait_for_focus("searchbox", "Filter shortcuts").await;
    ana.strike(Key::Escape + "").await;
    ana.wait_for_focus("button", "Mark unread from here").await;
    ana.chord(&[Key::Control], 'k').await;
    ana.wait_for_focus("combobox", "Name of a person or room")
        .await;
    ana.strike(Key::Escape + "").await;
    ana.wait_for_focus("button", "Mark unread from here").await;
    ana.tab_and_enter("summary", "Menu").await;
    ana.tab_to("link", "Preferences").await;
    ana.strike(Key::Escape + "").await;
    ana.wait_for_focus("summary", "Menu").await;
    ana.enter().await;
    ana.tab_and_enter("button", "Keyboard shortcuts").await;
    ana.wait_for_focus("searchbox", "Filter shortcuts").await;
    ana.tab_and_enter("button", "Close").await;
    ana.wait_for_focus("summary", "Menu").await;

    // Logging out asks for confirmation while there are unsent messages.
    ana.tab_and_enter("link", "Parlour").await;
    ana.find("heading", "Hello, ana").await;
    ana.chord(&[Key::Alt], Key::Down.value()).await;
    ana.wait_for_room("bo").await;
    ana.strike("half a thought").await;
    ana.tab_back_and_enter("summary", "Menu").await;
    ana.tab_and_enter("button", "Log out").await;
    ana.wait_for_focus("button", "Stay logged in").await;
    ana.enter().await;
    ana.wait_for_focus("button", "Log out").await;
}
