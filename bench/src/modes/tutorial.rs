//! The protocol of the tutorial's chat: `{"message": ".."}`, and everybody in the room gets it.

use super::traffic::Talk;
use crate::fleet::Fleet;
use crate::schedule::Due;
use crate::stamp::Stamp;

/// The first socket of each room speaks; sockets from `listening` on are not listened to.
pub(crate) struct Tutorial {
    payload_bytes: usize,
    listening: usize,
    members: Vec<u64>,
}

impl Tutorial {
    pub(crate) fn new(fleet: &Fleet, rooms: usize, payload_bytes: usize, listening: usize) -> Self {
        let mut members = vec![0; rooms];
        for client in &fleet.clients[..listening] {
            members[client.room] += 1;
        }
        Self {
            payload_bytes,
            listening,
            members,
        }
    }

    /// One in which all sockets listen.
    pub(crate) fn for_all(fleet: &Fleet, rooms: usize, payload_bytes: usize) -> Self {
        Self::new(fleet, rooms, payload_bytes, fleet.clients.len())
    }
}

impl Talk for Tutorial {
    fn say(&self, due: Due) -> (usize, String) {
        let text = Stamp::of(due).text(self.payload_bytes);
        (due.room, format!(r#"{{"message":"{text}"}}"#))
    }

    fn listeners(&self, room: usize) -> u64 {
        self.members[room]
    }

    fn hear(&mut self, socket: usize, message: &[u8], _: u64) -> Option<Stamp> {
        Stamp::find(message).filter(|_| socket < self.listening)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const DUE: Due = Due {
        room: 1,
        number: 5,
        due_ns: 77,
    };

    #[test]
    fn what_is_said_is_heard_by_those_who_listen() {
        let mut talk = Tutorial {
            payload_bytes: 100,
            listening: 3,
            members: vec![2, 1],
        };
        let (speaker, text) = talk.say(DUE);
        assert_eq!((speaker, talk.listeners(1)), (1, 1));
        let message: serde_json::Value = serde_json::from_str(&text).unwrap();
        assert_eq!(message["message"].as_str().unwrap().len(), 100);
        assert_eq!(talk.hear(2, text.as_bytes(), 0), Some(Stamp::of(DUE)));
        assert_eq!(talk.hear(3, text.as_bytes(), 0), None);
        assert_eq!(talk.hear(0, b"hello", 0), None);
    }
}
