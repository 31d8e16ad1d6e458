//! Which names groups and channels may have.

use channels::{ChannelName, GroupName};

#[test]
fn the_vectors_of_upstream_hold() {
    let longest = "a".repeat(99);
    for name in [longest.as_str(), "a.b-c_d", "7"] {
        assert!(GroupName::new(name).is_ok(), "{name}");
        assert!(ChannelName::new(name).is_ok(), "{name}");
    }
    for name in ["a!", "a!b"] {
        assert!(GroupName::new(name).is_err(), "{name}");
        assert!(ChannelName::new(name).is_ok(), "{name}");
    }
    let too_long = "a".repeat(100);
    for name in [too_long.as_str(), "", "a b", "a?b", "é", "!b", "a!b!c", "!"] {
        assert!(GroupName::new(name).is_err(), "{name}");
        assert!(ChannelName::new(name).is_err(), "{name}");
    }
}

#[test]
fn what_pythons_patterns_let_through_is_refused() {
    for name in ["٣", "a\n", "a!é", "a!b\n", "\u{212a}"] {
        assert!(GroupName::new(name).is_err(), "{name:?}");
        assert!(ChannelName::new(name).is_err(), "{name:?}");
    }
}

#[test]
fn any_text_has_a_group_name_of_its_own_and_comes_back() {
    let texts = [
        "", "_", "__", "tea room", "é", "a_20", "a b", "\n", "🫖", "A", "a",
    ];
    for text in texts {
        let name = GroupName::encode(text);
        assert!(GroupName::new(name.as_str()).is_ok(), "{text:?}");
        assert_eq!(name.decode().as_deref(), Some(text));
    }
}

#[test]
fn long_texts_have_different_names_too() {
    let (one, other) = ("é".repeat(500), format!("{}x", "é".repeat(499)));
    assert_ne!(GroupName::encode(&one), GroupName::encode(&other));
    assert_eq!(GroupName::encode(&one), GroupName::encode(&one));
    assert!(GroupName::new(GroupName::encode(&one).as_str()).is_ok());
    assert_eq!(GroupName::encode(&one).decode(), None);
}

#[test]
fn the_error_says_what_to_do_and_repeats_no_endless_input() {
    let error = GroupName::new(&"x y".repeat(10_000))
        .unwrap_err()
        .to_string();
    assert!(error.contains("GroupName::encode"));
    assert!(error.len() < 400);
}
