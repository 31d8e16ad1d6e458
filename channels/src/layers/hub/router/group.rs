//! The members of one group on one thread, and what they have not got yet.

use std::collections::VecDeque;
use std::collections::vec_deque::Iter;
use std::sync::Arc;

use super::broadcast::Broadcast;
use crate::names::GroupName;

/// A message in its place among all messages of the thread.
pub(super) struct Entry {
    pub(super) number: u64,
    pub(super) broadcast: Arc<Broadcast>,
}

/// One log for all members, and a cursor for each. The log never waits for a slow member: who is
/// visited takes all that is new, and keeps for itself what cannot be sent at once.
pub(super) struct Group {
    pub(super) name: GroupName,
    log: VecDeque<Entry>,
    /// Where the log begins, counted from the group's first message.
    first: u64,
    members: Vec<Member>,
    /// Who is visited next; members are visited in a circle.
    next: usize,
    /// Visits until nobody can be behind.
    left: usize,
    /// Whether the router knows that somebody may be behind.
    pub(super) is_in_line: bool,
}

struct Member {
    seat: usize,
    /// The first message that it has not got.
    cursor: u64,
}

impl Group {
    pub(super) fn new(name: GroupName) -> Self {
        Self {
            name,
            log: VecDeque::new(),
            first: 0,
            members: Vec::new(),
            next: 0,
            left: 0,
            is_in_line: false,
        }
    }

    fn end(&self) -> u64 {
        self.first + self.log.len() as u64
    }

    /// Messages in the log.
    pub(super) fn waiting(&self) -> usize {
        self.log.len()
    }

    pub(super) fn is_deserted(&self) -> bool {
        self.members.is_empty()
    }

    pub(super) fn len(&self) -> usize {
        self.members.len()
    }

    /// Adds a message; whether the group has to get in line for visits.
    pub(super) fn append(&mut self, entry: Entry) -> bool {
        self.log.push_back(entry);
        self.left = self.members.len();
        !std::mem::replace(&mut self.is_in_line, true)
    }

    /// Adds a member, for what comes from now on; gives its place.
    pub(super) fn join(&mut self, seat: usize) -> usize {
        let cursor = self.end();
        if self.members.is_empty() {
            // Most groups are those of one person, with one socket.
            self.members.reserve_exact(1);
        }
        self.members.push(Member { seat, cursor });
        self.look_again();
        self.members.len() - 1
    }

    /// Takes the member at a place out; gives the seat of the member who has that place now.
    pub(super) fn leave(&mut self, place: usize) -> Option<usize> {
        self.members.swap_remove(place);
        self.look_again();
        self.members.get(place).map(|member| member.seat)
    }

    /// Places have changed, so the circle begins anew.
    fn look_again(&mut self) {
        if self.left > 0 {
            self.left = self.members.len();
        }
        if self.next >= self.members.len() {
            self.next = 0;
        }
    }

    pub(super) fn seats(&self) -> impl Iterator<Item = usize> {
        self.members.iter().map(|member| member.seat)
    }

    /// The seat of the next member in the circle that is behind, within so many steps.
    pub(super) fn next_behind(&mut self) -> Option<usize> {
        let end = self.end();
        while self.left > 0 {
            let member = &self.members[self.next];
            let (seat, behind) = (member.seat, member.cursor < end);
            self.left -= 1;
            self.next += 1;
            if self.next == self.members.len() {
                self.next = 0;
                self.forget_seen();
            }
            if behind {
                return Some(seat);
            }
        }
        self.forget_seen();
        None
    }

    /// What the member at a place has not got, in order.
    pub(super) fn news_for(&self, place: usize) -> Iter<'_, Entry> {
        let seen = self.members[place].cursor - self.first;
        let seen = usize::try_from(seen).unwrap_or(usize::MAX);
        self.log.range(seen.min(self.log.len())..)
    }

    /// Notes that the member at a place has got everything.
    pub(super) fn caught_up(&mut self, place: usize) {
        self.members[place].cursor = self.end();
    }

    /// Drops what everybody has got.
    fn forget_seen(&mut self) {
        let oldest = self.members.iter().map(|member| member.cursor).min();
        let oldest = oldest.unwrap_or_else(|| self.end());
        while self.first < oldest && self.log.pop_front().is_some() {
            self.first += 1;
        }
        if self.log.is_empty() {
            // An idle group keeps no buffer.
            self.log = VecDeque::new();
        }
    }
}
