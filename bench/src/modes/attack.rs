//! One signed-in person who tries to take all memory of Parlour, and a bystander who pings meanwhile.
//!
//! The person's conversation is full of the costliest texts. Sockets ask for all of it again and
//! again and read nothing; connections ask for its page and read nothing. Everything is bounded in
//! number and in time.

use std::io::Write as _;
use std::net::{SocketAddr, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Result, anyhow, bail};
use clap::Args;
use hdrhistogram::Histogram;
use memchr::memmem;
use socket2::{Domain, Socket, Type};

use super::fill::Pair;
use super::traffic::latencies;
use crate::fleet::Fleet;
use crate::frames::TEXT;
use crate::http::Connection;
use crate::people::Person;
use crate::probe::Probe;
use crate::report::Report;
use crate::socket::Target;

/// Characters that templates escape, in the text and in its source.
const WORST: &str = "&<>\"'";
/// With its number a message of 10,000 characters, the longest of the default settings.
const WORST_TIMES: usize = 1_998;
/// Small, so that the kernel keeps little for a peer that does not read.
const RECEIVE_BUFFER_BYTES: usize = 4 * 1024;
/// Below the pace that a socket may keep.
const PING_EVERY: Duration = Duration::from_millis(60);
/// Pings between two pages of the bystander.
const PINGS_PER_PAGE: u32 = 4;
const PATIENCE: Duration = Duration::from_secs(30);
const TURN: Duration = Duration::from_millis(5);

#[derive(Args, Clone, Debug)]
pub(crate) struct Options {
    /// Address of a Parlour that lets one person post quickly: see the README.
    #[arg(long, default_value = "127.0.0.1:8000")]
    address: SocketAddr,
    /// The server's process, whose memory is read.
    #[arg(long)]
    pid: u32,
    /// What to call the server in the report.
    #[arg(long, default_value = "parlour")]
    name: String,
    /// Messages of the costliest text in the conversation.
    #[arg(long, default_value_t = 60)]
    messages: u32,
    /// Sockets that ask for all of it and read nothing.
    #[arg(long, default_value_t = 20)]
    sockets: usize,
    /// How often each socket asks.
    #[arg(long, default_value_t = 30)]
    resumes: usize,
    /// Connections that ask for its page and read nothing.
    #[arg(long, default_value_t = 150)]
    connections: usize,
    /// How often all of it is opened anew.
    #[arg(long, default_value_t = 3)]
    rounds: usize,
    /// How long each round lasts, in seconds.
    #[arg(long, default_value_t = 8.0)]
    seconds: f64,
    /// Asks for compressed pages.
    #[arg(long)]
    gzip: bool,
}

/// What the bystander saw.
struct Seen {
    pongs: Histogram<u64>,
    pages: Histogram<u64>,
    refused_pages: u64,
}

pub(crate) fn run(options: &Options) -> Result<Report> {
    let run = std::process::id();
    let attacker = Pair::meet(options.address, &format!("k{run}"))?;
    let bystander = Pair::meet(options.address, &format!("y{run}"))?;
    let target = Target::new(&format!("ws://{}/ws/", options.address), Vec::new())?;
    fill(&target, &attacker, options.messages)?;
    let probe = Probe::new(options.pid);
    let before = probe.memory()?;
    let is_over = AtomicBool::new(false);
    let (most_kib, seen) = thread::scope(|scope| {
        let bystander = &bystander.people[0];
        let watching = scope.spawn(|| watch(options.address, &target, bystander, &is_over));
        let attacked = attack(options, &target, &attacker, probe);
        is_over.store(true, Ordering::Relaxed);
        let seen = watching.join();
        let seen = seen.map_err(|_panic| anyhow!("the bystander failed"))??;
        Ok::<_, anyhow::Error>((attacked?, seen))
    })?;
    let after = probe.memory()?;

    let mut report = Report::new("attack", &options.name);
    report.add("messages", options.messages, "");
    report.add("sockets", options.sockets, "");
    report.add("connections", options.connections, "");
    report.add("rounds", options.rounds, "");
    report.add("before_kib", before.resident_kib, "KiB");
    report.add("before_peak_kib", before.peak_kib, "KiB");
    report.add("most_kib", most_kib, "KiB");
    report.add("peak_kib", after.peak_kib, "KiB");
    report.add("after_kib", after.resident_kib, "KiB");
    report.add("pings", seen.pongs.len(), "");
    report.add_latencies(&seen.pongs);
    report.add("pages", seen.pages.len(), "");
    report.add("refused_pages", seen.refused_pages, "");
    let page_p99 = seen.pages.value_at_quantile(0.99) as f64 / 1e6;
    report.add_number("page_p99_ms", page_p99, "ms");
    Ok(report)
}

/// Posts the costliest texts into the conversation.
fn fill(target: &Target, pair: &Pair, messages: u32) -> Result<()> {
    let author = pair.people[0].socket_headers();
    let mut fleet = Fleet::open_each(&[target.clone().with_headers(author)])?;
    let run = std::process::id();
    let worst = WORST.repeat(WORST_TIMES).replace('"', "\\\"");
    for number in 0..messages {
        let post = format!(
            r#"{{"type":"message.post","room":{},"client_id":"{run:08x}-0000-4000-8000-{number:012x}","body":"{number} {worst}"}}"#,
            pair.room
        );
        fleet.clients[0].send(TEXT, post.as_bytes());
        wait_for(&mut fleet, r#""type":"message.accepted""#)?;
    }
    Ok(())
}

/// Waits until the only socket of the fleet hears an event.
fn wait_for(fleet: &mut Fleet, event: &str) -> Result<()> {
    let began = Instant::now();
    let mut heard = false;
    let mut refusal = None;
    while !heard {
        fleet.turn(TURN, |_, message| {
            let is = |kind: &str| memmem::find(message, kind.as_bytes()).is_some();
            heard |= is(event);
            if is(r#""type":"message.refused""#) || is(r#""type":"error.reported""#) {
                refusal = Some(String::from_utf8_lossy(message).into_owned());
            }
        })?;
        if let Some(refusal) = refusal {
            bail!("refused: {refusal}");
        }
        if fleet.open_sockets() == 0 || began.elapsed() > PATIENCE {
            bail!("the server hung up or does not answer");
        }
    }
    Ok(())
}

/// Opens everything and reads nothing, round after round; the most memory that was seen.
fn attack(options: &Options, target: &Target, pair: &Pair, probe: Probe) -> Result<u64> {
    let attacker = &pair.people[0];
    let resume = format!(r#"{{"type":"room.resume","room":{},"after":0}}"#, pair.room);
    let targets = vec![target.clone().with_headers(attacker.socket_headers()); options.sockets];
    let mut most_kib = 0;
    for _ in 0..options.rounds {
        let mut fleet = Fleet::open_each(&targets)?;
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
            most_kib = most_kib.max(probe.memory()?.resident_kib);
            thread::park_timeout(TURN);
        }
        drop(unread);
    }
    Ok(most_kib)
}

/// A connection that asks for the page of the conversation.
fn ask(options: &Options, attacker: &Person, room: u64) -> Result<TcpStream> {
    let socket = Socket::new(Domain::for_address(options.address), Type::STREAM, None)?;
    socket.set_recv_buffer_size(RECEIVE_BUFFER_BYTES)?;
    socket.connect(&options.address.into())?;
    let mut stream = TcpStream::from(socket);
    let (host, who) = (options.address, attacker.headers());
    let encoding = match options.gzip {
        true => "Accept-Encoding: gzip\r\n",
        false => "",
    };
    let request = format!("GET /rooms/{room}/ HTTP/1.1\r\nHost: {host}\r\n{encoding}{who}\r\n");
    stream.write_all(request.as_bytes())?;
    Ok(stream)
}

/// Measures latency as a bystander: pings over a socket and requests a page at intervals until the attack ends.
fn watch(
    address: SocketAddr,
    target: &Target,
    bystander: &Person,
    is_over: &AtomicBool,
) -> Result<Seen> {
    let mut fleet = Fleet::open_each(&[target.clone().with_headers(bystander.socket_headers())])?;
    let mut pages = Connection::open(address)?;
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
        wait_for(&mut fleet, r#""type":"connection.pong""#)?;
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
