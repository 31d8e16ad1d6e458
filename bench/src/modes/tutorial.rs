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
