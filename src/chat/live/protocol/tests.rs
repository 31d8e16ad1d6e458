use std::collections::BTreeSet;

use serde::de::DeserializeOwned;
use serde_json::Value;

use super::{client::depth, *};
use crate::{chat::messages::RoomChange, friends::RelationEvent, preferences::PreferencesEvent};

/// Returns the examples of one part of docs/protocol.md: the name of each event and its JSON.
fn examples(part: &str) -> Vec<(String, Value)> {
    let page = include_str!("../../../../docs/protocol.md");
    let part = page
        .split("\n## ")
        .find(|text| text.starts_with(part))
        .unwrap();
    let mut found = Vec::new();
    for section in part.split("\n### ").skip(1) {
        let name = section.lines().next().unwrap().trim().to_owned();
        let blocks: Vec<_> = section.split("```json").skip(1).collect();
        assert!(!blocks.is_empty(), "{name} has no example");
        for block in blocks {
            let json = block.split("```").next().unwrap();
            found.push((name.clone(), serde_json::from_str(json).unwrap()));
        }
    }
    found
}

fn read_and_written<T: Serialize + DeserializeOwned>(example: &Value) -> Value {
    let event: T = serde_json::from_value(example.clone()).unwrap();
    serde_json::to_value(&event).unwrap()
}

fn names(examples: &[(String, Value)]) -> BTreeSet<&str> {
    examples.iter().map(|(name, _)| name.as_str()).collect()
}

#[test]
fn the_examples_of_the_browser_are_events_that_the_server_takes() {
    let examples = examples("Browser to server");
    for (name, example) in &examples {
        assert_eq!(example["type"], *name);
        let event: ClientFrame = serde_json::from_value(example.clone()).unwrap();
        assert_eq!(&serde_json::to_value(&event).unwrap(), example);
    }
    let all = [
        "room.resume",
        "message.post",
        "message.edit",
        "message.delete",
        "message.react",
        "message.pin",
        "room.read",
        "room.unread",
        "rooms.read",
        "rooms.unread",
        "room.level",
        "room.pin",
        "unread.ask",
        "seen.ask",
        "room.received",
        "room.status",
        "typing.start",
        "typing.stop",
        "presence.set",
        "connection.ping",
    ];
    assert_eq!(names(&examples), BTreeSet::from(all));
}

#[test]
fn the_examples_of_the_server_are_events_that_it_sends() {
    let examples = examples("Server to browser");
    for (name, example) in &examples {
        assert_eq!(example["type"], *name);
        let again = match name.as_str() {
            "relation.changed" | "requests.changed" => read_and_written::<RelationEvent>(example),
            "preferences.changed" => read_and_written::<PreferencesEvent>(example),
            "message.created" | "message.changed" | "member.changed" | "room.changed" => {
                read_and_written::<RoomChange>(example)
            }
            _ => read_and_written::<ServerEvent>(example),
        };
        assert_eq!(&again, example, "{name}");
    }
    let all = [
        "session.hello",
        "session.ended",
        "message.created",
        "message.changed",
        "member.changed",
        "room.changed",
        "message.accepted",
        "change.accepted",
        "message.refused",
        "room.events",
        "room.delivered",
        "room.added",
        "room.removed",
        "relation.changed",
        "requests.changed",
        "person.changed",
        "preferences.changed",
        "read.moved",
        "unread.told",
        "level.changed",
        "later.changed",
        "later.refused",
        "reminder.due",
        "pins.changed",
        "read.seen",
        "seen.changed",
        "seen.told",
        "typing.started",
        "typing.stopped",
        "presence.changed",
        "connection.pong",
        "server.restarting",
        "error.reported",
    ];
    assert_eq!(names(&examples), BTreeSet::from(all));
}

#[test]
fn deep_json_and_unknown_types_are_no_events() {
    assert!(ClientFrame::parse(r#"{"type":"connection.ping"}"#).is_some());
    assert!(ClientFrame::parse(r#"{"type":"message.explode"}"#).is_none());
    assert!(ClientFrame::parse("[1]").is_none());
    let deep = format!(
        r#"{{"type":"connection.ping","x":{}1{}}}"#,
        "[".repeat(8),
        "]".repeat(8)
    );
    assert!(ClientFrame::parse(&deep).is_none());
}

#[test]
fn brackets_in_strings_do_not_nest() {
    assert_eq!(depth(r#"{"a":"[[[[\"[[["}"#), 1);
    assert_eq!(depth("[[[]]]"), 3);
}

/// The settings check the size of the outbox against the maximum message length with this factor.
#[test]
fn the_frame_of_the_costliest_text_fits_into_the_outbox() {
    use crate::chat::layer::frame;
    use crate::chat::messages::Markup;
    use crate::chat::messages::RoomEvent;
    use crate::chat::testing::said;
    use crate::config::FRAME_BYTES_PER_CHAR;
    use crate::config::Settings;
    use crate::templates::Templates;
    let markup = Markup::compile(&Templates::load().unwrap()).unwrap();
    let limits = Settings::for_data("unused").limits;
    let costly = [
        "&<>\"'",
        "\"",
        "`a` ",
        "**a** ",
        "*a*",
        "_a_ ",
        "~~a~~ ",
        "||a|| ",
        "- a\n",
        "> a\n",
        "> - a\n",
        "1. a\n",
        "a\n\n",
        "http://a.b ",
        "[a](http://b) ",
        "```\na\n```\n",
        "@bo ",
        "# a\n",
        "\u{10ffff}",
        "\\\"",
        "\n\n- `\"`",
    ];
    for text in costly {
        let body: String = text.chars().cycle().take(limits.message_chars).collect();
        let change = RoomChange::new(RoomEvent::created(said(&body)), &markup).unwrap();
        let bytes = frame(&change).len();
        let most = FRAME_BYTES_PER_CHAR * limits.message_chars;
        assert!(bytes <= most, "{text:?}: {bytes}");
        assert!(most <= limits.socket_queue_bytes);
    }
}
