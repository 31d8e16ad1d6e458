//! Messages at a fixed rate, and an account of who got what and when.

use std::time::Duration;

use anyhow::Result;
use hdrhistogram::Histogram;

use crate::fleet::Fleet;
use crate::frames::TEXT;
use crate::schedule::Schedule;
use crate::stamp::Stamp;

/// How long the last messages may take.
const GRACE: Duration = Duration::from_secs(5);
/// A turn of the poll, when nothing is due.
const TURN: Duration = Duration::from_millis(20);
const LONGEST_LATENCY_NS: u64 = 120_000_000_000;

/// How messages are sent.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Load {
    pub(crate) rate: f64,
    pub(crate) seconds: f64,
    pub(crate) rooms: usize,
    pub(crate) payload_bytes: usize,
}

/// What came of it.
#[derive(Debug)]
pub(crate) struct Outcome {
    pub(crate) sent: u64,
    pub(crate) expected: u64,
    pub(crate) delivered: u64,
    pub(crate) out_of_order: u64,
    pub(crate) latencies: Histogram<u64>,
    /// From the first message to the last delivery.
    pub(crate) took: Duration,
}

/// Sends into every room from its first socket, and listens on all that `counts` names.
pub(crate) fn run(
    fleet: &mut Fleet,
    load: Load,
    counts: impl Fn(usize) -> bool,
    mut every_turn: impl FnMut(&Fleet) -> Result<()>,
) -> Result<Outcome> {
    let mut schedule = Schedule::new(load.rate, load.seconds, load.rooms);
    let members = members_of_rooms(fleet, load.rooms, &counts);
    let mut next_number = vec![0_u32; fleet.clients.len()];
    let mut outcome = Outcome {
        sent: 0,
        expected: 0,
        delivered: 0,
        out_of_order: 0,
        latencies: Histogram::new_with_bounds(1_000, LONGEST_LATENCY_NS, 3)?,
        took: Duration::ZERO,
    };
    let mut last_ns = 0;
    let mut give_up_ns = u64::MAX;
    fleet.restart_clock();
    while outcome.sent < schedule.total() || outcome.delivered < outcome.expected {
        let now_ns = fleet.now_ns();
        while let Some(due) = schedule.take(now_ns) {
            let stamp = Stamp {
                number: due.number,
                due_ns: due.due_ns,
            };
            let text = stamp.text(load.payload_bytes);
            let message = format!(r#"{{"message":"{text}"}}"#);
            fleet.clients[due.room].send(TEXT, message.as_bytes());
            outcome.sent += 1;
            outcome.expected += members[due.room];
        }
        let patience = schedule.next_ns().map_or(TURN, |next| {
            Duration::from_nanos(next.saturating_sub(fleet.now_ns())).min(TURN)
        });
        if schedule.next_ns().is_none() && give_up_ns == u64::MAX {
            give_up_ns = now_ns + GRACE.as_nanos() as u64;
        }
        if now_ns > give_up_ns {
            break;
        }
        let arrived_ns = &mut 0;
        let started = fleet.started();
        fleet.turn(patience, |index, message| {
            let Some(stamp) = Stamp::find(message).filter(|_| counts(index)) else {
                return;
            };
            *arrived_ns = started.elapsed().as_nanos() as u64;
            let latency = arrived_ns.saturating_sub(stamp.due_ns);
            outcome.latencies.saturating_record(latency);
            outcome.delivered += 1;
            if stamp.number < next_number[index] {
                outcome.out_of_order += 1;
            }
            next_number[index] = stamp.number + 1;
        })?;
        last_ns = last_ns.max(*arrived_ns);
        every_turn(fleet)?;
    }
    outcome.took = Duration::from_nanos(last_ns);
    Ok(outcome)
}

fn members_of_rooms(fleet: &Fleet, rooms: usize, counts: impl Fn(usize) -> bool) -> Vec<u64> {
    let mut members = vec![0; rooms];
    for (index, client) in fleet.clients.iter().enumerate() {
        members[client.room] += u64::from(counts(index));
    }
    members
}
