use std::net::Ipv4Addr;

use super::*;
use crate::config::Settings;

const HOME: IpAddr = IpAddr::V4(Ipv4Addr::new(192, 0, 2, 1));
const SCHOOL: IpAddr = IpAddr::V4(Ipv4Addr::new(198, 51, 100, 1));
const MINUTE: Duration = Duration::from_secs(60);

/// A clock that stands still until it is told.
#[derive(Clone)]
struct Hands(Arc<Mutex<Instant>>);

impl Hands {
    fn forward(&self, time: Duration) {
        *self.0.lock().unwrap() += time;
    }
}

fn limits() -> (Limits, Hands) {
    let hands = Hands(Arc::new(Mutex::new(Instant::now())));
    let read = hands.clone();
    let rates = Settings::for_data("unused").rates;
    let limits = Limits::with_clock(&rates, move || *read.0.lock().unwrap());
    (limits, hands)
}

fn wait(result: Result<impl fmt::Debug>) -> Duration {
    match result {
        Err(Error::TooMany { retry_after }) => retry_after,
        other => panic!("allowed: {other:?}"),
    }
}

fn fail(limits: &Limits, name: &str, address: IpAddr) {
    drop(limits.start_login(name, address).unwrap());
}

#[test]
fn a_bucket_empties_and_refills() {
    let (limits, hands) = limits();
    let ask = || limits.check(Action::FriendRequest, Some(Account::Id(1)), HOME);
    for _ in 0..20 {
        ask().unwrap();
    }

    let retry_after = wait(ask());

    assert_eq!(retry_after, 3 * MINUTE);
    hands.forward(retry_after);
    ask().unwrap();
    wait(ask());
}

#[test]
fn two_rates_hold_together() {
    let (limits, hands) = limits();
    let post = || limits.check(Action::Message, Some(Account::Id(1)), HOME);
    let first = (0..100).filter(|_| post().is_ok()).count();
    let mut round = 0;
    for _ in 0..60 {
        hands.forward(Duration::from_secs(10));
        round = (0..100).filter(|_| post().is_ok()).count();
    }

    assert_eq!(
        (first, round),
        (30, 10),
        "30 at once, but 600 in 10 minutes"
    );
}

#[test]
fn a_refused_try_takes_nothing() {
    let (limits, _hands) = limits();
    for _ in 0..20 {
        limits
            .check(Action::FriendRequest, Some(Account::Id(1)), HOME)
            .unwrap();
    }
    for _ in 0..100 {
        wait(limits.check(Action::FriendRequest, Some(Account::Id(1)), HOME));
    }

    // 60 an hour for the address: 40 are left for the others behind it.
    for _ in 0..20 {
        limits
            .check(Action::FriendRequest, Some(Account::Id(2)), HOME)
            .unwrap();
    }
    for _ in 0..20 {
        limits
            .check(Action::FriendRequest, Some(Account::Id(3)), HOME)
            .unwrap();
    }
    wait(limits.check(Action::FriendRequest, Some(Account::Id(4)), HOME));
    limits
        .check(Action::FriendRequest, Some(Account::Id(4)), SCHOOL)
        .unwrap();
}

#[test]
fn one_ipv6_network_is_one_address() {
    let (limits, _hands) = limits();
    let register =
        |address: &str| limits.check(Action::Registration, None, address.parse().unwrap());
    for i in 0..60 {
        register(&format!("2001:db8::{i:x}")).unwrap();
    }

    wait(register("2001:db8::ffff:ffff:ffff:ffff"));
    register("2001:db8:0:1::1").unwrap();
    assert_eq!(network("::ffff:192.0.2.1".parse().unwrap()), HOME);
}

#[test]
fn ten_wrong_passwords_make_the_name_wait_and_nobody_else() {
    let (limits, hands) = limits();
    for _ in 0..10 {
        fail(&limits, "ana", HOME);
    }

    let retry_after = wait(limits.start_login("ana", SCHOOL));

    assert_eq!(retry_after, Duration::from_secs(90));
    fail(&limits, "bo", HOME);
    hands.forward(retry_after);
    fail(&limits, "ana", SCHOOL);
}

#[test]
fn the_wait_grows_to_fifteen_minutes_and_never_further() {
    let (limits, hands) = limits();
    for _ in 0..10 {
        fail(&limits, "ana", HOME);
    }

    let mut waits = Vec::new();
    for _ in 0..6 {
        let retry_after = wait(limits.start_login("ana", HOME));
        waits.push(retry_after.as_secs());
        hands.forward(retry_after);
        fail(&limits, "ana", HOME);
    }

    assert_eq!(waits, [90, 180, 360, 720, 900, 900]);
    hands.forward(31 * MINUTE);
    for _ in 0..10 {
        fail(&limits, "ana", HOME);
    }
    assert_eq!(wait(limits.start_login("ana", HOME)).as_secs(), 90);
}

#[test]
fn logging_in_counts_nothing_and_forgets_the_failures_of_the_name() {
    let (limits, _hands) = limits();
    for _ in 0..200 {
        limits.start_login("ana", HOME).unwrap().succeeded();
    }
    for _ in 0..9 {
        fail(&limits, "ana", HOME);
    }
    limits.start_login("ana", HOME).unwrap().succeeded();

    for _ in 0..10 {
        fail(&limits, "ana", HOME);
    }
    wait(limits.start_login("ana", HOME));
}

#[test]
fn guesses_that_arrive_together_are_counted_one_by_one() {
    let (limits, _hands) = limits();

    let together: Vec<_> = (0..100).map(|_| limits.start_login("ana", HOME)).collect();

    assert_eq!(
        together.iter().filter(|attempt| attempt.is_ok()).count(),
        10
    );
}

#[test]
fn a_busy_server_does_not_count_against_the_person() {
    let (limits, _hands) = limits();
    for _ in 0..30 {
        limits.start_login("ana", HOME).unwrap().abandoned();
    }
}

#[test]
fn an_address_that_tries_many_names_has_to_wait() {
    let (limits, _hands) = limits();
    for i in 0..50 {
        fail(&limits, &format!("name{i}"), HOME);
    }

    wait(limits.start_login("ana", HOME));
    fail(&limits, "ana", SCHOOL);
}

#[test]
fn memory_is_bounded() {
    let (limits, _hands) = limits();
    for i in 0..60_000 {
        let address = IpAddr::V4(Ipv4Addr::from_bits(i));
        limits
            .check(
                Action::FriendRequest,
                Some(Account::Id(i64::from(i))),
                address,
            )
            .unwrap();
    }

    assert_eq!(limits.lock().len(), MAX_KEYS);
    let long = Account::named(&"x".repeat(50_000));
    assert_eq!(long, Account::Name("x".repeat(160)));
}
