//! The delivery cursors of one room as plain data. The actor in `delivery.rs` loads and saves them.

use std::{
    collections::{HashMap, HashSet, VecDeque},
    time::Instant,
};

use super::protocol::{Delivered, Position};
use crate::accounts::UserId;

/// The number of messages of a room whose authors and times are kept.
const POSTS: usize = 64;

/// The delivery cursors of a small room.
#[derive(Debug, Default)]
pub(crate) struct Receipts {
    /// Each member, with their delivery cursor: a device has all events up to it.
    pub(crate) positions: HashMap<UserId, i64>,
    /// Pairs of members who must not see each other's receipts, each in both orders.
    pub(crate) hidden: HashSet<(UserId, UserId)>,
    /// The newest known event of the room.
    pub(crate) last_seq: i64,
}

impl Receipts {
    /// Records that `user` has events `from` to `to`. Returns the old and the new cursor if it
    /// moved. A receipt that leaves a gap does not move it, because earlier events may be missing.
    pub(crate) fn advance(&mut self, user: UserId, from: i64, to: i64) -> Option<(i64, i64)> {
        let last = self.last_seq;
        let position = self.positions.get_mut(&user)?;
        let (old, new) = (*position, to.min(last));
        if from > old + 1 || new <= old {
            return None;
        }
        *position = new;
        Some((old, new))
    }

    /// Returns the receipts that `viewer` may see, or `None` if `viewer` is not a member.
    pub(crate) fn seen_by(&self, viewer: UserId) -> Option<Delivered> {
        self.positions.get(&viewer)?;
        let mut positions: Vec<Position> = self
            .others_of(viewer)
            .map(|(user, seq)| Position { user, seq })
            .collect();
        positions.sort_by_key(|position| position.user);
        Some(Delivered {
            of: positions.len(),
            positions: positions.into_iter().filter(|it| it.seq > 0).collect(),
        })
    }

    /// Returns whether `viewer` may see the receipts of `user`.
    pub(crate) fn shows(&self, viewer: UserId, user: UserId) -> bool {
        !self.hidden.contains(&(viewer, user))
    }

    fn others_of(&self, viewer: UserId) -> impl Iterator<Item = (UserId, i64)> {
        let others = self.positions.iter().map(|(user, seq)| (*user, *seq));
        others.filter(move |(user, _)| *user != viewer && self.shows(viewer, *user))
    }
}

/// A message that was announced recently.
#[derive(Debug)]
struct Post {
    seq: i64,
    author: UserId,
    received: Instant,
    is_measured: bool,
}

/// The newest messages of a room, to find the authors to notify of a receipt and to measure
/// latency.
#[derive(Debug, Default)]
pub(crate) struct Posts {
    newest: VecDeque<Post>,
    /// From this event on, all messages are known here. `None` before the first one.
    complete_from: Option<i64>,
}

impl Posts {
    pub(crate) fn note(&mut self, seq: i64, author: UserId, received: Instant) {
        self.complete_from.get_or_insert(seq);
        if self.newest.len() >= POSTS
            && let Some(oldest) = self.newest.pop_front()
        {
            self.complete_from = Some(oldest.seq + 1);
        }
        self.newest.push_back(Post {
            seq,
            author,
            received,
            is_measured: false,
        });
    }

    /// Returns the authors of messages after `old`, up to `new`, or `None` if some are not known.
    pub(crate) fn authors(&self, old: i64, new: i64) -> Option<HashSet<UserId>> {
        let is_known = self.complete_from.is_some_and(|from| old + 1 >= from);
        is_known.then(|| {
            let in_range = self.range(old, new);
            in_range.map(|post| post.author).collect()
        })
    }

    /// Records that `user` has everything after `old`, up to `new`. Returns when the newest of
    /// these messages was received by the server, if `user` is the first to have it and not its
    /// author.
    pub(crate) fn measure(&mut self, user: UserId, old: i64, new: i64) -> Option<Instant> {
        let mut came = None;
        let posts = self.newest.iter_mut();
        for post in posts.filter(|post| post.seq > old && post.seq <= new && post.author != user) {
            let is_first = !std::mem::replace(&mut post.is_measured, true);
            came = (is_first && post.seq == new).then_some(post.received);
        }
        came
    }

    fn range(&self, old: i64, new: i64) -> impl Iterator<Item = &Post> {
        let posts = self.newest.iter();
        posts.filter(move |post| post.seq > old && post.seq <= new)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ANA: UserId = UserId(1);
    const BO: UserId = UserId(2);
    const CLEO: UserId = UserId(3);

    fn receipts() -> Receipts {
        Receipts {
            positions: [(ANA, 0), (BO, 4), (CLEO, 2)].into(),
            hidden: HashSet::new(),
            last_seq: 9,
        }
    }

    #[test]
    fn a_position_only_moves_forward_without_a_gap_and_not_beyond_the_end() {
        let mut receipts = receipts();
        assert_eq!(receipts.advance(BO, 6, 7), None, "event 5 is missing");
        assert_eq!(receipts.advance(BO, 5, 7), Some((4, 7)));
        assert_eq!(receipts.advance(BO, 5, 7), None, "nothing new");
        assert_eq!(receipts.advance(BO, 0, 3), None);
        assert_eq!(receipts.advance(BO, 0, i64::MAX), Some((7, 9)));
        assert_eq!(receipts.advance(UserId(9), 0, 9), None, "no member");
    }

    #[test]
    fn who_is_blocked_is_neither_counted_nor_named() {
        let mut receipts = receipts();
        let all = receipts.seen_by(ANA).unwrap();
        let (bo, cleo) = (
            Position { user: BO, seq: 4 },
            Position { user: CLEO, seq: 2 },
        );
        assert_eq!((all.of, all.positions), (2, vec![bo, cleo]));
        receipts.hidden.extend([(ANA, BO), (BO, ANA)]);
        let fewer = receipts.seen_by(ANA).unwrap();
        assert_eq!((fewer.of, fewer.positions), (1, vec![cleo]));
        assert_eq!(receipts.seen_by(BO).unwrap().of, 1);
        assert!(receipts.seen_by(UserId(9)).is_none());
    }

    #[test]
    fn the_authors_are_known_as_far_as_no_message_was_forgotten() {
        let mut posts = Posts::default();
        assert_eq!(posts.authors(0, 5), None);
        for seq in 3..=10 {
            posts.note(seq, if seq % 2 == 0 { ANA } else { BO }, Instant::now());
        }
        assert_eq!(posts.authors(1, 5), None, "event 2 was before");
        assert_eq!(posts.authors(2, 3), Some(HashSet::from([BO])));
        assert_eq!(posts.authors(2, 10), Some(HashSet::from([ANA, BO])));
        for seq in 11..=100 {
            posts.note(seq, ANA, Instant::now());
        }
        assert_eq!(posts.authors(10, 100), None);
        assert_eq!(posts.authors(36, 100), Some(HashSet::from([ANA])));
    }

    #[test]
    fn only_the_first_device_of_another_measures_and_only_the_newest_message() {
        let mut posts = Posts::default();
        let came = Instant::now();
        posts.note(1, ANA, came);
        assert_eq!(posts.measure(ANA, 0, 1), None, "the author's own");
        assert_eq!(posts.measure(BO, 0, 1), Some(came));
        assert_eq!(posts.measure(CLEO, 0, 1), None, "the second");
        posts.note(2, ANA, came);
        posts.note(3, ANA, came);
        posts.note(4, BO, came);
        assert_eq!(
            posts.measure(BO, 1, 4),
            None,
            "the newest is the reader's own"
        );
    }
}
