//! Messages at a fixed rate, and an account of who got what and when.

use std::time::Duration;

use anyhow::Result;
use hdrhistogram::Histogram;

use crate::fleet::Fleet;
use crate::frames::TEXT;
use crate::schedule::{Due, Schedule};
use crate::stamp::Stamp;

/// How long the last messages may take; tests know what will not come.
const GRACE: Duration = Duration::from_millis(if cfg!(test) { 1000 } else { 5000 });
/// A turn of the poll, when nothing is due.
const TURN: Duration = Duration::from_millis(20);
const LONGEST_LATENCY_NS: u64 = 120_000_000_000;

/// How many messages, how fast, into how many rooms.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Load {
    pub(crate) rate: f64,
    pub(crate) seconds: f64,
    pub(crate) rooms: usize,
}

/// What is said and heard: the protocol of a server.
pub(crate) trait Talk {
    /// The socket that sends this message, and its frame's text.
    fn say(&self, due: Due) -> (usize, String);

    /// How many sockets should hear what is said in a room.
    fn listeners(&self, room: usize) -> u64;

    /// The stamp of a message that counts for this socket.
    fn hear(&mut self, socket: usize, message: &[u8], now_ns: u64) -> Option<Stamp>;

    /// What sockets say to what they have heard: the socket, and its frame's text.
    fn answers(&mut self, now_ns: u64) -> Vec<(usize, String)> {
        let _ = now_ns;
        Vec::new()
    }
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

/// A histogram of nanoseconds, to three digits.
pub(crate) fn latencies() -> Result<Histogram<u64>> {
    Ok(Histogram::new_with_bounds(1_000, LONGEST_LATENCY_NS, 3)?)
}

/// Sends as `load` says and waits until all is delivered, or for a grace after the last message.
pub(crate) fn run(
    fleet: &mut Fleet,
    load: Load,
    talk: &mut impl Talk,
    mut every_turn: impl FnMut(&Fleet) -> Result<()>,
) -> Result<Outcome> {
    let mut schedule = Schedule::new(load.rate, load.seconds, load.rooms);
    let mut next_number = vec![0_u32; fleet.clients.len()];
    let mut outcome = Outcome {
        sent: 0,
        expected: 0,
        delivered: 0,
        out_of_order: 0,
        latencies: latencies()?,
        took: Duration::ZERO,
    };
    let mut give_up_ns = u64::MAX;
    fleet.restart_clock();
    while outcome.sent < schedule.total() || outcome.delivered < outcome.expected {
        let now_ns = fleet.now_ns();
        if now_ns > give_up_ns {
            break;
        }
        while let Some(due) = schedule.take(now_ns) {
            let (socket, text) = talk.say(due);
            fleet.clients[socket].send(TEXT, text.as_bytes());
            outcome.sent += 1;
            outcome.expected += talk.listeners(due.room);
        }
        for (socket, text) in talk.answers(now_ns) {
            fleet.clients[socket].send(TEXT, text.as_bytes());
        }
        let until_next = schedule.next_ns().map(|next| {
            let left = next.saturating_sub(fleet.now_ns());
            Duration::from_nanos(left).min(TURN)
        });
        if until_next.is_none() && give_up_ns == u64::MAX {
            give_up_ns = now_ns + GRACE.as_nanos() as u64;
        }
        let started = fleet.started();
        fleet.turn(until_next.unwrap_or(TURN), |socket, message| {
            let arrived = started.elapsed();
            let arrived_ns = arrived.as_nanos() as u64;
            let Some(stamp) = talk.hear(socket, message, arrived_ns) else {
                return;
            };
            let latency = arrived_ns.saturating_sub(stamp.due_ns);
            outcome.latencies.saturating_record(latency);
            outcome.delivered += 1;
            outcome.took = arrived;
            outcome.out_of_order += u64::from(stamp.number < next_number[socket]);
            next_number[socket] = stamp.number + 1;
        })?;
        every_turn(fleet)?;
    }
    Ok(outcome)
}

#[cfg(test)]
mod tests {
    use std::io::{Read as _, Write as _};
    use std::net::{TcpListener, TcpStream};
    use std::thread;

    use super::*;
    use crate::modes::tutorial::Tutorial;
    use crate::socket::Target;

    /// A client's header of a short frame: two bytes and the mask, which changes nothing.
    const HEADER: usize = 6;

    /// Says every message of a client back to it, but each with a number in `lost`.
    fn echo(mut stream: TcpStream, lost: &[usize]) {
        let mut request = [0; 1024];
        assert!(stream.read(&mut request).unwrap() > 0);
        stream.write_all(b"HTTP/1.1 101 Hello\r\n\r\n").unwrap();
        let mut header = [0; HEADER];
        for number in 0.. {
            if stream.read_exact(&mut header).is_err() {
                return;
            }
            let len = header[1] & 0x7f;
            let mut payload = vec![0; usize::from(len)];
            stream.read_exact(&mut payload).unwrap();
            if !lost.contains(&number) {
                stream.write_all(&[0x81, len]).unwrap();
                stream.write_all(&payload).unwrap();
            }
        }
    }

    fn outcome_with(lost: &'static [usize]) -> Outcome {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("ws://{}/", listener.local_addr().unwrap());
        let server = thread::spawn(move || echo(listener.accept().unwrap().0, lost));
        let target = Target::new(&url, Vec::new()).unwrap();
        let mut fleet = Fleet::open(&target, 1, 1).unwrap();
        let mut talk = Tutorial::for_all(&fleet, 1, 40);
        let load = Load {
            rate: 200.0,
            seconds: 0.1,
            rooms: 1,
        };
        let outcome = run(&mut fleet, load, &mut talk, |_| Ok(())).unwrap();
        drop(fleet);
        server.join().unwrap();
        outcome
    }

    #[test]
    fn everything_that_comes_back_is_counted_once_and_in_order() {
        let outcome = outcome_with(&[]);
        assert_eq!(
            (outcome.sent, outcome.expected, outcome.delivered),
            (20, 20, 20)
        );
        assert_eq!((outcome.out_of_order, outcome.latencies.len()), (0, 20));
        assert!(outcome.took >= Duration::from_millis(90));
    }

    #[test]
    fn what_does_not_come_back_is_missed() {
        let outcome = outcome_with(&[3, 19]);
        assert_eq!((outcome.expected, outcome.delivered), (20, 18));
        assert_eq!(outcome.out_of_order, 0);
    }
}
