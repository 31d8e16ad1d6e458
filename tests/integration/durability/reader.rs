//! Readers: they subscribe to rooms by socket or stream, resume after each disconnect as a page
//! does, load pages, and try to load rooms that they may not see. Their journals record what a
//! correct page would show.

use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
    time::Duration,
};

use serde_json::{Value, json};
use tokio::time::{MissedTickBehavior, interval};

use super::{
    connection::Connection,
    journal::{Heard, History, Sighting},
    pages,
    shared::{Phase, Shared},
};
use crate::support::Person;

/// The event types with a number.
const NUMBERED: [&str; 4] = [
    "message.created",
    "message.changed",
    "member.changed",
    "room.changed",
];
/// The interval in which a reader loads pages.
const GLANCE: Duration = Duration::from_millis(200);

/// One reader.
pub(super) struct Reader {
    pub(super) name: String,
    pub(super) person: Person,
    /// The rooms that the reader must read to the end.
    pub(super) owed: Vec<i64>,
    /// Rooms that the reader may not see, or no longer, and requests anyway.
    pub(super) strange: Vec<i64>,
    shared: Arc<Shared>,
    histories: Vec<History>,
    /// The epoch of the last journal.
    history: String,
    /// The newest number of each room.
    positions: HashMap<i64, i64>,
    /// Live events that arrived before the answer to `room.resume`, by room.
    held: HashMap<i64, Vec<Value>>,
}

impl Reader {
    pub(super) fn new(name: &str, person: &Person, shared: &Arc<Shared>) -> Self {
        Self {
            name: name.to_owned(),
            person: person.copy(),
            owed: Vec::new(),
            strange: Vec::new(),
            shared: Arc::clone(shared),
            histories: vec![Vec::new()],
            history: String::new(),
            positions: HashMap::new(),
            held: HashMap::new(),
        }
    }

    /// Subscribes to the rooms until the trial ends and everything owed has arrived.
    pub(super) async fn follow(mut self, by_stream: bool) -> (String, Vec<History>) {
        let mut phase = self.shared.phase.subscribe();
        'connections: loop {
            let mut connection = Connection::open(&self.person, by_stream).await;
            self.begin(&mut connection).await;
            loop {
                let targets = match &*phase.borrow_and_update() {
                    Phase::Read(targets) => Some(targets.clone()),
                    Phase::Write | Phase::Finish => None,
                };
                if targets.is_some_and(|targets| self.has_all(&targets)) {
                    break 'connections;
                }
                tokio::select! {
                    event = connection.next() => match event {
                        Some(event) => self.take(event).await,
                        None => break,
                    },
                    changed = phase.changed() => changed.expect("the trial lasts as long as its readers"),
                }
            }
        }
        self.knock().await;
        (self.name, self.histories)
    }

    /// Loads the newest page of each room again and again.
    pub(super) async fn browse(mut self) -> (String, Vec<History>) {
        let mut glances = interval(GLANCE);
        glances.set_missed_tick_behavior(MissedTickBehavior::Delay);
        while !matches!(&*self.shared.phase.borrow(), Phase::Read(_)) {
            glances.tick().await;
            for room in self.owed.clone() {
                let (history, floor) = (self.shared.history(), self.shared.floor(room));
                let page = pages::log(&self.person, room, "").await;
                if history != self.shared.history() {
                    continue;
                }
                if history.to_string() != self.history {
                    self.turn_to(history.to_string());
                }
                if let Some((last_seq, shown)) = page {
                    self.note(Heard::Page {
                        room,
                        floor,
                        last_seq,
                        shown,
                    });
                }
            }
        }
        (self.name, self.histories)
    }

    fn note(&mut self, heard: Heard) {
        let history = self.histories.last_mut().expect("there is a history");
        history.push(heard);
    }

    fn turn_to(&mut self, history: String) {
        if !self.history.is_empty() {
            self.histories.push(Vec::new());
        }
        self.history = history;
        self.positions.clear();
    }

    fn has_all(&self, targets: &HashMap<i64, i64>) -> bool {
        let has = |room: &i64| {
            let target = targets.get(room).copied().unwrap_or(0);
            self.positions.get(room).copied().unwrap_or(0) >= target
        };
        self.held.is_empty() && self.owed.iter().all(has)
    }

    /// Does what a page does after `session.hello`: asks for missed events.
    async fn begin(&mut self, connection: &mut Connection) {
        let hello = connection.hello();
        let history = self.shared.history_in(hello);
        let states = hello["rooms"].as_array().expect("rooms in the hello");
        let own: HashSet<i64> = states
            .iter()
            .filter_map(|state| state["room"].as_i64())
            .collect();
        if history != self.history {
            self.turn_to(history);
        }
        // A room in the hello is seen, too; the verdict knows whether it may be.
        for room in &own {
            self.note(Heard::Event(Sighting {
                room: *room,
                seq: None,
                kind: "session.hello".to_owned(),
                id: None,
                client_id: None,
                body: None,
            }));
        }
        self.held = own.iter().map(|room| (*room, Vec::new())).collect();
        let rooms: HashSet<i64> = own.into_iter().chain(self.strange.clone()).collect();
        for room in rooms {
            let after = self.positions.get(&room).copied().unwrap_or(0);
            let resume = json!({"type": "room.resume", "room": room, "after": after});
            if !connection.send(resume).await {
                return;
            }
        }
        self.knock().await;
    }

    /// Requests the pages of rooms that the reader may not see, and records what they show.
    async fn knock(&mut self) {
        for room in self.strange.clone() {
            for path in ["", "log/"] {
                let page = pages::get(&self.person, &format!("/rooms/{room}/{path}")).await;
                let page = page.and_then(|page| pages::read(&page.body));
                if let Some((last_seq, shown)) = page {
                    self.note(Heard::Page {
                        room,
                        floor: 0,
                        last_seq,
                        shown,
                    });
                }
            }
        }
    }

    async fn take(&mut self, event: Value) {
        let kind = event["type"].as_str().unwrap_or_default();
        let Some(room) = event["room"].as_i64() else {
            return;
        };
        if kind == "room.events" {
            self.resumed(room, &event).await;
        } else if NUMBERED.contains(&kind)
            && let Some(held) = self.held.get_mut(&room)
        {
            held.push(event);
        } else {
            self.apply(&event);
        }
    }

    /// Processes the answer to `room.resume`, and then the live events that arrived meanwhile.
    async fn resumed(&mut self, room: i64, answer: &Value) {
        // A cut answer names messages alone: to a page, everything up to its end is a hole.
        let is_cut = answer["cut"] == true;
        let hole = if is_cut {
            let after = answer["after"].as_i64();
            after
                .map(|after| after + 1)
                .zip(answer["last_seq"].as_i64())
        } else {
            let missing = &answer["missing"];
            missing["from"].as_i64().zip(missing["to"].as_i64())
        };
        if let Some((from, to)) = hole {
            self.note(Heard::Hole { room, from, to });
            self.positions.insert(room, to);
            self.fill(room, from, to).await;
        }
        if !is_cut {
            for event in answer["events"].as_array().into_iter().flatten() {
                self.apply(event);
            }
        }
        for event in self.held.remove(&room).into_iter().flatten() {
            self.apply(&event);
        }
    }

    /// Loads a left-out range as pages.
    async fn fill(&mut self, room: i64, from: i64, to: i64) {
        let mut after = from - 1;
        while after < to {
            let page = pages::log(&self.person, room, &format!("after={after}")).await;
            let Some((last_seq, shown)) = page else {
                return;
            };
            let Some(last) = shown.last() else {
                return;
            };
            after = last.seq;
            self.note(Heard::Page {
                room,
                floor: 0,
                last_seq,
                shown,
            });
        }
    }

    fn apply(&mut self, event: &Value) {
        let kind = event["type"].as_str().unwrap_or_default().to_owned();
        let room = event["room"].as_i64().unwrap_or_default();
        let is_numbered = NUMBERED.contains(&kind.as_str());
        let seq = event["seq"].as_i64().filter(|_| is_numbered);
        if kind == "error.reported" {
            return;
        }
        if let Some(seq) = seq {
            let position = self.positions.entry(room).or_default();
            *position = seq.max(*position);
        }
        self.note(Heard::Event(Sighting {
            room,
            seq,
            kind,
            id: event["id"].as_i64(),
            client_id: event["client_id"].as_str().map(str::to_owned),
            // A message that was deleted since is told again without its text.
            body: event["body"]
                .as_str()
                .filter(|body| !body.is_empty())
                .map(str::to_owned),
        }));
    }
}
