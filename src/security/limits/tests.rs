use std::net::Ipv4Addr;
use std::time::Duration;

use super::slots::Kind;
use super::*;
use crate::config::Settings;

const HOME: IpAddr = IpAddr::V4(Ipv4Addr::new(192, 0, 2, 1));
const SCHOOL: IpAddr = IpAddr::V4(Ipv4Addr::new(198, 51, 100, 1));
const MINUTE: Duration = Duration::from_secs(60);

/// A clock that the test advances.
#[derive(Clone)]
struct Hands(Arc<Mutex<Instant>>);

impl Hands {
    fn forward(&self, time: Duration) {
        *self.0.lock().unwrap() += time;
    }
}

fn limits() -> (RateLimiter, Hands) {
    limits_for(50_000)
}

/// Returns a limiter with room for `buckets` of each kind, and its clock.
fn limits_for(buckets: usize) -> (RateLimiter, Hands) {
    let hands = Hands(Arc::new(Mutex::new(Instant::now())));
    let read = hands.clone();
    let mut rates = Settings::for_data("unused").rates;
    rates.limiter_buckets = buckets;
    let limits = RateLimiter::with_clock(&rates, move || *read.0.lock().unwrap());
    (limits, hands)
}

fn wait(result: Result<impl fmt::Debug>) -> Duration {
    match result {
        Err(Error::TooMany { retry_after }) => retry_after,
        other => panic!("allowed: {other:?}"),
    }
}

/// Returns one of many addresses.
fn numbered(number: u32) -> IpAddr {
    IpAddr::V4(Ipv4Addr::from_bits(0x0a00_0000 + number))
}

fn buckets(limits: &RateLimiter, kind: Kind) -> usize {
    limits.lock().peek(kind).len()
}

fn fail(limits: &RateLimiter, name: &str, address: IpAddr) {
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

    // The address allows 60 an hour, so 40 are left for other people behind it.
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
fn each_kind_of_key_has_its_own_bounded_room() {
    let (limits, _hands) = limits_for(1_000);
    for i in 0..3_000 {
        limits
            .check(
                Action::FriendRequest,
                Some(Account::Id(i64::from(i))),
                numbered(i),
            )
            .unwrap();
        fail(&limits, &format!("name{i}"), numbered(i));
    }

    for kind in [Kind::Network, Kind::Account, Kind::Name] {
        assert_eq!(buckets(&limits, kind), 1_000, "{kind:?}");
    }
}

#[test]
fn a_try_that_the_address_may_not_make_leaves_no_bucket_of_the_name() {
    let (limits, _hands) = limits();
    for i in 0..50 {
        fail(&limits, &format!("name{i}"), HOME);
    }
    let before = buckets(&limits, Kind::Name);

    for i in 50..1_000 {
        wait(limits.start_login(&format!("name{i}"), HOME));
    }

    assert_eq!((before, buckets(&limits, Kind::Name)), (50, 50));
}

#[test]
fn a_try_that_the_account_may_not_make_takes_nothing_of_the_address() {
    let (limits, _hands) = limits();
    for _ in 0..20 {
        let ana = Some(Account::Id(1));
        limits.check(Action::FriendRequest, ana, HOME).unwrap();
    }

    wait(limits.check(Action::FriendRequest, Some(Account::Id(1)), SCHOOL));

    assert_eq!(buckets(&limits, Kind::Network), 1, "only of HOME");
}

#[test]
fn a_flood_of_names_does_not_lift_the_wait_of_a_locked_name() {
    let (limits, hands) = limits_for(100);
    for i in 0..10 {
        fail(&limits, "ana", numbered(i));
    }
    let before = wait(limits.start_login("ana", SCHOOL));

    for i in 0..10_000 {
        fail(&limits, &format!("name{i}"), numbered(1_000 + i));
    }

    assert_eq!(wait(limits.start_login("ana", SCHOOL)), before);
    // Eviction of other keys must not reset the failures either, so the next wait is longer.
    hands.forward(before);
    fail(&limits, "ana", SCHOOL);
    for i in 0..10_000 {
        fail(&limits, &format!("name{i}"), numbered(20_000 + i));
    }
    assert_eq!(wait(limits.start_login("ana", SCHOOL)), 2 * before);
}

#[test]
fn a_flood_of_single_tries_does_not_forget_a_name_with_nine_failures() {
    let (limits, _hands) = limits_for(100);
    for i in 0..9 {
        fail(&limits, "ana", numbered(i));
    }

    for i in 0..10_000 {
        fail(&limits, &format!("name{i}"), numbered(1_000 + i));
    }

    fail(&limits, "ana", SCHOOL);
    wait(limits.start_login("ana", SCHOOL));
}

#[test]
fn where_every_name_is_locked_the_others_share_one_bucket() {
    let (limits, hands) = limits_for(10);
    for name in 0..10 {
        for i in 0..10 {
            fail(&limits, &format!("locked{name}"), numbered(name * 10 + i));
        }
    }

    for i in 0..10 {
        fail(&limits, &format!("new{i}"), numbered(1_000 + i));
    }

    let retry_after = wait(limits.start_login("bo", SCHOOL));
    assert!(retry_after <= 15 * MINUTE);
    wait(limits.start_login("locked0", SCHOOL));
    assert_eq!(buckets(&limits, Kind::Name), 11, "the shared one on top");
    hands.forward(60 * MINUTE);
    fail(&limits, "bo", SCHOOL);
}

#[test]
fn buckets_that_are_full_again_are_dropped_also_by_refused_tries() {
    let (limits, hands) = limits();
    for i in 0..100 {
        fail(&limits, &format!("name{i}"), numbered(i));
    }
    hands.forward(2 * MINUTE);
    for _ in 0..20 {
        let ana = Some(Account::Id(1));
        limits.check(Action::FriendRequest, ana, HOME).unwrap();
    }

    for _ in 0..10 {
        wait(limits.check(Action::FriendRequest, Some(Account::Id(1)), HOME));
    }

    assert_eq!(buckets(&limits, Kind::Name), 0);
}

#[test]
fn a_right_password_at_the_limit_of_an_address_leaves_no_wait_behind() {
    let (limits, _hands) = limits();
    for i in 0..49 {
        fail(&limits, &format!("name{i}"), HOME);
    }

    for _ in 0..5 {
        limits.start_login("ana", HOME).unwrap().succeeded();
    }

    fail(&limits, "bo", HOME);
    wait(limits.start_login("bo", HOME));
}

#[test]
fn a_bucket_takes_as_much_memory_as_is_stated() {
    // A hash map fills 7 of 8 slots before it doubles, a B-tree at least half of its nodes. On
    // average they take 1.5 times their content, about 110 bytes per bucket.
    let slot = size_of::<(u64, TokenBucket)>();
    let place = size_of::<(Instant, u64)>();
    assert!(slot <= 48 && place <= 24, "{slot} {place}");
}
