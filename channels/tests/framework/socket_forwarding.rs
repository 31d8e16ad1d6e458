//! Events that need no consumer go past it, in their place among all others.

use channels::SocketOptions;

use super::DRIVER;
use crate::scripted::{group, message, shared, times_made};
use crate::sockets::{CLOSE, Site};

fn site() -> Site {
    Site::start(DRIVER, SocketOptions::new())
}

#[actix_web::test]
async fn members_on_all_threads_get_one_order() {
    /// As many as a channel holds, should no consumer get its turn meanwhile.
    const MESSAGES: usize = 250;
    let site = site();
    let mut clients = Vec::new();
    for _ in 0..6 {
        clients.push(site.open("/ws/accept/?group=tea").await);
    }
    for number in 0..MESSAGES {
        // In no regular order.
        let event = if number * number % 7 < 4 {
            shared(number.to_string())
        } else {
            message(number.to_string())
        };
        let report = site.layer.group_send(&group("tea"), event).await.unwrap();
        assert_eq!((report.delivered, report.dropped), (6, 0));
    }
    for client in &mut clients {
        for number in 0..MESSAGES {
            let heard = client.receive_text().await;
            let way = if number * number % 7 < 4 {
                "shared"
            } else {
                "heard"
            };
            assert_eq!(heard, format!("{way} {number}"));
        }
    }
}

#[actix_web::test]
async fn a_frame_is_made_once_for_all_members() {
    let site = site();
    let tea = group("tea");
    let mut clients = Vec::new();
    for _ in 0..6 {
        clients.push(site.open("/ws/accept/?group=tea").await);
    }
    // Everybody is idle once this has come.
    let counted = format!("counted {DRIVER:?}");
    for text in ["hello", counted.as_str()] {
        site.layer.group_send(&tea, shared(text)).await.unwrap();
        for client in &mut clients {
            assert_eq!(client.receive_text().await, format!("shared {text}"));
        }
    }
    assert_eq!(times_made(&format!("shared {counted}")), 1);
}

#[actix_web::test]
async fn a_handler_that_runs_is_not_interrupted() {
    let site = site();
    let mut client = site.open("/ws/accept/?group=tea").await;
    client.text("pause").await;
    let release = client.receive_text().await.parse().unwrap();
    let tea = group("tea");
    site.layer.group_send(&tea, shared("one")).await.unwrap();
    site.layer.group_send(&tea, message("two")).await.unwrap();
    site.layer.group_send(&tea, shared("three")).await.unwrap();
    site.layer.send(&release, message("go on")).await.unwrap();
    for expected in ["resumed", "shared one", "heard two", "shared three"] {
        assert_eq!(client.receive_text().await, expected);
    }
    site.layer.group_send(&tea, shared("four")).await.unwrap();
    assert_eq!(client.receive_text().await, "shared four");
}

#[actix_web::test]
async fn the_handler_of_an_event_may_wait() {
    let site = site();
    let mut client = site.open("/ws/accept/?group=tea").await;
    let tea = group("tea");
    for event in ["pause", "one", "shared two"] {
        site.layer.group_send(&tea, message(event)).await.unwrap();
    }
    let release = client.receive_text().await.parse().unwrap();
    site.layer.group_send(&tea, message("three")).await.unwrap();
    site.layer.send(&release, message("go on")).await.unwrap();
    for expected in ["resumed", "heard one", "shared two", "heard three"] {
        assert_eq!(client.receive_text().await, expected);
    }
}

#[actix_web::test]
async fn the_handler_of_an_event_may_set_a_timer_or_end_the_connection() {
    let site = site();
    let mut client = site.open("/ws/accept/?group=tea").await;
    let mut unlucky = site.open("/ws/accept/?group=milk").await;
    let (tea, milk) = (group("tea"), group("milk"));
    site.layer.group_send(&tea, message("later")).await.unwrap();
    assert_eq!(client.receive_text().await, "fired tea");
    site.layer.group_send(&tea, message("close")).await.unwrap();
    assert_eq!(client.receive_text().await, "bye");
    let (first, payload) = client.receive().await.unwrap();
    assert_eq!((first, &payload[..2]), (CLOSE, &4004_u16.to_be_bytes()[..]));
    site.layer
        .group_send(&milk, message("panic"))
        .await
        .unwrap();
    let (first, payload) = unlucky.receive().await.unwrap();
    assert_eq!((first, &payload[..2]), (CLOSE, &1011_u16.to_be_bytes()[..]));
}

#[actix_web::test]
async fn what_a_consumer_says_of_itself_keeps_its_place() {
    let site = site();
    let mut client = site.open("/ws/accept/").await;
    client.text("join tea").await;
    client.text("share tea mine").await;
    assert_eq!(client.receive_text().await, "shared with 1");
    assert_eq!(client.receive_text().await, "shared mine");
    client.text("leave tea").await;
    client.text("share tea lost").await;
    assert_eq!(client.receive_text().await, "shared with 0");
    client.text("name").await;
    let name = client.receive_text().await.parse().unwrap();
    site.layer.send(&name, shared("for one")).await.unwrap();
    assert_eq!(client.receive_text().await, "shared for one");
}

#[actix_web::test]
async fn groups_of_one_member_keep_their_order() {
    let site = site();
    let mut client = site.open("/ws/accept/?group=tea").await;
    client.text("join milk").await;
    client.text("name").await;
    client.receive_text().await;
    for number in 0..50 {
        let to = if number % 3 == 0 { "tea" } else { "milk" };
        let event = shared(number.to_string());
        site.layer.group_send(&group(to), event).await.unwrap();
    }
    for number in 0..50 {
        assert_eq!(client.receive_text().await, format!("shared {number}"));
    }
}

#[actix_web::test]
async fn a_member_that_is_left_out_hears_nothing() {
    let site = site();
    let mut left_out = site.open("/ws/accept/?group=tea").await;
    let mut other = site.open("/ws/accept/?group=tea").await;
    left_out.text("name").await;
    let name = left_out.receive_text().await.parse().unwrap();
    let tea = group("tea");
    let others = site.layer.group(&tea).except(&name);
    let report = others.send(shared("secret")).await.unwrap();
    assert_eq!(report.delivered, 1);
    site.layer.group_send(&tea, shared("open")).await.unwrap();
    assert_eq!(left_out.receive_text().await, "shared open");
    assert_eq!(other.receive_text().await, "shared secret");
    assert_eq!(other.receive_text().await, "shared open");
}

#[actix_web::test]
async fn a_panic_closes_with_1011() {
    let site = site();
    let mut client = site.open("/ws/accept/?group=tea").await;
    site.layer
        .group_send(&group("tea"), shared("panic"))
        .await
        .unwrap();
    let (first, payload) = client.receive().await.unwrap();
    assert_eq!((first, &payload[..2]), (CLOSE, &1011_u16.to_be_bytes()[..]));
}

#[actix_web::test]
async fn a_flushed_layer_has_no_members() {
    let site = site();
    let mut client = site.open("/ws/accept/?group=tea").await;
    site.layer.flush().await.unwrap();
    let report = site
        .layer
        .group_send(&group("tea"), shared("lost"))
        .await
        .unwrap();
    assert_eq!(report.delivered, 0);
    client.text("join tea").await;
    client.text("share tea again").await;
    assert_eq!(client.receive_text().await, "shared with 1");
    assert_eq!(client.receive_text().await, "shared again");
}

#[actix_web::test]
async fn a_message_larger_than_every_buffer_arrives_whole() {
    let site = site();
    let mut client = site.open("/ws/accept/?group=tea").await;
    let text = "x".repeat(900_000);
    for number in 0..3 {
        let event = shared(format!("{number} {text}"));
        site.layer.group_send(&group("tea"), event).await.unwrap();
        let heard = client.receive_text().await;
        assert_eq!(heard, format!("shared {number} {text}"));
        let event = message(format!("{number} {text}"));
        site.layer.group_send(&group("tea"), event).await.unwrap();
        let heard = client.receive_text().await;
        assert_eq!(heard, format!("heard {number} {text}"));
    }
}

#[actix_web::test]
async fn a_forwarded_frame_larger_than_the_outbox_is_dropped_and_the_socket_stays() {
    let options = SocketOptions::new().outbox_bytes(64 * 1024);
    let site = Site::start(DRIVER, options);
    let mut client = site.open("/ws/accept/?group=tea").await;
    let tea = group("tea");
    let fits = shared("y".repeat(50_000));
    site.layer.group_send(&tea, fits).await.unwrap();
    assert_eq!(client.receive_text().await.len(), "shared ".len() + 50_000);
    let large = shared("x".repeat(70_000));
    site.layer.group_send(&tea, large).await.unwrap();
    site.layer.group_send(&tea, shared("after")).await.unwrap();
    assert_eq!(client.receive_text().await, "shared after");
}
