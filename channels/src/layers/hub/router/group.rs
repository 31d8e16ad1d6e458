//! The members of one group on one thread, and the messages that they have not received yet.

use std::collections::VecDeque;
use std::collections::vec_deque::Iter;
use std::sync::Arc;

use super::broadcast::Broadcast;
use crate::names::GroupName;

/// A message with its sequence number among all messages of the thread.
pub(super) struct Entry {
    pub(super) number: u64,
    pub(super) broadcast: Arc<Broadcast>,
}

/// One log for all members, and a cursor for each. The log never waits for a slow member: a visited
/// member takes all new messages, and queues those that it cannot send at once.
pub(super) struct Group {
    pub(super) name: GroupName,
    log: VecDeque<Entry>,
    /// The number of the log's first message, counted from the group's first one.
    first: u64,
    members: Vec<Member>,
    /// The member to visit next (round robin).
    next: usize,
    /// The number of visits until no member can be behind.
    left: usize,
    /// Whether the group is in the router's list of groups with members that may be behind.
    pub(super) is_in_line: bool,
}

struct Member {
    seat: usize,
    /// The first message that it has not received (its cursor).
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

    /// Adds a message; returns whether the group has to be queued for visits.
    pub(super) fn append(&mut self, entry: Entry) -> bool {
        self.log.push_back(entry);
        self.left = self.members.len();
        !std::mem::replace(&mut self.is_in_line, true)
    }

    /// Adds a member, for messages from now on; returns its place.
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

    /// Removes the member at a place; returns the seat of the member that has this place now.
    pub(super) fn leave(&mut self, place: usize) -> Option<usize> {
        self.members.swap_remove(place);
        self.look_again();
        self.members.get(place).map(|member| member.seat)
    }

    /// Places have changed, so the round starts again.
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

    /// The seat of the next member that is behind, within this many steps.
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

    /// The messages that the member at a place has not received, in order.
    pub(super) fn news_for(&self, place: usize) -> Iter<'_, Entry> {
        let seen = self.members[place].cursor - self.first;
        let seen = usize::try_from(seen).unwrap_or(usize::MAX);
        self.log.range(seen.min(self.log.len())..)
    }

    /// Records that the member at a place has received everything.
    pub(super) fn caught_up(&mut self, place: usize) {
        self.members[place].cursor = self.end();
    }

    /// Drops the messages that all members have received.
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
