//! The connections of this thread, their groups, and which of them are behind.

use std::collections::{HashMap, VecDeque};
use std::io::IoSlice;
use std::rc::Rc;
use std::sync::Arc;

use slab::Slab;
use smallvec::SmallVec;

use super::broadcast::Broadcast;
use super::group::{Entry, Group};
use super::inbox::Parcel;
use crate::layers::hub::forward::ReadyFrame;
use crate::layers::hub::port::Port;
use crate::names::GroupName;

/// Frames in one write; the kernel takes up to 1024.
const FRAMES_PER_WRITE: usize = 64;

/// The number of messages in one log above which its members are visited without a pause. Otherwise
/// the senders could be faster than the log is read.
const LONG_LOG: usize = 256;

#[derive(Default)]
pub(super) struct Tables {
    seats: Slab<Seat>,
    groups: Slab<Group>,
    by_name: HashMap<GroupName, usize>,
    /// The queue of groups with members that are behind, each once.
    behind: VecDeque<usize>,
    /// Counts the messages of all groups.
    next_number: u64,
    /// The connections whose consumers have to run, because no task was woken for their messages.
    pub(super) due: VecDeque<Rc<dyn Port>>,
}

struct Seat {
    port: Rc<dyn Port>,
    memberships: SmallVec<[Membership; 2]>,
}

/// A membership of a connection in a group; memory is exhausted long before these counters
/// overflow.
#[derive(Clone, Copy)]
struct Membership {
    group: u32,
    /// The place among the group's members.
    place: u32,
}

impl Membership {
    fn new(group: usize, place: usize) -> Self {
        let [group, place] = [group, place].map(|index| index as u32);
        Self { group, place }
    }

    fn group(self) -> usize {
        self.group as usize
    }

    fn place(self) -> usize {
        self.place as usize
    }
}

impl Tables {
    pub(super) fn take_in(&mut self, port: Rc<dyn Port>) -> usize {
        let memberships = SmallVec::new();
        self.seats.insert(Seat { port, memberships })
    }

    pub(super) fn is_deserted(&self) -> bool {
        self.seats.is_empty()
    }

    pub(super) fn open(&mut self, parcel: Parcel) {
        match parcel {
            Parcel::Group(name, broadcast) => self.append(&name, broadcast),
            Parcel::One(seat, broadcast) => self.send(seat, broadcast),
            Parcel::Join(name, seat) => self.join(name, seat),
            Parcel::Leave(name, seat) => self.leave(&name, seat),
            Parcel::Disband(name) => self.disband(&name),
            Parcel::Gone(seat) => self.forget(seat),
        }
    }

    fn append(&mut self, name: &GroupName, broadcast: Arc<Broadcast>) {
        let Some(&key) = self.by_name.get(name) else {
            return;
        };
        let entry = self.entry(broadcast);
        let group = &mut self.groups[key];
        if group.append(entry) {
            self.behind.push_back(key);
        }
    }

    fn entry(&mut self, broadcast: Arc<Broadcast>) -> Entry {
        self.next_number += 1;
        Entry {
            number: self.next_number,
            broadcast,
        }
    }

    fn send(&mut self, seat: usize, broadcast: Arc<Broadcast>) {
        self.visit(seat);
        let entry = self.entry(broadcast);
        hand_over(&self.seats[seat].port, &[&entry], &mut self.due);
    }

    fn join(&mut self, name: GroupName, seat: usize) {
        let groups = &mut self.groups;
        let group = *self
            .by_name
            .entry(name)
            .or_insert_with_key(|name| groups.insert(Group::new(name.clone())));
        if self.membership(seat, group).is_none() {
            let place = self.groups[group].join(seat);
            let memberships = &mut self.seats[seat].memberships;
            memberships.push(Membership::new(group, place));
        }
    }

    /// The index of a group in the memberships of a seat.
    fn membership(&self, seat: usize, group: usize) -> Option<usize> {
        let mut memberships = self.seats[seat].memberships.iter();
        memberships.position(|membership| membership.group() == group)
    }

    fn leave(&mut self, name: &GroupName, seat: usize) {
        let Some(&group) = self.by_name.get(name) else {
            return;
        };
        if let Some(index) = self.membership(seat, group) {
            self.visit(seat);
            let membership = self.seats[seat].memberships.swap_remove(index);
            self.vacate(membership);
        }
    }

    fn disband(&mut self, name: &GroupName) {
        let Some(&group) = self.by_name.get(name) else {
            return;
        };
        let members: Vec<usize> = self.groups[group].seats().collect();
        for seat in members {
            self.leave(name, seat);
        }
    }

    fn forget(&mut self, seat: usize) {
        for membership in self.seats.remove(seat).memberships {
            self.vacate(membership);
        }
    }

    /// Frees a place in a group; the group's last member, if there is one, moves into it.
    fn vacate(&mut self, membership: Membership) {
        let (key, place) = (membership.group(), membership.place());
        let group = &mut self.groups[key];
        let last = group.len() - 1;
        if let Some(moved) = group.leave(place) {
            let memberships = &mut self.seats[moved].memberships;
            let theirs = memberships
                .iter_mut()
                .find(|theirs| theirs.group() == key && theirs.place() == last);
            if let Some(theirs) = theirs {
                *theirs = membership;
            }
        }
        if group.is_deserted() {
            let group = self.groups.remove(key);
            self.by_name.remove(&group.name);
            self.behind.retain(|behind| *behind != key);
        }
    }

    /// Visits members that are behind, up to about this many, or until this many consumers have to
    /// run; returns whether some are still behind.
    pub(super) fn visit_some(&mut self, visits: usize, due: usize) -> bool {
        let mut done = 0;
        while let Some(&key) = self.behind.front() {
            let group = &mut self.groups[key];
            let hurry = group.waiting() > LONG_LOG;
            if (done >= visits || self.due.len() >= due) && !hurry {
                // Other groups get their turn before the rest of this one.
                self.behind.rotate_left(1);
                return true;
            }
            done += 1;
            match group.next_behind() {
                Some(seat) => self.visit(seat),
                None => {
                    group.is_in_line = false;
                    self.behind.pop_front();
                }
            }
        }
        false
    }

    /// Gives one connection all its new messages, from all of its groups.
    fn visit(&mut self, key: usize) {
        let seat = &self.seats[key];
        let mut news = SmallVec::<[&Entry; FRAMES_PER_WRITE]>::new();
        let mut sources = 0;
        for membership in &seat.memberships {
            let fresh = self.groups[membership.group()].news_for(membership.place());
            sources += usize::from(fresh.len() > 0);
            news.extend(fresh);
        }
        if sources > 1 {
            news.sort_unstable_by_key(|entry| entry.number);
        }
        if !news.is_empty() {
            hand_over(&seat.port, &news, &mut self.due);
        }
        drop(news);
        for membership in &seat.memberships {
            self.groups[membership.group()].caught_up(membership.place());
        }
    }
}

/// Writes the messages that the consumer would only forward. A message that it must handle goes
/// into its channel, and so do all that come after it.
fn hand_over(to: &Rc<dyn Port>, news: &[&Entry], due: &mut VecDeque<Rc<dyn Port>>) {
    let mut batch = Batch::default();
    let port = &**to;
    let news = news.iter().map(|entry| &*entry.broadcast);
    for broadcast in news.filter(|broadcast| broadcast.is_for(|| port.name())) {
        let forwarder = port.forwarder();
        let encode = |frame: &_| port.encode(frame);
        match forwarder.and_then(|forwarder| broadcast.ready(forwarder, encode)) {
            Some(ready) => batch.push(ready, port),
            None => {
                batch.write(port);
                if port.deliver(broadcast.message.clone()) {
                    due.push_back(Rc::clone(to));
                }
            }
        }
    }
    batch.write(port);
}

/// A batch of frames for one write.
#[derive(Default)]
struct Batch<'a> {
    frames: SmallVec<[IoSlice<'a>; FRAMES_PER_WRITE]>,
    payload_bytes: usize,
}

impl<'a> Batch<'a> {
    fn push(&mut self, ready: &'a ReadyFrame, port: &dyn Port) {
        self.frames.push(IoSlice::new(&ready.bytes));
        self.payload_bytes += ready.payload_bytes;
        if self.frames.len() == FRAMES_PER_WRITE {
            self.write(port);
        }
    }

    fn write(&mut self, port: &dyn Port) {
        if !self.frames.is_empty() {
            port.write(&self.frames, self.payload_bytes);
            *self = Self::default();
        }
    }
}
