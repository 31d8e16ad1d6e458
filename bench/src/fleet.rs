//! All sockets of a run behind one poll.

use std::io::ErrorKind;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result};
use mio::{Events, Interest, Poll, Token};

use crate::socket::{Client, Target};

const READ_BYTES: usize = 256 * 1024;
/// Sockets that are read before the schedule is looked at again. With all that are ready, what was due
/// in between would go out late and in a burst, and the generator's delay would be taken for the
/// server's.
const EVENTS: usize = 128;

/// Open sockets, spread evenly over rooms.
pub(crate) struct Fleet {
    poll: Poll,
    events: Events,
    pub(crate) clients: Vec<Client>,
    buffer: Vec<u8>,
    started: Instant,
}

impl Fleet {
    /// Opens `sockets` connections in `rooms`: socket `i` is in room `i % rooms`.
    pub(crate) fn open(target: &Target, sockets: usize, rooms: usize) -> Result<Self> {
        Self::open_all((0..sockets).map(|index| (target, index % rooms)))
    }

    /// Opens one connection to each target: socket `i` is in room `i`.
    pub(crate) fn open_each(targets: &[Target]) -> Result<Self> {
        Self::open_all(
            targets
                .iter()
                .enumerate()
                .map(|(room, target)| (target, room)),
        )
    }

    fn open_all<'a>(places: impl Iterator<Item = (&'a Target, usize)>) -> Result<Self> {
        let poll = Poll::new()?;
        let mut clients = Vec::new();
        for (index, (target, room)) in places.enumerate() {
            let client = Client::connect(target, room, index);
            let mut client = client.with_context(|| format!("socket {}", index + 1))?;
            let interest = Interest::READABLE | Interest::WRITABLE;
            poll.registry()
                .register(&mut client.stream, Token(index), interest)?;
            clients.push(client);
        }
        Ok(Self {
            poll,
            events: Events::with_capacity(EVENTS),
            clients,
            buffer: vec![0; READ_BYTES],
            started: Instant::now(),
        })
    }

    /// Starts the run's clock anew.
    pub(crate) fn restart_clock(&mut self) {
        self.started = Instant::now();
    }

    /// When the run's clock started.
    pub(crate) fn started(&self) -> Instant {
        self.started
    }

    /// Nanoseconds of the run so far.
    pub(crate) fn now_ns(&self) -> u64 {
        u64::try_from(self.started.elapsed().as_nanos()).unwrap_or(u64::MAX)
    }

    /// Forgets a socket's messages from now on: it stays open and is never read again.
    pub(crate) fn stop_reading(&mut self, index: usize) -> Result<()> {
        let stream = &mut self.clients[index].stream;
        Ok(self.poll.registry().deregister(stream)?)
    }

    /// Waits for at most `patience`, and gives each message that came to `heard`, with the
    /// receiver's index.
    pub(crate) fn turn(
        &mut self,
        patience: Duration,
        mut heard: impl FnMut(usize, &[u8]),
    ) -> Result<()> {
        match self.poll.poll(&mut self.events, Some(patience)) {
            Ok(()) => {}
            Err(retry) if retry.kind() == ErrorKind::Interrupted => return Ok(()),
            Err(failure) => return Err(failure.into()),
        }
        for event in &self.events {
            let Token(index) = event.token();
            let client = &mut self.clients[index];
            if event.is_writable() {
                client.flush();
            }
            if event.is_readable() || event.is_read_closed() || event.is_error() {
                client.receive(&mut self.buffer, |message| heard(index, message));
            }
        }
        Ok(())
    }

    /// How many sockets are still open.
    pub(crate) fn open_sockets(&self) -> usize {
        self.clients.iter().filter(|client| client.is_open).count()
    }
}
