//! Pinned conversations: first in the list, in each member's own order, on all their devices.

use serde_json::json;

use crate::support::{Person, Site};

/// The names in the pinned section, and those of the other conversations.
async fn listed(person: &Person) -> (Vec<String>, Vec<String>) {
    let page = person.open("/").await;
    let pinned = page.texts("#conversations .pinned-rooms .side-name");
    let mut others = page.texts("#conversations .side-name");
    others.drain(..pinned.len());
    (pinned, others)
}

fn names(names: &[&str]) -> Vec<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}

async fn pin(person: &Person, room: i64, to: &str) -> u16 {
    let page = format!("/rooms/{room}/notifications/");
    let form = format!("/rooms/{room}/pin/");
    let next = [("to", to), ("next", "/")];
    person.submit(&page, &form, &next).await.status
}

#[tokio::test]
async fn pinned_conversations_stand_first_in_the_order_of_their_member() {
    let site = Site::start().await;
    let (ana, bo) = site.friends("ana", "bo").await;
    ana.room_with(&bo).await;
    let tea = ana.make_room("closed", "Tea", &[&bo]).await;
    let soup = ana.make_room("closed", "Soup", &[&bo]).await;
    ana.make_room("closed", "Bread", &[&bo]).await;
    assert_eq!(listed(&ana).await.0, names(&[]));

    assert_eq!(pin(&ana, tea, "pin").await, 303);
    assert_eq!(pin(&ana, soup, "pin").await, 303);
    ana.post_by_form(soup, "what was said last does not sort pins")
        .await;
    let (pinned, others) = listed(&ana).await;
    assert_eq!(pinned, names(&["Tea", "Soup"]));
    assert_eq!(others, names(&["Bread", "bo"]));
    assert_eq!(listed(&bo).await.0, names(&[]), "each member has their own");

    let page = format!("/rooms/{soup}/notifications/");
    let form = ana.open(&page).await;
    assert!(form.has("button[value=up]") && !form.has("button[value=down]"));
    assert_eq!(pin(&ana, soup, "up").await, 303);
    assert_eq!(listed(&ana).await.0, names(&["Soup", "Tea"]));
    assert_eq!(pin(&ana, soup, "down").await, 303);
    assert_eq!(listed(&ana).await.0, names(&["Tea", "Soup"]));
    assert_eq!(pin(&ana, tea, "unpin").await, 303);
    assert_eq!(listed(&ana).await.0, names(&["Soup"]));
    assert_eq!(pin(&ana, tea, "sideways").await, 400);
}

#[tokio::test]
async fn a_pin_is_live_on_all_devices_and_belongs_to_members_only() {
    let site = Site::start().await;
    let (ana, bo) = site.friends("ana", "bo").await;
    let tea = ana.make_room("closed", "Tea", &[&bo]).await;
    let cleo = site.sign_up("cleo").await;
    let (mut one, mut other) = (ana.socket().await, ana.socket().await);
    let mut of_bo = bo.socket().await;

    one.send(json!({"type": "room.pin", "room": tea, "to": "pin"}))
        .await;
    for socket in [&mut one, &mut other] {
        let told = socket.wait_for("pins.changed").await;
        assert_eq!(told["rooms"], json!([tea]));
    }
    one.send(json!({"type": "room.level", "room": tea, "level": "nothing"}))
        .await;
    let told = other.wait_for("level.changed").await;
    assert_eq!(told["level"], json!("nothing"));
    assert_eq!(listed(&ana).await.0, names(&["Tea"]));

    // Hiding takes the pin away.
    one.send(json!({"type": "room.level", "room": tea, "level": "hidden"}))
        .await;
    other.wait_for("level.changed").await;
    one.send(json!({"type": "room.level", "room": tea, "level": "mentions"}))
        .await;
    other.wait_for("level.changed").await;
    assert_eq!(listed(&ana).await.0, names(&[]));

    let mut of_cleo = cleo.socket().await;
    of_cleo
        .send(json!({"type": "room.pin", "room": tea, "to": "pin"}))
        .await;
    let told = of_cleo.wait_for("error.reported").await;
    assert_eq!(told["code"], json!("not_found"));
    let token = cleo.csrf_token("/").await;
    for path in ["pin", "read"] {
        let fields = [("csrf_token", token.as_str()), ("to", "pin")]
            .map(|(name, value)| (name.to_owned(), value.to_owned()));
        let answer = cleo.post(&format!("/rooms/{tea}/{path}/"), &fields).await;
        assert_eq!(answer.status, 404, "{path}");
    }
    // Bo is told nothing of what ana does with her list.
    of_bo
        .send(json!({"type": "room.pin", "room": tea, "to": "pin"}))
        .await;
    let told = of_bo.wait_for("pins.changed").await;
    assert_eq!(told["rooms"], json!([tea]), "her own, and the first");
}

#[tokio::test]
async fn pins_have_a_limit_that_says_what_to_do() {
    let site = Site::start_with(|settings| settings.limits.pinned_rooms = 1).await;
    let (ana, bo) = site.friends("ana", "bo").await;
    let tea = ana.make_room("closed", "Tea", &[&bo]).await;
    let soup = ana.make_room("closed", "Soup", &[&bo]).await;
    assert_eq!(pin(&ana, tea, "pin").await, 303);
    assert_eq!(pin(&ana, soup, "pin").await, 303);
    let words = "You have pinned as many conversations as you can. Unpin one first.";
    assert_eq!(ana.open("/").await.texts(".flash-danger"), [words]);
    assert_eq!(listed(&ana).await.0, names(&["Tea"]));

    let mut socket = ana.socket().await;
    socket
        .send(json!({"type": "room.pin", "room": soup, "to": "pin"}))
        .await;
    let told = socket.wait_for("error.reported").await;
    assert_eq!(told["code"], json!("too_many_pins"));
    assert_eq!(told["text"], json!(words));
}

#[tokio::test]
async fn a_form_marks_one_conversation_as_read() {
    let site = Site::start().await;
    let (ana, bo) = site.friends("ana", "bo").await;
    let room = ana.room_with(&bo).await;
    ana.post_by_form(room, "one").await;
    let link = "#conversations a[data-conversation]";
    let label = async || bo.open("/").await.attribute(link, "aria-label").unwrap();
    assert_eq!(label().await, "ana, 1 unread");
    let page = format!("/rooms/{room}/notifications/");
    let form = format!("/rooms/{room}/read/");
    assert_eq!(bo.submit(&page, &form, &[]).await.status, 303);
    assert_eq!(label().await, "ana");
    assert!(!bo.open(&page).await.has(&format!("form[action='{form}']")));
}
