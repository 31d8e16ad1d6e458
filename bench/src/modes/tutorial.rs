//! The protocol of the tutorial's chat: `{"message": ".."}`, and everybody in the room receives it.

use super::traffic::Talk;
use crate::schedule::Stamp;

/// Socket `i` is in room `i % rooms`, and the first of each room sends. Sockets from `listening` on
/// are not read.
pub(super) struct Tutorial {
    rooms: usize,
    listening: usize,
    payload_bytes: usize,
}

impl Tutorial {
    pub(super) fn new(rooms: usize, listening: usize, payload_bytes: usize) -> Self {
        Self {
            rooms,
            listening,
            payload_bytes,
        }
    }
}

impl Talk for Tutorial {
    fn say(&self, room: usize, stamp: Stamp) -> (usize, String) {
        let text = stamp.text(self.payload_bytes);
        (room, format!(r#"{{"message":"{text}"}}"#))
    }

    fn listeners(&self, room: usize) -> u64 {
        (room..self.listening).step_by(self.rooms).len() as u64
    }

    fn hear(&mut self, socket: usize, message: &[u8], _: u64) -> Option<Stamp> {
        Stamp::find(message).filter(|_| socket < self.listening)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_said_is_heard_by_those_who_listen() {
        let mut talk = Tutorial::new(2, 3, 100);
        let (number, due_ns) = (5, 77);
        let stamp = Stamp { number, due_ns };
        let (speaker, text) = talk.say(1, stamp);
        assert_eq!((speaker, talk.listeners(0), talk.listeners(1)), (1, 2, 1));
        let message: serde_json::Value = serde_json::from_str(&text).unwrap();
        assert_eq!(message["message"].as_str().unwrap().len(), 100);
        assert_eq!(talk.hear(2, text.as_bytes(), 0), Some(stamp));
        assert_eq!(talk.hear(3, text.as_bytes(), 0), None);
        assert_eq!(talk.hear(0, b"hello", 0), None);
    }
}
