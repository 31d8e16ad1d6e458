//! Sends messages at a fixed rate, and records all deliveries with their times.

use std::time::{Duration, Instant};

use anyhow::Result;
use hdrhistogram::Histogram;

use crate::fleet::Fleet;
use crate::frames::TEXT;
use crate::report::{Report, latencies};
use crate::schedule::{Schedule, Stamp};
use crate::server::Server;

/// How long to wait for the last messages; shorter in tests.
const GRACE: Duration = Duration::from_millis(if cfg!(test) { 1000 } else { 5000 });
/// The poll interval when nothing is due.
const TURN: Duration = Duration::from_millis(20);

/// How many messages, how fast, into how many rooms.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Load {
    pub(crate) rate: f64,
    pub(crate) seconds: f64,
    pub(crate) rooms: usize,
}

/// The messages of a server's protocol.
pub(crate) trait Talk {
    /// The socket that sends the next message of a room, and its frame's text.
    fn say(&self, room: usize, stamp: Stamp) -> (usize, String);

    /// How many sockets should receive a message of a room.
    fn listeners(&self, room: usize) -> u64;

    /// The stamp of a message that counts for this socket.
    fn hear(&mut self, socket: usize, message: &[u8], now_ns: u64) -> Option<Stamp>;
}

/// The numbers of sent and delivered messages, and the latencies.
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

impl Outcome {
    /// Adds the figures that all modes report about messages.
    pub(super) fn add_to(&self, report: &mut Report) {
        let Self {
            sent,
            expected,
            delivered,
            ..
        } = *self;
        report.add("sent", sent);
        report.add("delivered", delivered);
        report.add("lost", expected.saturating_sub(delivered));
        report.add(
            "delivered_percent",
            100.0 * delivered as f64 / expected as f64,
        );
        report.add("out_of_order", self.out_of_order);
        report.add(
            "deliveries_per_s",
            delivered as f64 / self.took.as_secs_f64(),
        );
        report.add_latencies("", &self.latencies);
    }

    /// Adds the CPU time of the server's process since `cpu_before`, if `--pid` was given.
    pub(super) fn add_cost(
        &self,
        report: &mut Report,
        server: &Server,
        cpu_before: Option<Duration>,
    ) -> Result<()> {
        if let Some((cpu, process)) = server.cpu_since(cpu_before)?.zip(server.named_process()) {
            report.add("cpu_s", cpu);
            report.add("cpu_s_per_million", cpu * 1e6 / self.delivered as f64);
            let memory = process.memory()?;
            report.add("resident_kib", memory.resident_kib);
            report.add("peak_kib", memory.peak_kib);
        }
        Ok(())
    }
}

/// Sends messages according to `load`, and waits until all are delivered, or for a grace period
/// after the last one.
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
    fleet.started = Instant::now();
    while outcome.sent < schedule.total || outcome.delivered < outcome.expected {
        let now_ns = fleet.now_ns();
        if now_ns > give_up_ns {
            break;
        }
        while let Some((room, stamp)) = schedule.take(now_ns) {
            let (socket, text) = talk.say(room, stamp);
            fleet.clients[socket].send(TEXT, text.as_bytes());
            outcome.sent += 1;
            outcome.expected += talk.listeners(room);
        }
        let until_next = schedule.next_ns().map(|next| {
            let left = next.saturating_sub(fleet.now_ns());
            Duration::from_nanos(left).min(TURN)
        });
        if until_next.is_none() && give_up_ns == u64::MAX {
            give_up_ns = now_ns + GRACE.as_nanos() as u64;
        }
        let started = fleet.started;
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

    /// Echoes every message of a client, except those with a number in `lost`.
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
        let target = Target {
            address: listener.local_addr().unwrap(),
            path: "/".to_owned(),
            headers: String::new(),
        };
        let server = thread::spawn(move || echo(listener.accept().unwrap().0, lost));
        let mut fleet = Fleet::open([target]).unwrap();
        let mut talk = Tutorial::new(1, 1, 40);
        let (rate, seconds, rooms) = (200.0, 0.1, 1);
        let load = Load {
            rate,
            seconds,
            rooms,
        };
        let outcome = run(&mut fleet, load, &mut talk, |_| Ok(())).unwrap();
        drop(fleet);
        server.join().unwrap();
        outcome
    }

    #[test]
    fn what_comes_back_is_counted_once_and_in_order_and_the_rest_is_missed() {
        let all = outcome_with(&[]);
        assert_eq!((all.sent, all.expected, all.delivered), (20, 20, 20));
        assert_eq!((all.out_of_order, all.latencies.len()), (0, 20));
        assert!(all.took >= Duration::from_millis(90));
        let some = outcome_with(&[3, 19]);
        assert_eq!(
            (some.expected, some.delivered, some.out_of_order),
            (20, 18, 0)
        );
    }
}
