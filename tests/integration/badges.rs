//! Badges cannot stick: people act at random (a property test). At any time the counts must equal
//! those computed from the tables. After a person has read each room to its end, nothing may be
//! unread.

use std::collections::{HashMap, HashSet};

use diesel::{
    QueryableByName,
    sql_types::{BigInt, Bool, Text},
};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::{
    stage::database::rows,
    support::{Page, Person, Site, Socket},
};

const SEEDS: u64 = 6;
const ACTS: usize = 50;

/// A deterministic random number generator (Vigna's `SplitMix64`).
struct Dice(u64);

impl Dice {
    fn throw(&mut self, sides: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        let mixed = mixed ^ (mixed >> 31);
        usize::try_from(mixed % sides as u64).unwrap()
    }

    fn choose<'a, T>(&mut self, all: &'a [T]) -> Option<&'a T> {
        (!all.is_empty()).then(|| &all[self.throw(all.len())])
    }
}

struct Somebody {
    person: Person,
    socket: Socket,
    token: String,
}

#[derive(QueryableByName)]
struct Place {
    #[diesel(sql_type = BigInt)]
    room: i64,
    #[diesel(sql_type = BigInt)]
    user: i64,
    #[diesel(sql_type = BigInt)]
    read_seq: i64,
    #[diesel(sql_type = Text)]
    kind: String,
}

#[derive(QueryableByName)]
struct Said {
    #[diesel(sql_type = BigInt)]
    id: i64,
    #[diesel(sql_type = BigInt)]
    room: i64,
    #[diesel(sql_type = BigInt)]
    seq: i64,
    #[diesel(sql_type = BigInt)]
    author: i64,
    #[diesel(sql_type = Bool)]
    counts: bool,
}

#[derive(QueryableByName, PartialEq, Eq, Hash)]
struct Pair {
    #[diesel(sql_type = BigInt)]
    one: i64,
    #[diesel(sql_type = BigInt)]
    other: i64,
}

/// The number of unread messages and mentions, by person and room.
type Counts = HashMap<(i64, i64), (i64, i64)>;

/// Counts from the tables, one message at a time.
fn recounted(site: &Site) -> Counts {
    let database = site.settings.database_path();
    let places: Vec<Place> = rows(
        &database,
        "SELECT room_id AS room, user_id AS user, read_seq, kind FROM members JOIN rooms ON rooms.id = room_id",
    );
    let said: Vec<Said> = rows(
        &database,
        "SELECT id, room_id AS room, seq, author_id AS author, deleted_at IS NULL AND notice IS NULL AS counts FROM messages",
    );
    let pairs = |query: &str| -> HashSet<Pair> { rows(&database, query).into_iter().collect() };
    let calls = pairs("SELECT message_id AS one, user_id AS other FROM mentions");
    let blocks = pairs("SELECT blocker_id AS one, blocked_id AS other FROM blocks");
    let has = |pairs: &HashSet<Pair>, one, other| pairs.contains(&Pair { one, other });
    let of_place = |place: &Place| {
        let unread = said.iter().filter(|message| {
            message.room == place.room
                && message.seq > place.read_seq
                && message.counts
                && message.author != place.user
                && !has(&blocks, place.user, message.author)
        });
        let calling =
            |message: &&Said| place.kind == "direct" || has(&calls, message.id, place.user);
        let (all, calling) = (unread.clone().count(), unread.filter(calling).count());
        let counts = (i64::try_from(all).unwrap(), i64::try_from(calling).unwrap());
        ((place.user, place.room), counts)
    };
    places.iter().map(of_place).collect()
}

impl Somebody {
    async fn join(site: &Site, name: &str) -> Self {
        let person = site.sign_up(name).await;
        let token = person.csrf_token("/friends/").await;
        let socket = person.socket().await;
        Self {
            person,
            socket,
            token,
        }
    }

    /// Submits a form. It may be refused, but not because of a rate limit or an error in the test.
    async fn send(&self, path: &str, typed: &[(&str, String)]) -> Page {
        let mut fields = vec![("csrf_token".to_owned(), self.token.clone())];
        fields.extend(
            typed
                .iter()
                .map(|(name, value)| ((*name).to_owned(), value.clone())),
        );
        let answer = self.person.post(path, &fields).await;
        let is_known = [303, 403, 404, 409, 422].contains(&answer.status);
        assert!(is_known, "{path}: {} {}", answer.status, answer.body);
        answer
    }

    /// Returns the counts that the server sends for every room.
    async fn told(&mut self) -> Counts {
        let refused = self.socket.take_heard(&["error.reported"]).await;
        assert!(refused.is_empty(), "{refused:?}");
        self.socket.send(json!({"type": "unread.ask"})).await;
        let told = self.socket.wait_for("unread.told").await;
        let number = |room: &Value, key: &str| room[key].as_i64().unwrap();
        let rooms = told["rooms"].as_array().unwrap().iter();
        rooms
            .map(|room| {
                let counts = (number(room, "unread"), number(room, "mentions"));
                ((self.person.id, number(room, "room")), counts)
            })
            .collect()
    }

    /// Reads a room to its end, either with the page in a browser without scripts, or with the
    /// event that a script sends.
    async fn read_to_the_end(&mut self, room: i64, by_script: bool) {
        if !by_script {
            self.person.open(&format!("/rooms/{room}/")).await;
            return;
        }
        let log = self.person.open(&format!("/rooms/{room}/log/")).await;
        let last = log.all_attributes("article[data-seq]", "data-seq").pop();
        let Some(last) = last else { return };
        let seq: i64 = last.parse().unwrap();
        self.socket
            .send(json!({"type": "room.read", "room": room, "seq": seq}))
            .await;
    }
}

struct Play {
    site: Site,
    people: Vec<Somebody>,
    dice: Dice,
}

impl Play {
    async fn begin() -> Self {
        let site = Site::start_with(|settings| {
            let many = || "100000/1s".parse().unwrap();
            let rates = &mut settings.rates;
            (rates.messages, rates.messages_ip) = (many(), many());
            (rates.reactions, rates.reactions_ip) = (many(), many());
            (rates.room_changes, rates.room_changes_ip) = (many(), many());
            (rates.invitations, rates.invitations_ip) = (many(), many());
            (rates.room_creations, rates.room_creations_ip) = (many(), many());
            (rates.read_marks, rates.page_reads, rates.forms) = (many(), many(), many());
            (rates.page_reads_ip, rates.forms_ip) = (many(), many());
            (rates.events, rates.socket_reads) = (many(), many());
            (rates.friend_requests, rates.friend_requests_ip) = (many(), many());
            settings.limits.socket_events = "100000/1s".parse().unwrap();
        })
        .await;
        let mut people = Vec::new();
        for name in ["ana", "bo", "cleo"] {
            people.push(Somebody::join(&site, name).await);
        }
        let pairs = [(0, 1), (0, 2), (1, 2)];
        for (one, other) in pairs {
            people[one].person.befriend(&people[other].person).await;
        }
        Self {
            site,
            people,
            dice: Dice(0),
        }
    }

    /// Creates an open and a closed room.
    async fn make_rooms(&self, seed: u64) {
        for (access, owner) in [("open", 0), ("closed", 1)] {
            let name = format!("{access} {seed}");
            let typed = [("kind", "room"), ("access", access), ("name", &name)];
            let typed = typed.map(|(key, value)| (key, value.to_owned()));
            self.people[owner].send("/rooms/new/", &typed).await;
        }
    }

    fn number(&self, query: &str) -> Vec<i64> {
        let pairs: Vec<Pair> = rows(&self.site.settings.database_path(), query);
        pairs.into_iter().map(|pair| pair.one).collect()
    }

    fn rooms_of(&self, who: usize) -> Vec<i64> {
        let id = self.people[who].person.id;
        self.number(&format!(
            "SELECT room_id AS one, 0 AS other FROM members WHERE user_id = {id} ORDER BY room_id DESC LIMIT 6"
        ))
    }

    /// Returns one of the newest messages of a room.
    fn message_in(&mut self, room: i64) -> Option<i64> {
        let newest = self.number(&format!(
            "SELECT id AS one, 0 AS other FROM messages WHERE room_id = {room} ORDER BY seq DESC LIMIT 8"
        ));
        self.dice.choose(&newest).copied()
    }

    async fn act(&mut self) {
        let (who, other) = (self.dice.throw(3), self.dice.throw(3));
        let rooms = self.rooms_of(who);
        let room = self.dice.choose(&rooms).copied().unwrap_or(0);
        let act = self.dice.throw(30);
        match act {
            0..=9 => self.post(who, other, room).await,
            10..=15 => self.change_message(who, other, room).await,
            16..=19 => self.move_position(who, room).await,
            _ => self.meet_and_part(who, other, room).await,
        }
    }

    async fn post(&mut self, who: usize, other: usize, room: i64) {
        let reply = match self.dice.throw(3) {
            0 => self.message_in(room).map(|id| id.to_string()),
            _ => None,
        };
        let body = match self.dice.throw(3) {
            0 => "hello".to_owned(),
            _ => format!("@{} hello", self.people[other].person.name),
        };
        let typed = [
            ("body", body),
            ("client_id", Uuid::new_v4().to_string()),
            ("reply_to", reply.unwrap_or_default()),
        ];
        self.people[who]
            .send(&format!("/rooms/{room}/messages/"), &typed)
            .await;
    }

    async fn change_message(&mut self, who: usize, other: usize, room: i64) {
        let Some(message) = self.message_in(room) else {
            return;
        };
        let path = |act: &str| format!("/rooms/{room}/messages/{message}/{act}/");
        let name = &self.people[other].person.name;
        let client_id = ("client_id", Uuid::new_v4().to_string());
        let (act, typed) = match self.dice.throw(4) {
            0 => ("edit", vec![client_id, ("body", format!("@{name}, you"))]),
            1 => ("edit", vec![client_id, ("body", "nobody".to_owned())]),
            2 => ("delete", vec![client_id]),
            _ => ("reactions", vec![("emoji", "🌱".to_owned())]),
        };
        self.people[who].send(&path(act), &typed).await;
    }

    async fn move_position(&mut self, who: usize, room: i64) {
        match self.dice.throw(5) {
            0 => drop(self.people[who].send("/read-all/", &[]).await),
            1 => drop(self.people[who].send("/read-all/undo/", &[]).await),
            2 => {
                if let Some(message) = self.message_in(room) {
                    let path = format!("/rooms/{room}/messages/{message}/unread/");
                    self.people[who].send(&path, &[]).await;
                }
            }
            by => {
                if room > 0 {
                    self.people[who].read_to_the_end(room, by == 3).await;
                }
            }
        }
    }

    async fn meet_and_part(&mut self, who: usize, other: usize, room: i64) {
        let (me, them) = (&self.people[who], &self.people[other]);
        let theirs = them.person.id;
        let name = ("username", them.person.name.clone());
        match self.dice.throw(9) {
            0 => drop(me.send(&format!("/friends/{theirs}/block/"), &[]).await),
            1 | 2 => {
                me.send(&format!("/friends/{theirs}/unblock/"), &[]).await;
                me.send("/friends/add/", &[name]).await;
                let mine = ("username", me.person.name.clone());
                them.send("/friends/add/", &[mine]).await;
            }
            3 => drop(me.send(&format!("/rooms/{room}/leave/"), &[]).await),
            4 | 5 => {
                let open = "SELECT id AS one, 0 AS other FROM rooms WHERE kind = 'open' ORDER BY id DESC LIMIT 1";
                for room in self.number(open) {
                    me.send(&format!("/rooms/{room}/join/"), &[]).await;
                }
            }
            6 => {
                let people = [("people", theirs.to_string())];
                me.send(&format!("/rooms/{room}/people/"), &people).await;
            }
            7 => {
                let path = format!("/rooms/{room}/people/{theirs}/remove/");
                me.send(&path, &[]).await;
            }
            _ => {
                let act = ["archive", "unarchive"][self.dice.throw(2)];
                me.send(&format!("/rooms/{room}/{act}/"), &[]).await;
            }
        }
    }

    /// Checks that the counts of everybody equal those from the tables.
    async fn check_counts(&mut self, seed: u64) -> Counts {
        // First, because earlier events of the socket are handled when this one is answered.
        let mut told = Counts::new();
        for person in &mut self.people {
            told.extend(person.told().await);
        }
        let recounted = recounted(&self.site);
        assert_eq!(told, recounted, "seed {seed}");
        recounted
    }

    async fn read_everything(&mut self, seed: u64) {
        for (who, by_script) in [(0, true), (1, false), (2, seed.is_multiple_of(2))] {
            let id = self.people[who].person.id;
            let all =
                format!("SELECT room_id AS one, 0 AS other FROM members WHERE user_id = {id}");
            for room in self.number(&all) {
                self.people[who].read_to_the_end(room, by_script).await;
            }
        }
    }
}

#[tokio::test]
async fn whatever_people_do_reading_to_the_end_leaves_no_badge() {
    let mut play = Play::begin().await;
    let mut most = 0;
    for seed in 1..=SEEDS {
        play.dice = Dice(seed);
        play.make_rooms(seed).await;
        for _ in 0..ACTS {
            play.act().await;
        }
        let before = play.check_counts(seed).await;
        most = most.max(
            before
                .values()
                .map(|(unread, _)| *unread)
                .max()
                .unwrap_or(0),
        );

        play.read_everything(seed).await;

        let after = play.check_counts(seed).await;
        let left: Vec<_> = after
            .iter()
            .filter(|(_, counts)| **counts != (0, 0))
            .collect();
        assert!(left.is_empty(), "seed {seed}: {left:?}");
        for Somebody { person, .. } in &play.people {
            let list = person.open("/").await;
            assert!(
                !list.has("a[data-conversation].unread, .badge:not([hidden])"),
                "seed {seed}"
            );
            assert_eq!(
                list.texts("title"),
                ["Conversations – Parlour"],
                "seed {seed}"
            );
        }
    }
    assert!(most > 2, "something was unread before: {most}");
}
