//! The public status page: visible to everybody, without data about any person.

use reqwest::Method;
use serde_json::{Value, json};

use crate::support::{Room, Site};

#[tokio::test]
async fn the_status_page_tells_how_quick_and_nothing_else() {
    let site = Site::start().await;
    let (ana, bo) = site.friends("ana-canary", "bo-canary").await;
    let mut at_ana = ana.open_room(&bo).await;
    let mut at_bo = Room {
        id: at_ana.id,
        socket: bo.socket().await,
    };
    at_ana.post("text-canary").await;
    at_bo.next_message().await;
    let received = json!({
        "type": "room.received", "room": at_bo.id, "from": 1, "to": 1, "waited_ms": 0,
    });
    at_bo.socket.send(received).await;
    at_ana.socket.wait_for("room.delivered").await;

    let visitor = site.visitor();
    let page = visitor.open("/status/").await;
    for name in ["canary", "/rooms/"] {
        assert!(!page.body.contains(name), "{name} is in {}", page.body);
    }
    assert_eq!(page.texts("tbody td:last-child"), ["1", "1", "1"]);
    let own = ana.open("/status").await;
    assert_eq!(own.texts("tbody td:last-child"), ["1", "1", "1"]);
    // The list of conversations is beside it.
    assert!(!own.texts("main").concat().contains("canary"));

    let answer = visitor
        .request(Method::GET, "/status")
        .header("Accept", "application/json")
        .send()
        .await
        .unwrap();
    assert_eq!(answer.headers()["cache-control"], "public, max-age=1");
    let numbers: Value = serde_json::from_str(&answer.text().await.unwrap()).unwrap();
    let keys: Vec<_> = numbers["messages"].as_object().unwrap().keys().collect();
    assert_eq!(keys, ["stored", "announced", "delivered"]);
    let delivered = &numbers["messages"]["delivered"];
    assert_eq!(delivered["count"], 1);
    assert!(delivered["p50_ms"].as_u64().unwrap() <= delivered["p99_ms"].as_u64().unwrap());
    let usual = "Messages usually arrive in 0.1 s.";
    assert_eq!(page.texts("main .lead, .card .lead"), [usual]);
    let room = ana.open(&format!("/rooms/{}/", at_ana.id)).await;
    for figure in ["p50", "p99", "Delivered in", " ms"] {
        assert!(!room.texts("#room-head").concat().contains(figure));
    }
    let details = ana.open(&format!("/rooms/{}/details/", at_ana.id)).await;
    let row = details.texts(".row:has(.figures)").concat();
    assert!(row.contains(usual), "{row}");
    assert_eq!(details.texts(".figures summary"), ["Figures"]);
}
