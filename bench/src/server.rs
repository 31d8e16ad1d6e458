//! The measured server: its address, and the CPU time and memory of its process, read from `/proc`.

use std::fs;
use std::net::SocketAddr;
use std::time::Duration;

use anyhow::{Context as _, Result, ensure};
use clap::Args;

use crate::socket::Target;

/// Ticks of `/proc/PID/stat` per second; 100 on every Linux.
const TICKS_PER_SECOND: f64 = 100.0;

/// Options of all modes.
#[derive(Args, Clone, Copy, Debug)]
pub(crate) struct Server {
    /// Address of the server, on this machine. Modes for Parlour need high limits: see the README.
    #[arg(long, default_value = "127.0.0.1:8000", value_parser = loopback)]
    pub(crate) address: SocketAddr,
    /// The process id of the server, to read its CPU time and memory.
    #[arg(long)]
    pid: Option<u32>,
}

impl Server {
    /// The sockets of the tutorial's chat: socket `i` is in room `i % rooms`.
    pub(crate) fn sockets(&self, sockets: usize, rooms: usize) -> impl Iterator<Item = Target> {
        let address = self.address;
        (0..sockets).map(move |index| Target {
            address,
            path: format!("/ws/chat/{}/", index % rooms),
            headers: String::new(),
        })
    }

    /// The process; an error without `--pid`, for modes that measure nothing else.
    pub(crate) fn process(&self) -> Result<Process> {
        let pid = self.pid.context("--pid says whose memory to read")?;
        Ok(Process(pid))
    }

    /// The process, if `--pid` was given.
    pub(crate) fn named_process(&self) -> Option<Process> {
        self.pid.map(Process)
    }

    /// The CPU time of the process so far, if `--pid` was given.
    pub(crate) fn cpu(&self) -> Result<Option<Duration>> {
        self.named_process().map(Process::cpu).transpose()
    }

    /// The CPU seconds since an earlier time.
    pub(crate) fn cpu_since(&self, before: Option<Duration>) -> Result<Option<f64>> {
        let since = self.cpu()?.zip(before).map(|(now, before)| now - before);
        Ok(since.map(|cpu| cpu.as_secs_f64()))
    }
}

fn loopback(text: &str) -> Result<SocketAddr> {
    let address: SocketAddr = text.parse()?;
    let is_here = address.ip().is_loopback();
    ensure!(is_here, "load goes to loopback addresses only");
    Ok(address)
}

/// A process, by its id.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Process(u32);

/// Memory of a process, in KiB.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Memory {
    pub(crate) resident_kib: u64,
    pub(crate) peak_kib: u64,
}

impl Process {
    /// User and system time so far.
    fn cpu(self) -> Result<Duration> {
        let stat = self.read("stat")?;
        // The second field is a name in parentheses, which may contain anything.
        let (_, fields) = stat.rsplit_once(')').context("stat without a name")?;
        let ticks = fields.split_whitespace().skip(11).take(2);
        let ticks: f64 = ticks.filter_map(|field| field.parse::<f64>().ok()).sum();
        Ok(Duration::from_secs_f64(ticks / TICKS_PER_SECOND))
    }

    pub(crate) fn memory(self) -> Result<Memory> {
        let status = self.read("status")?;
        let field = |name| {
            let line = status.lines().find_map(|line| line.strip_prefix(name));
            let number = line.and_then(|line| line.split_whitespace().next());
            number.and_then(|number| number.parse().ok()).context(name)
        };
        Ok(Memory {
            resident_kib: field("VmRSS:")?,
            peak_kib: field("VmHWM:")?,
        })
    }

    /// The number of its open descriptors.
    pub(crate) fn descriptors(self) -> Result<usize> {
        let folder = format!("/proc/{}/fd", self.0);
        Ok(fs::read_dir(&folder).with_context(|| folder)?.count())
    }

    fn read(self, file: &str) -> Result<String> {
        let path = format!("/proc/{}/{file}", self.0);
        fs::read_to_string(&path).with_context(|| path)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_process_learns_its_own_cost() {
        let process = Process(std::process::id());
        let memory = process.memory().unwrap();
        assert!(memory.resident_kib > 0 && memory.peak_kib >= memory.resident_kib);
        assert!(process.descriptors().unwrap() >= 3);
        process.cpu().unwrap();
    }

    #[test]
    fn load_goes_to_this_machine_only() {
        for address in ["127.0.0.1:8001", "[::1]:8001", "127.5.5.5:80"] {
            loopback(address).unwrap();
        }
        for address in ["192.0.2.1:80", "0.0.0.0:80", "nowhere"] {
            assert!(loopback(address).is_err(), "{address}");
        }
    }
}
