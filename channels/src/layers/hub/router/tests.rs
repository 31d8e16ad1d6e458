//! Tests the tables against a model, with ports that only record their messages.

use std::any::TypeId;
use std::cell::{Cell, RefCell};
use std::io::IoSlice;
use std::rc::Rc;
use std::sync::Arc;

use rand::rngs::StdRng;
use rand::{RngExt as _, SeedableRng as _};

use super::tables::Tables;
use super::{Broadcast, Parcel};
use crate::event::Frame;
use crate::layers::bus::LayerMessage;
use crate::layers::hub::forward::{Forwarder, ReadyFrame};
use crate::layers::hub::port::Port;
use crate::names::{ChannelName, GroupName};

/// Even numbers are forwarded, odd ones are for the consumer.
static EVEN: Forwarder = Forwarder {
    consumer: TypeId::of::<FakePort>,
    frame: |message| {
        let number = message.decode::<u64>().ok()?;
        (*number % 2 == 0).then(|| format!("{number} ").into())
    },
};

struct FakePort {
    name: ChannelName,
    busy: Cell<bool>,
    /// Whether the router lets its consumer work.
    works: bool,
    got: RefCell<Vec<u64>>,
    writes: Cell<usize>,
    delivered: RefCell<Vec<u64>>,
}

impl FakePort {
    fn new(number: usize) -> Rc<Self> {
        Rc::new(Self {
            name: ChannelName::new(&format!("fake!{number}")).unwrap(),
            busy: Cell::new(false),
            works: number.is_multiple_of(2),
            got: RefCell::default(),
            writes: Cell::new(0),
            delivered: RefCell::default(),
        })
    }

    /// What a consumer does when it is idle again.
    fn finish(&self) {
        self.busy.set(false);
        self.got
            .borrow_mut()
            .append(&mut self.delivered.borrow_mut());
    }
}

impl Port for FakePort {
    fn name(&self) -> &ChannelName {
        &self.name
    }

    fn forwarder(&self) -> Option<&'static Forwarder> {
        (!self.busy.get()).then_some(&EVEN)
    }

    fn encode(&self, frame: &Frame) -> ReadyFrame {
        let bytes = bytes::Bytes::copy_from_slice(frame.as_text().unwrap().as_bytes());
        let payload_bytes = bytes.len();
        ReadyFrame {
            bytes,
            payload_bytes,
        }
    }

    fn write(&self, frames: &[IoSlice<'_>], payload_bytes: usize) {
        assert!(
            !self.busy.get(),
            "nothing overtakes what waits for the consumer"
        );
        let bytes: Vec<u8> = frames.iter().flat_map(|frame| frame.to_vec()).collect();
        assert_eq!(bytes.len(), payload_bytes);
        let text = String::from_utf8(bytes).unwrap();
        let numbers = text
            .split_whitespace()
            .map(|number| number.parse::<u64>().unwrap());
        self.got.borrow_mut().extend(numbers);
        self.writes.set(self.writes.get() + 1);
    }

    fn deliver(&self, message: LayerMessage) -> bool {
        self.delivered
            .borrow_mut()
            .push(*message.decode::<u64>().unwrap());
        !self.busy.replace(true) && self.works
    }

    fn work(&self) {
        assert!(self.works, "only where nobody was woken");
        self.finish();
    }
}

fn group(number: usize) -> GroupName {
    GroupName::encode(&format!("group {number}"))
}

fn broadcast(number: u64, except: &[ChannelName]) -> Arc<Broadcast> {
    Arc::new(Broadcast::new(LayerMessage::new(number), except))
}

const GROUPS: usize = 3;

/// A port, as the model knows it.
struct Person {
    port: Rc<FakePort>,
    seat: usize,
    is_member: [bool; GROUPS],
    should_get: Vec<u64>,
}

impl Person {
    fn new(number: usize, tables: &mut Tables) -> Self {
        let port = FakePort::new(number);
        Self {
            seat: tables.take_in(Rc::clone(&port) as _),
            port,
            is_member: [false; GROUPS],
            should_get: Vec::new(),
        }
    }
}

fn work_some(tables: &mut Tables, consumers: usize) {
    let some = consumers.min(tables.due.len());
    tables.due.drain(..some).for_each(|port| port.work());
}

/// An operation, on the tables and on the model.
fn happen(number: u64, random: &mut StdRng, tables: &mut Tables, people: &mut [Person]) {
    let at = random.random_range(0..GROUPS);
    let index = random.random_range(0..people.len());
    let who = &mut people[index];
    match random.random_range(0..10) {
        0 | 1 => {
            tables.open(Parcel::Join(group(at), who.seat));
            who.is_member[at] = true;
        }
        2 => {
            tables.open(Parcel::Leave(group(at), who.seat));
            who.is_member[at] = false;
        }
        3 => {
            tables.open(Parcel::One(who.seat, broadcast(number, &[])));
            who.should_get.push(number);
        }
        4 => {
            tables.visit_some(random.random_range(0..4), random.random_range(1..4));
        }
        5 if who.port.works => work_some(tables, random.random_range(0..3)),
        5 => who.port.finish(),
        _ => {
            let except = who.port.name.clone();
            tables.open(Parcel::Group(group(at), broadcast(number, &[except])));
            let others = people.iter_mut().enumerate();
            for (_, other) in others.filter(|(other, _)| *other != index) {
                if other.is_member[at] {
                    other.should_get.push(number);
                }
            }
        }
    }
}

#[test]
fn every_member_gets_what_was_sent_while_it_was_one_once_and_in_order() {
    for seed in 0..200 {
        let mut random = StdRng::seed_from_u64(seed);
        let mut tables = Tables::default();
        let mut people: Vec<Person> = (0..6).map(|n| Person::new(n, &mut tables)).collect();
        for number in 0..200 {
            happen(number, &mut random, &mut tables, &mut people);
        }
        while tables.visit_some(1, 1) || !tables.due.is_empty() {
            work_some(&mut tables, 2);
        }
        for Person {
            port,
            seat,
            should_get,
            ..
        } in people
        {
            if !port.works {
                port.finish();
            }
            assert_eq!(*port.got.borrow(), should_get, "seed {seed}");
            tables.open(Parcel::Gone(seat));
        }
        assert!(tables.is_deserted());
        assert!(!tables.visit_some(1, 1));
    }
}

#[test]
fn whoever_is_behind_gets_all_in_one_write() {
    let mut tables = Tables::default();
    let ports: Vec<_> = (0..3).map(FakePort::new).collect();
    for port in &ports {
        let seat = tables.take_in(Rc::clone(port) as _);
        tables.open(Parcel::Join(group(0), seat));
    }
    for number in 0..5 {
        tables.open(Parcel::Group(group(0), broadcast(number * 2, &[])));
    }
    assert!(tables.visit_some(1, 1));
    tables.open(Parcel::Group(group(0), broadcast(10, &[])));
    while tables.visit_some(1, 1) {}
    let writes: Vec<_> = ports.iter().map(|port| port.writes.get()).collect();
    assert_eq!(writes, [2, 1, 1]);
    for port in ports {
        assert_eq!(*port.got.borrow(), [0, 2, 4, 6, 8, 10]);
    }
}

#[test]
fn a_long_log_is_read_to_its_end_without_a_pause() {
    let mut tables = Tables::default();
    let port = FakePort::new(0);
    let seat = tables.take_in(Rc::clone(&port) as _);
    tables.open(Parcel::Join(group(0), seat));
    for number in 0..1000 {
        tables.open(Parcel::Group(group(0), broadcast(number * 2, &[])));
    }
    tables.visit_some(0, 1);
    assert_eq!(port.got.borrow().len(), 1000);
}

#[test]
fn visits_pause_when_enough_consumers_have_to_work() {
    let mut tables = Tables::default();
    for number in 0..5 {
        let seat = tables.take_in(FakePort::new(2 * number));
        tables.open(Parcel::Join(group(0), seat));
    }
    tables.open(Parcel::Group(group(0), broadcast(1, &[])));
    for (left, is_more) in [(2, true), (2, true), (1, false)] {
        assert_eq!(tables.visit_some(100, 2), is_more);
        assert_eq!(tables.due.len(), left);
        work_some(&mut tables, 2);
    }
}

#[test]
fn code_that_panics_is_left_to_the_consumer() {
    static PANICS: Forwarder = Forwarder {
        consumer: TypeId::of::<()>,
        frame: |_| panic!("the application's own"),
    };
    let broadcast = broadcast(0, &[]);
    let encode = |_: &Frame| unreachable!("there is no frame");
    assert!(broadcast.ready(&PANICS, encode).is_none());
}

#[test]
fn a_frame_is_made_once_and_for_one_type_of_consumer() {
    static OTHERS: Forwarder = Forwarder {
        consumer: TypeId::of::<()>,
        frame: |_| Some("for others".into()),
    };
    let port = FakePort::new(0);
    let encoded = Cell::new(0);
    let encode = |frame: &Frame| {
        encoded.set(encoded.get() + 1);
        port.encode(frame)
    };
    let broadcast = broadcast(4, &[]);
    assert_eq!(broadcast.ready(&EVEN, encode).unwrap().bytes, "4 ");
    assert!(broadcast.ready(&EVEN, encode).is_some());
    assert!(broadcast.ready(&OTHERS, encode).is_none());
    assert_eq!(encoded.get(), 1);
}
