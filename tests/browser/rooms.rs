//! Rooms with several people at once: joining, leaving, invite links, and all of it without
//! scripts.

use crate::{
    profile::Profile,
    stage::{Program, until},
};

impl Profile {
    /// Checks a box or a radio button whose name starts with `start`.
    pub(crate) async fn choose_person(&self, role: &str, start: &str) {
        let element = self.find_beginning(role, start).await;
        element.click().await.unwrap();
    }

    /// Creates a named room, and ends on its page.
    pub(crate) async fn make_room(&self, access: &str, name: &str, friends: &[&str]) -> String {
        self.open("/").await;
        self.press("link", "New conversation").await;
        self.choose_person("radio", "A room").await;
        self.fill("Name", name).await;
        self.choose_person("radio", access).await;
        for friend in friends {
            self.choose_person("checkbox", friend).await;
        }
        self.press("button", "Start").await;
        self.find("textbox", &format!("Message {name}")).await;
        self.path().await
    }

    /// Returns the names in the list of conversations, newest first.
    async fn conversations(&self) -> Vec<String> {
        self.ask_page(
            "return Array.from(document.querySelectorAll('#conversations .side-name'), e => e.textContent)",
        )
        .await
    }

    async fn wait_for_conversations(&self, expected: &[&str]) {
        until(&format!("the conversations {expected:?}"), async || {
            (self.conversations().await == expected).then_some(())
        })
        .await;
    }

    pub(crate) async fn wait_for_heading(&self, words: &str) {
        until(&format!("the heading '{words}'"), async || {
            let shown: Vec<String> = self
                .ask_page("return Array.from(document.querySelectorAll('main h1'), e => e.textContent.trim())")
                .await;
            (shown == [words]).then_some(())
        })
        .await;
    }
}

#[tokio::test]
async fn rooms_appear_change_and_close_live() {
    let site = Program::start(&["--bcrypt-cost", "4"]).await;
    let (ana, bo) = tokio::join!(Profile::start(&site), Profile::start(&site));
    ana.meet(&bo, ("ana", "bo")).await;
    bo.open("/").await;
    bo.mark_page().await;

    let room = ana.make_room("Closed", "Tea", &["bo"]).await;

    bo.wait_for_conversations(&["Tea", "ana"]).await;
    assert!(bo.is_marked_page().await, "without a reload");
    bo.press("link", "Tea").await;
    bo.wait_for_heading("Tea").await;
    bo.mark_page().await;
    ana.say("hello").await;
    bo.find_text_message("hello").await;
    bo.paste("half a thought").await;

    ana.press("link", "Room details").await;
    let name = ana.find("textbox", "Name").await;
    name.clear().await.unwrap();
    ana.fill("Name", "Coffee").await;
    ana.press("button", "Save").await;
    bo.wait_for_heading("Coffee").await;
    bo.wait_for_conversations(&["Coffee", "ana"]).await;
    bo.wait_for_text("ana renamed the room to Coffee").await;
    bo.find("textbox", "Message Coffee").await;
    assert_eq!(bo.draft().await, "half a thought", "the box is left alone");
    bo.screenshot("room-notices").await;

    ana.press("link", "Remove bo").await;
    ana.press("button", "Remove").await;
    bo.wait_for_text("You are no longer in this room").await;
    assert!(bo.is_marked_page().await, "without a reload");
    bo.wait_for_conversations(&["ana"]).await;
    bo.screenshot("room-gone").await;
    let kept = "return Object.values(localStorage).includes('half a thought')";
    assert!(bo.ask_page::<bool>(kept).await, "what was typed is kept");
    let given_back = bo.find("textbox", "Not sent. You wrote:").await;
    let given_back = given_back.prop("value").await.unwrap().unwrap();
    assert_eq!(given_back, "half a thought");
    bo.press("link", "Back to conversations").await;
    bo.wait_for_path("/").await;
    bo.open(&room).await;
    bo.wait_for_text("Page not found").await;
}

#[tokio::test]
async fn a_page_that_was_offline_during_the_removal_closes_when_it_comes_back() {
    let site = Program::start(&["--bcrypt-cost", "4"]).await;
    let (ana, bo) = tokio::join!(Profile::start(&site), Profile::start(&site));
    ana.meet(&bo, ("ana", "bo")).await;
    let room = ana.make_room("Closed", "Tea", &["bo"]).await;
    bo.open(&room).await;
    bo.find("textbox", "Message Tea").await;

    bo.wire.cut();
    bo.say("sent without a connection").await;
    bo.paste("half a thought").await;
    ana.press("link", "Room details").await;
    ana.press("link", "Remove bo").await;
    ana.press("button", "Remove").await;
    bo.wire.mend();

    bo.wait_for_text("You are no longer in this room").await;
    let given_back = bo.find("textbox", "Not sent. You wrote:").await;
    let given_back = given_back.prop("value").await.unwrap().unwrap();
    assert_eq!(given_back, "sent without a connection\nhalf a thought");
}

#[tokio::test]
async fn somebody_new_comes_by_a_link() {
    let site = Program::start(&["--bcrypt-cost", "4"]).await;
    let (ana, guest) = tokio::join!(Profile::start(&site), Profile::start(&site));
    ana.join("ana").await;
    let room = ana.make_room("Closed", "Tea", &[]).await;
    ana.press("link", "Room details").await;
    ana.press("button", "Create link").await;
    let link = ana.find("textbox", "Link").await;
    let link = link.prop("value").await.unwrap().unwrap();
    ana.find("button", "Copy").await;
    ana.find("image", "QR code of the link").await;
    ana.screenshot("invite").await;
    ana.open(&room).await;
    ana.find("textbox", "Message Tea").await;
    ana.mark_page().await;

    let path = &link[link.find("/join/").unwrap()..];
    guest.open(path).await;
    guest.wait_for_text("Join Tea?").await;
    guest.screenshot("join-visitor").await;
    guest.press("link", "Create account").await;
    guest.fill("Username", "guest").await;
    guest.fill("Password", crate::people::PASSWORD).await;
    guest.fill("Password again", crate::people::PASSWORD).await;
    guest.press("button", "Create account").await;
    guest.wait_for_path(path).await;
    guest.wait_for_text("ana invited you. 1 member: ana.").await;
    guest.screenshot("join").await;
    guest.press("button", "Join").await;

    guest.wait_for_path(&room).await;
    guest.say("here I am").await;
    ana.find_text_message("here I am").await;
    ana.wait_for_text("guest joined with an invite link").await;
    ana.wait_for_text("2 members").await;
    assert!(ana.is_marked_page().await);
}

#[tokio::test]
async fn four_friends_have_a_group_and_each_has_notes() {
    let site = Program::start(&["--bcrypt-cost", "4"]).await;
    let (ana, bo) = tokio::join!(Profile::start(&site), Profile::start(&site));
    let (cleo, dan) = tokio::join!(Profile::start(&site), Profile::start(&site));
    ana.meet(&bo, ("ana", "bo")).await;
    // One after the other: a group is named after its people in the order of their accounts.
    cleo.join("cleo").await;
    dan.join("dan").await;
    ana.befriend(&cleo, ("ana", "cleo")).await;
    cleo.befriend(&dan, ("cleo", "dan")).await;

    ana.open("/friends/").await;
    ana.press("link", "Start a group with bo").await;
    let ticked = ana.find("checkbox", "bo").await;
    assert!(ticked.is_selected().await.unwrap());
    ana.choose_person("checkbox", "cleo").await;
    ana.press("button", "Start").await;
    ana.wait_for_heading("bo, cleo").await;
    let group = ana.path().await;
    cleo.open(&group).await;
    cleo.press("link", "Room details").await;
    cleo.press("link", "Add people").await;
    cleo.choose_person("checkbox", "dan").await;
    cleo.press("button", "Add").await;

    ana.wait_for_heading("bo, cleo, dan").await;
    dan.open(&group).await;
    dan.wait_for_heading("ana, bo, cleo").await;
    dan.say("hello you three").await;
    for person in [&ana, &bo] {
        person.open(&group).await;
        person.find_text_message("hello you three").await;
    }
    bo.screenshot("group").await;

    bo.press("link", "New conversation").await;
    bo.choose_person("radio", "Notes to self").await;
    bo.press("button", "Start").await;
    bo.wait_for_heading("Notes to self").await;
    bo.say("buy tea").await;
    bo.wait_for_count(1).await;
    bo.wait_for_conversations(&["Notes to self", "ana, cleo, dan", "ana"])
        .await;
    bo.screenshot("notes").await;
}

#[tokio::test]
async fn rooms_are_made_joined_and_left_without_javascript() {
    let site = Program::start(&["--bcrypt-cost", "4"]).await;
    let (ana, bo) = tokio::join!(
        Profile::without_javascript(&site),
        Profile::without_javascript(&site)
    );
    ana.sign_up("ana").await;
    bo.sign_up("bo").await;
    let room = ana.make_room("Open", "Garden", &[]).await;
    ana.fill("Message Garden", "welcome").await;
    ana.press("button", "Send").await;

    bo.open("/rooms/new/").await;
    bo.press("link", "Find an open room instead").await;
    bo.press("button", "Join Garden").await;
    bo.wait_for_path(&room).await;
    bo.find_text_message("welcome").await;
    bo.press("link", "Room details").await;
    bo.wait_for_text("2 members").await;
    bo.press("link", "Leave").await;
    bo.press("button", "Leave").await;
    bo.wait_for_text("You left Garden.").await;
    bo.open(&room).await;
    bo.wait_for_text("Page not found").await;

    ana.press("link", "Room details").await;
    ana.press("link", "Archive").await;
    ana.press("button", "Archive").await;
    ana.press("link", "Delete").await;
    ana.press("button", "Delete").await;
    ana.wait_for_text("This room will be deleted on").await;
    ana.press("button", "Keep the room").await;
    ana.wait_until_no_text("This room will be deleted on").await;
}

/// Creates ana with friends, an open room that will be deleted, a closed one with an invite link,
/// and notes. Returns her pages by name.
pub(crate) async fn furnished(site: &Program) -> (Profile, Vec<(&'static str, String)>) {
    let (ana, bo) = tokio::join!(Profile::start(site), Profile::start(site));
    ana.meet(&bo, ("ana", "bo")).await;
    for name in ["cleopatra.the.seventh", "dario", "emil"] {
        bo.join(name).await;
        bo.befriend(&ana, (name, "ana")).await;
    }
    let open = ana.make_room("Open", "Garden", &[]).await;
    let lasting = ana.make_room("Open", "Kitchen", &["emil"]).await;
    let room = ana
        .make_room("Closed", "Tea & cake", &["bo", "cleopatra"])
        .await;
    ana.say("Who brings the cake?").await;
    ana.press("link", "Room details").await;
    ana.fill("Topic", "Thursdays at four, in the kitchen").await;
    ana.press("button", "Save").await;
    ana.press("button", "Make moderator: bo").await;
    ana.press("button", "Create link").await;
    ana.find("button", "Copy").await;
    let invite = ana.path().await;
    ana.open("/rooms/new/?kind=notes").await;
    ana.press("button", "Start").await;
    ana.wait_for_heading("Notes to self").await;
    for (action, yes) in [("archive", "Archive"), ("delete", "Delete")] {
        ana.open(&format!("{open}{action}/")).await;
        ana.press("button", yes).await;
        ana.find("heading", "Members").await;
    }
    let pages = vec![
        ("room", room.clone()),
        ("details", format!("{room}details/")),
        ("add", format!("{room}people/")),
        ("leave", format!("{room}leave/")),
        ("invite", invite),
        ("ending", open),
        ("kind", format!("{lasting}kind/")),
        ("new-group", "/rooms/new/".to_owned()),
        ("new-room", "/rooms/new/?kind=room".to_owned()),
        ("open", "/rooms/".to_owned()),
    ];
    (ana, pages)
}

#[tokio::test]
async fn no_page_about_rooms_breaks_a_rule_of_accessibility() {
    let site = Program::start(&["--bcrypt-cost", "4"]).await;
    let (ana, pages) = furnished(&site).await;
    let paths: Vec<&str> = pages.iter().map(|(_, path)| path.as_str()).collect();

    ana.expect_accessible(&paths).await;
    ana.use_screen(360, 720).await;
    ana.expect_accessible(&paths).await;
}
