//! One trial: people, rooms, writers and readers on the real program, and the verdict at the end.

use std::{
    collections::HashMap,
    fs,
    path::{Path, PathBuf},
    sync::Arc,
    time::{Duration, Instant},
};

use futures_util::future::join_all;
use rand::{RngExt, rngs::StdRng};
use tokio::{
    task::{JoinHandle, spawn_local},
    time::{interval, sleep, timeout},
};

use super::{
    journal::{self, Evidence, History, Right, Rollback},
    reader::Reader,
    seed::Seed,
    shared::{Phase, Shared},
    stored::Stored,
    verdict::judge,
    writer::Writer,
};
use crate::{
    stage::{Program, within},
    support::Person,
};

/// Settings without rate limits, so that writers load the storage as much as possible.
pub(super) const SETTINGS: &[&str] = &[
    "--bcrypt-cost=4",
    "--messages=100000/1s",
    "--messages-ip=100000/1s",
    "--reactions=100000/1s",
    "--reactions-ip=100000/1s",
    "--socket-events=100000/1s",
    "--handshakes=100000/1s",
    "--handshakes-ip=100000/1s",
    "--sockets-per-user=1000",
    "--sockets-per-ip=2000",
];
/// How long a reader may take to receive events before they count as missing.
const CATCH_UP: Duration = Duration::from_secs(20);
/// The maximum number of printed faults, because one cause may have thousands.
const SHOWN: usize = 20;

/// The rooms of a trial.
#[derive(Debug, Clone, Copy)]
pub(super) struct Rooms {
    /// Members: Ana, Bo and Cleo, and Fay until she is removed.
    pub(super) tea: i64,
    /// Members: Ana and Bo.
    pub(super) pair: i64,
    /// Members: Ana, Eve and Fay. It proves that Eve and Fay do receive events of their own rooms.
    pub(super) annex: i64,
}

/// A running trial.
pub(super) struct Trial {
    pub(super) name: &'static str,
    pub(super) program: Program,
    pub(super) rooms: Rooms,
    pub(super) ana: Person,
    pub(super) bo: Person,
    pub(super) fay: Person,
    pub(super) shared: Arc<Shared>,
    pub(super) rng: StdRng,
    pub(super) rollbacks: Vec<Rollback>,
    pub(super) seed: Seed,
    pub(super) began: Instant,
    rights: HashMap<String, HashMap<i64, Right>>,
    writers: Vec<JoinHandle<()>>,
    readers: Vec<JoinHandle<(String, Vec<History>)>>,
}

impl Trial {
    /// Starts the program, its people and all clients. With `period`, each writer waits that long
    /// between requests.
    pub(super) async fn begin(name: &'static str, period: Option<Duration>) -> Self {
        let seed = Seed::choose();
        let program = Program::start(SETTINGS).await;
        let people = meet(&program).await;
        let [ana, bo, cleo, eve, fay] = &people[..] else {
            unreachable!("five people signed up");
        };
        let rooms = Rooms {
            tea: ana.make_room("closed", "Tea", &[bo, cleo, fay]).await,
            pair: ana.room_with(bo).await,
            annex: ana.make_room("closed", "Annex", &[eve, fay]).await,
        };
        let mut trial = Self {
            name,
            rooms,
            ana: ana.copy(),
            bo: bo.copy(),
            fay: fay.copy(),
            shared: Arc::new(Shared::new()),
            rng: seed.rng(0),
            rollbacks: Vec::new(),
            seed,
            began: Instant::now(),
            rights: HashMap::new(),
            writers: Vec::new(),
            readers: Vec::new(),
            program,
        };
        trial.read(&people).await;
        trial.write(&people, period);
        trial
    }

    /// Starts the readers.
    async fn read(&mut self, people: &[Person]) {
        let Rooms { tea, pair, annex } = self.rooms;
        // Who, by stream, owed, not theirs.
        let readers: [(usize, bool, &[i64], &[i64]); 5] = [
            (0, false, &[tea, pair, annex], &[]),
            (1, false, &[tea, pair], &[annex]),
            (2, true, &[tea], &[pair, annex]),
            (3, false, &[annex], &[tea, pair]),
            (4, false, &[annex], &[tea, pair]),
        ];
        for (i, by_stream, owed, strange) in readers {
            let person = &people[i];
            let hello = person.socket().await.hello;
            let rooms = hello["rooms"].as_array().expect("rooms").iter();
            let mut rights: HashMap<i64, Right> = rooms
                .filter_map(|state| Some((state["room"].as_i64()?, Right::All)))
                .collect();
            for room in owed {
                assert!(
                    rights.contains_key(room),
                    "{} is in room {room}",
                    person.name
                );
            }
            if i == 4 {
                rights.insert(tea, Right::Until(i64::MAX));
            }
            self.rights.insert(person.name.clone(), rights);
            let mut reader = Reader::new(&person.name, person, &self.shared);
            reader.owed = owed.to_vec();
            reader.strange = strange.to_vec();
            self.readers.push(spawn_local(reader.follow(by_stream)));
        }
        let rights = [(tea, Right::Pages), (pair, Right::Pages)].into();
        self.rights.insert("bo's pages".to_owned(), rights);
        let mut reader = Reader::new("bo's pages", &people[1], &self.shared);
        reader.owed = vec![tea, pair];
        self.readers.push(spawn_local(reader.browse()));
    }

    /// Starts the writers.
    fn write(&mut self, people: &[Person], period: Option<Duration>) {
        let Rooms { tea, pair, annex } = self.rooms;
        let by_socket = [
            (0, tea),
            (1, tea),
            (1, tea),
            (2, tea),
            (0, pair),
            (1, pair),
            (3, annex),
        ];
        let by_form = [(2, tea), (1, pair)];
        let all = by_socket.iter().map(|place| (place, true));
        let all = all.chain(by_form.iter().map(|place| (place, false)));
        for (i, ((person, room), has_socket)) in (1..).zip(all) {
            let rng = self.seed.rng(i);
            let mut writer = Writer::new(&people[*person], *room, &self.shared, rng);
            writer.period = period.map(interval);
            self.writers.push(if has_socket {
                spawn_local(writer.by_socket())
            } else {
                spawn_local(writer.by_form())
            });
        }
    }

    /// Returns a random number generator for other choices than those of the trial.
    pub(super) fn rng(&self) -> StdRng {
        self.seed.rng(u64::MAX)
    }

    pub(super) fn database(&self) -> PathBuf {
        self.program.data().join("parlour.sqlite3")
    }

    /// Waits for a random moment: after some requests, at any point between two commits.
    pub(super) async fn random_moment(&mut self) {
        let more = self.rng.random_range(20..80);
        within("acknowledgements", self.shared.after(more)).await;
        // The moment itself is what is random here; nothing is waited for.
        sleep(Duration::from_micros(self.rng.random_range(0..20_000))).await;
    }

    /// Removes Fay from the room while everybody writes.
    pub(super) async fn remove_fay(&mut self) {
        let action = format!("people/{}/remove/", self.fay.id);
        let answer = self.ana.about_room(self.rooms.tea, &action, &[]).await;
        assert_eq!(answer.status, 303, "Fay is removed: {}", answer.body);
    }

    /// Starts more readers of Bo, each with its own socket.
    pub(super) fn crowd(&mut self, count: usize) {
        let Rooms { tea, pair, .. } = self.rooms;
        for i in 0..count {
            let name = format!("bo {i}");
            self.rights.insert(name.clone(), self.rights["bo"].clone());
            let mut reader = Reader::new(&name, &self.bo, &self.shared);
            reader.owed = vec![tea, pair];
            self.readers.push(spawn_local(reader.follow(false)));
        }
    }

    /// Judges a database while the server is down and the writers are not finished. `restored` if
    /// it was just restored.
    pub(super) fn judge_so_far(&self, database: &Path, restored: Option<Rollback>) {
        let rollbacks = self.rollbacks.iter().copied().chain(restored);
        let evidence = Evidence {
            writers: self.shared.deeds(),
            readers: Vec::new(),
            rollbacks: rollbacks.collect(),
        };
        self.accept(&evidence, &Stored::read(database));
    }

    /// Waits until the writers have finished and the readers have caught up, stops the program, and
    /// judges everything.
    pub(super) async fn end(mut self) {
        self.shared.phase.send_replace(Phase::Finish);
        for writer in std::mem::take(&mut self.writers) {
            within("the writers to finish", writer)
                .await
                .expect("a writer fails");
        }
        let stored = Stored::read(&self.database());
        let targets = stored.rooms.iter().map(|room| (room.id, room.last_seq));
        self.shared
            .phase
            .send_replace(Phase::Read(targets.collect()));
        let evidence = Evidence {
            writers: self.shared.deeds(),
            readers: self.journals(&stored).await,
            rollbacks: self.rollbacks.clone(),
        };
        self.stop().await;
        self.accept(&evidence, &Stored::read(&self.database()));
        self.report(&evidence);
    }

    /// Returns the journals of all readers.
    async fn journals(&mut self, stored: &Stored) -> Vec<journal::Reader> {
        let readers = std::mem::take(&mut self.readers);
        let all = timeout(CATCH_UP, join_all(readers)).await;
        let all = all.unwrap_or_else(|_| {
            panic!(
                "{}: a reader is still owed something after {CATCH_UP:?}; {}",
                self.name,
                self.seed.words()
            )
        });
        let journals = all.into_iter().map(|ended| {
            let (name, histories) = ended.expect("a reader fails");
            let mut rights = self.rights[&name].clone();
            if let Some(Right::Until(until)) = rights.get_mut(&self.rooms.tea) {
                *until = stored
                    .removal(self.rooms.tea, self.fay.id)
                    .unwrap_or(i64::MAX);
            }
            journal::Reader {
                name,
                rights,
                histories,
            }
        });
        journals.collect()
    }

    fn accept(&self, evidence: &Evidence, stored: &Stored) {
        let faults = judge(evidence, stored);
        if !faults.is_empty() {
            // Kept with the database for a look.
            let evidence = format!("{faults:#?}\n{evidence:#?}\n{stored:#?}\n");
            let file = self.program.data().with_file_name("evidence");
            fs::write(&file, evidence).expect("the evidence is written");
        }
        let lines = faults
            .iter()
            .take(SHOWN)
            .map(|fault| format!("\n  {fault}"));
        assert!(
            faults.is_empty(),
            "{}: {} faults, {}, see {}{}",
            self.name,
            faults.len(),
            self.seed.words(),
            self.program.data().display(),
            lines.collect::<String>()
        );
    }

    #[expect(
        clippy::print_stdout,
        reason = "scripts/durability shows what was counted"
    )]
    fn report(&self, evidence: &Evidence) {
        let heard = evidence.readers.iter().flat_map(|reader| &reader.histories);
        println!(
            "{}: {} acknowledged, {} asked to try again, {} seen by readers; no fault; {:.1?}, {}",
            self.name,
            self.shared.acknowledged(),
            self.shared.busy(),
            heard.map(Vec::len).sum::<usize>(),
            self.began.elapsed(),
            self.seed.words(),
        );
    }
}

/// Signs up Ana, Bo, Cleo, Eve and Fay. All are friends of Ana.
async fn meet(program: &Program) -> Vec<Person> {
    let mut people: Vec<Person> = Vec::new();
    for name in ["ana", "bo", "cleo", "eve", "fay"] {
        let mut person = Person::new(program.address);
        person.sign_up(name).await;
        if let Some(ana) = people.first() {
            ana.befriend(&person).await;
        }
        people.push(person);
    }
    people
}
