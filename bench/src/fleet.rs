//! All sockets of a run behind one poll.

use std::io::ErrorKind;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result};
use mio::{Events, Interest, Poll, Token};

use crate::socket::{Client, Target};

const IDLE_TURN: Duration = Duration::from_millis(100);
const READ_BYTES: usize = 256 * 1024;
/// The number of sockets that are read before the schedule is checked. If all that are ready were
/// read, messages that are due in between would be sent late and in a burst, and the delay would be
/// attributed to the server.
const EVENTS: usize = 128;

/// Open sockets.
pub(crate) struct Fleet {
    poll: Poll,
    events: Events,
    pub(crate) clients: Vec<Client>,
    buffer: Vec<u8>,
    /// When the clock of the run started.
    pub(crate) started: Instant,
}

impl Fleet {
    /// Opens one connection to each target.
    pub(crate) fn open(targets: impl IntoIterator<Item = Target>) -> Result<Self> {
        let poll = Poll::new()?;
        let mut clients = Vec::new();
        for (index, target) in targets.into_iter().enumerate() {
            let client = Client::connect(&target, index);
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

    /// The time since the start of the run, in nanoseconds.
    pub(crate) fn now_ns(&self) -> u64 {
        u64::try_from(self.started.elapsed().as_nanos()).unwrap_or(u64::MAX)
    }

    /// Stops reading a socket, which stays open.
    pub(crate) fn stop_reading(&mut self, index: usize) -> Result<()> {
        let stream = &mut self.clients[index].stream;
        Ok(self.poll.registry().deregister(stream)?)
    }

    /// Waits for at most `patience`, and passes each received message to `heard`, with the
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

    /// Reads and drops messages for this time.
    pub(crate) fn idle(&mut self, seconds: f64) -> Result<()> {
        let until = Instant::now() + Duration::from_secs_f64(seconds);
        while Instant::now() < until {
            self.turn(IDLE_TURN, |_, _| {})?;
        }
        Ok(())
    }

    /// How many sockets are still open.
    pub(crate) fn open_sockets(&self) -> usize {
        self.clients.iter().filter(|client| client.is_open).count()
    }
}
