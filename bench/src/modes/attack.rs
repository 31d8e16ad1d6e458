//! One signed-in person who tries to take all memory of Parlour, and a bystander who pings meanwhile.
//!
//! The person's conversation is full of the costliest texts. Sockets request all of it repeatedly
//! and read nothing; connections request its page and read nothing. Everything is bounded in number
//! and in time.

use std::io::Write as _;
use std::net::TcpStream;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Result, anyhow};
use clap::Args;
use hdrhistogram::Histogram;
use socket2::{Domain, Socket, Type};

use crate::fleet::Fleet;
use crate::frames::TEXT;
use crate::http::Connection;
use crate::people::{Pair, Person, post_frame, wait_for};
use crate::report::{Report, latencies};
use crate::server::{Process, Server};
use crate::socket::Target;

/// Characters that templates escape, in the text and in its source.
const WORST: &str = "&<>\"'";
/// With its number a message of 10,000 characters, the longest of the default settings.
const WORST_TIMES: usize = 1_998;
/// Small, so that the kernel buffers little for a peer that does not read.
const RECEIVE_BUFFER_BYTES: usize = 4 * 1024;
/// Below the rate limit of a socket.
const PING_EVERY: Duration = Duration::from_millis(60);
/// Pings between two pages of the bystander.
const PINGS_PER_PAGE: u32 = 4;
const TURN: Duration = Duration::from_millis(5);
/// The server notices within this time that the sockets of a round are closed.
const CLOSED_WITHIN: Duration = Duration::from_secs(20);

#[derive(Args, Clone, Debug)]
pub(crate) struct Options {
    #[command(flatten)]
    server: Server,
    /// Messages of the costliest text in the conversation.
    #[arg(long, default_value_t = 60)]
    messages: u32,
    /// Sockets that request all of it and read nothing.
    #[arg(long, default_value_t = 20)]
    sockets: usize,
    /// How often each socket requests it.
    #[arg(long, default_value_t = 30)]
    resumes: usize,
    /// Connections that request its page and read nothing.
    #[arg(long, default_value_t = 150)]
    connections: usize,
    /// How often all of it is opened again.
    #[arg(long, default_value_t = 3)]
    rounds: usize,
    /// How long each round lasts, in seconds.
    #[arg(long, default_value_t = 8.0)]
    seconds: f64,
    /// Requests compressed pages.
    #[arg(long)]
    gzip: bool,
}

/// The measurements of the bystander.
struct Seen {
    pongs: Histogram<u64>,
    pages: Histogram<u64>,
    refused_pages: u64,
}

pub(crate) fn run(options: &Options) -> Result<Report> {
    let Options {
        server,
        messages,
        sockets,
        connections,
        rounds,
        ..
    } = options;
    let attacker = Pair::meet(server.address, "k")?;
    let bystander = Pair::meet(server.address, "y")?;
    fill(&attacker, *messages)?;
    let process = server.process()?;
    let before = process.memory()?;
    let is_over = AtomicBool::new(false);
    let (most_kib, seen) = thread::scope(|scope| {
        let watching = scope.spawn(|| watch(server, &bystander.people[0], &is_over));
        let attacked = attack(options, &attacker, process);
        is_over.store(true, Ordering::Relaxed);
        let seen = watching.join();
        let seen = seen.map_err(|_panic| anyhow!("the bystander failed"))??;
        Ok::<_, anyhow::Error>((attacked?, seen))
    })?;
    let after = process.memory()?;

    let mut report = Report::new("attack");
    report.add("messages", *messages);
    report.add("sockets", *sockets);
    report.add("connections", *connections);
    report.add("rounds", *rounds);
    report.add("before_kib", before.resident_kib);
    report.add("before_peak_kib", before.peak_kib);
    report.add("most_kib", most_kib);
    report.add("peak_kib", after.peak_kib);
    report.add("after_kib", after.resident_kib);
    report.add("pings", seen.pongs.len());
    report.add_latencies("", &seen.pongs);
    report.add("pages", seen.pages.len());
    report.add("refused_pages", seen.refused_pages);
    report.add_latencies("page_", &seen.pages);
    Ok(report)
}

/// Posts the costliest texts into the conversation.
fn fill(pair: &Pair, messages: u32) -> Result<()> {
    let mut fleet = Fleet::open([pair.people[0].socket()])?;
    let worst = WORST.repeat(WORST_TIMES).replace('"', "\\\"");
    for number in 0..messages {
        let post = post_frame(pair.room, (0, number.into()), &format!("{number} {worst}"));
        fleet.clients[0].send(TEXT, post.as_bytes());
        wait_for(&mut fleet, &["message.accepted"], 1)?;
    }
    Ok(())
}

/// Opens the sockets of a round. The server may still count those of the previous round, and refuse
/// some, until it has noticed that they are closed.
fn open(targets: &[Target]) -> Result<Fleet> {
    let until = Instant::now() + CLOSED_WITHIN;
    loop {
        match Fleet::open(targets.to_vec()) {
            Err(_) if Instant::now() < until => thread::park_timeout(TURN * 20),
            opened => return opened,
        }
    }
}

/// Opens everything and reads nothing, round after round; returns the maximum of memory.
fn attack(options: &Options, pair: &Pair, process: Process) -> Result<u64> {
    let attacker = &pair.people[0];
    let resume = format!(r#"{{"type":"room.resume","room":{},"after":0}}"#, pair.room);
    let targets = vec![attacker.socket(); options.sockets];
    let mut most_kib = 0;
    for _ in 0..options.rounds {
        let mut fleet = open(&targets)?;
        for index in 0..options.sockets {
            fleet.stop_reading(index)?;
            for _ in 0..options.resumes {
                fleet.clients[index].send(TEXT, resume.as_bytes());
            }
        }
        let asked = (0..options.connections).map(|_| ask(options, attacker, pair.room));
        let unread = asked.collect::<Result<Vec<_>>>()?;
        let until = Instant::now() + Duration::from_secs_f64(options.seconds);
        while Instant::now() < until {
            most_kib = most_kib.max(process.memory()?.resident_kib);
            thread::park_timeout(TURN);
        }
        drop(unread);
    }
    Ok(most_kib)
}

/// A connection that requests the page of the conversation.
fn ask(options: &Options, attacker: &Person, room: u64) -> Result<TcpStream> {
    let socket = Socket::new(
        Domain::for_address(options.server.address),
        Type::STREAM,
        None,
    )?;
    socket.set_recv_buffer_size(RECEIVE_BUFFER_BYTES)?;
    socket.connect(&options.server.address.into())?;
    let mut stream = TcpStream::from(socket);
    let (host, who) = (options.server.address, attacker.headers());
    let encoding = if options.gzip {
        "Accept-Encoding: gzip\r\n"
    } else {
        ""
    };
    let request = format!("GET /rooms/{room}/ HTTP/1.1\r\nHost: {host}\r\n{encoding}{who}\r\n");
    stream.write_all(request.as_bytes())?;
    Ok(stream)
}

/// Measures latency as a bystander: pings over a socket and requests a page at intervals until the attack ends.
fn watch(server: &Server, bystander: &Person, is_over: &AtomicBool) -> Result<Seen> {
    let mut fleet = Fleet::open([bystander.socket()])?;
    let mut pages = Connection::open(server.address)?;
    let mut seen = Seen {
        pongs: latencies()?,
        pages: latencies()?,
        refused_pages: 0,
    };
    let nanos = |since: Instant| u64::try_from(since.elapsed().as_nanos()).unwrap_or(u64::MAX);
    for number in 0.. {
        if is_over.load(Ordering::Relaxed) {
            break;
        }
        let due = Instant::now() + PING_EVERY;
        let asked = Instant::now();
        fleet.clients[0].send(TEXT, br#"{"type":"connection.ping"}"#);
        wait_for(&mut fleet, &["connection.pong"], 1)?;
        seen.pongs.saturating_record(nanos(asked));
        if number % PINGS_PER_PAGE == 0 {
            let asked = Instant::now();
            let page = pages.get("/friends/", &bystander.headers())?;
            seen.pages.saturating_record(nanos(asked));
            seen.refused_pages += u64::from(page.status != 200);
        }
        thread::park_timeout(due.saturating_duration_since(Instant::now()));
    }
    Ok(seen)
}
