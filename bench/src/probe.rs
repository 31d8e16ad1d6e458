//! What the server's process costs, read from `/proc`.

use std::fs;
use std::time::Duration;

use anyhow::{Context as _, Result};

/// Ticks of `/proc/PID/stat` in a second; every Linux that is left says 100.
const TICKS_PER_SECOND: f64 = 100.0;

/// A process, by its id.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Probe(u32);

/// Memory of a process, in KiB.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Memory {
    pub(crate) resident_kib: u64,
    pub(crate) peak_kib: u64,
}

impl Probe {
    pub(crate) fn new(pid: u32) -> Self {
        Self(pid)
    }

    /// User and system time that it has taken so far.
    pub(crate) fn cpu(self) -> Result<Duration> {
        let stat = self.read("stat")?;
        // The second field is a name in parentheses that may hold anything.
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
            number.and_then(|number| number.parse().ok())
        };
        Ok(Memory {
            resident_kib: field("VmRSS:").context("status without VmRSS")?,
            peak_kib: field("VmHWM:").context("status without VmHWM")?,
        })
    }

    /// How many descriptors it has open.
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
        let probe = Probe::new(std::process::id());
        let Memory {
            resident_kib,
            peak_kib,
        } = probe.memory().unwrap();
        assert!(resident_kib > 0 && peak_kib >= resident_kib);
        assert!(probe.descriptors().unwrap() >= 3);
        probe.cpu().unwrap();
    }
}
