//! Where and with what a campaign was run, for the page.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use anyhow::Result;
use serde::{Deserialize, Serialize};

use super::process::first_line;

const FILE: &str = "machine.json";
const PEERS_LOCK: &str = "bench/peers/rust/Cargo.lock";
const RUST_PEERS: [&str; 4] = ["axum", "tokio", "actix-web", "actix-web-actors"];
const PYTHON: &str = "target/bench/django/bin/python";
const PYTHON_PEERS: [&str; 3] = ["django", "channels", "uvicorn"];

/// What there was, by what it is called on the page.
#[derive(Debug, Default, Deserialize, Serialize)]
pub(super) struct Machine {
    pub(super) facts: BTreeMap<String, String>,
    /// Versions of all that was measured.
    pub(super) versions: BTreeMap<String, String>,
    /// One short round, only to try things out.
    pub(super) quick: bool,
}

impl Machine {
    /// This one, now.
    pub(super) fn here(descriptors: usize, quick: bool) -> Self {
        let memory = field("/proc/meminfo", "MemTotal").and_then(|field| in_gib(&field));
        let facts = [
            ("Date", first_line("date -u +%F")),
            (
                "Commit",
                first_line("git describe --always --dirty --abbrev=12"),
            ),
            ("Processor", field("/proc/cpuinfo", "model name")),
            ("Cores", first_line("nproc")),
            ("Memory", memory),
            ("Kernel", first_line("uname -sr")),
            ("Descriptors of a process", Some(descriptors.to_string())),
        ];
        let mut versions: BTreeMap<_, _> = rust_versions().into_iter().collect();
        let tools = [
            ("Rust", version("rustc --version")),
            ("Node", version("node --version")),
            (
                "ws",
                json_version("bench/peers/node/node_modules/ws/package.json"),
            ),
            ("Python", version(&format!("{PYTHON} --version"))),
        ];
        versions.extend(tools.into_iter().filter_map(named));
        let django = PYTHON_PEERS.map(|name| (name, python_version(name)));
        versions.extend(django.into_iter().filter_map(named));
        Self {
            facts: facts.into_iter().filter_map(named).collect(),
            versions,
            quick,
        }
    }

    pub(super) fn store(&self, folder: &Path) -> Result<()> {
        let text = serde_json::to_string_pretty(self)?;
        Ok(fs::write(folder.join(FILE), text)?)
    }

    /// The one of a campaign that was run before.
    pub(super) fn read(folder: &Path) -> Result<Self> {
        let text = fs::read_to_string(folder.join(FILE))?;
        Ok(serde_json::from_str(&text)?)
    }
}

/// How many descriptors a process of ours may open.
pub(super) fn descriptors() -> usize {
    let limits = fs::read_to_string("/proc/self/limits").unwrap_or_default();
    let line = limits
        .lines()
        .find_map(|line| line.strip_prefix("Max open files"));
    let soft = line.and_then(|line| line.split_whitespace().next());
    // What POSIX promises at least is too few to measure anything; most systems begin with this.
    soft.and_then(|soft| soft.parse().ok()).unwrap_or(1024)
}

fn named((name, value): (&str, Option<String>)) -> Option<(String, String)> {
    Some((name.to_owned(), value?))
}

/// What the kernel writes as so many kB, each of 1024 bytes.
fn in_gib(field: &str) -> Option<String> {
    let kib: f64 = field.split_whitespace().next()?.parse().ok()?;
    Some(format!("{:.1} GiB", kib / 1024.0 / 1024.0))
}

/// The number in what a program says of its version.
fn version(command: &str) -> Option<String> {
    let line = first_line(command)?;
    let words = line
        .split_whitespace()
        .map(|word| word.trim_start_matches('v'));
    let mut numbers = words.filter(|word| word.starts_with(|first: char| first.is_ascii_digit()));
    numbers.next().map(str::to_owned)
}

/// The value of the first line `name : value` of a file.
fn field(path: &str, name: &str) -> Option<String> {
    let text = fs::read_to_string(path).ok()?;
    let line = text.lines().find(|line| line.starts_with(name))?;
    Some(line.split_once(':')?.1.trim().to_owned())
}

fn rust_versions() -> Vec<(String, String)> {
    let lock = fs::read_to_string(PEERS_LOCK).unwrap_or_default();
    let wanted = RUST_PEERS.into_iter();
    let versions = wanted.map(|name| (name, locked_version(&lock, name)));
    versions.filter_map(named).collect()
}

fn locked_version(lock: &str, name: &str) -> Option<String> {
    let (_, rest) = lock.split_once(&format!("name = \"{name}\"\nversion = \""))?;
    Some(rest.split('"').next()?.to_owned())
}

fn json_version(path: &str) -> Option<String> {
    let text = fs::read_to_string(path).ok()?;
    let package: serde_json::Value = serde_json::from_str(&text).ok()?;
    Some(package.get("version")?.as_str()?.to_owned())
}

fn python_version(package: &str) -> Option<String> {
    let library = fs::read_dir("target/bench/django/lib").ok()?.next()?.ok()?;
    let packages = fs::read_dir(library.path().join("site-packages")).ok()?;
    let names = packages.filter_map(|entry| entry.ok()?.file_name().into_string().ok());
    names.into_iter().find_map(|name| {
        let version = name.strip_prefix(&format!("{package}-"))?;
        Some(version.strip_suffix(".dist-info")?.to_owned())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_locked_version_is_that_of_the_whole_name() {
        let lock = "name = \"actix-web-actors\"\nversion = \"4.3.1\"\n\
                    name = \"actix-web\"\nversion = \"4.11.0\"\n";
        assert_eq!(locked_version(lock, "actix-web").as_deref(), Some("4.11.0"));
        assert_eq!(locked_version(lock, "actix"), None);
    }

    #[test]
    fn a_version_is_a_number() {
        assert_eq!(version("echo Python 3.11.7").as_deref(), Some("3.11.7"));
        assert_eq!(version("echo v20.20.2").as_deref(), Some("20.20.2"));
        assert_eq!(version("echo none"), None);
        assert_eq!(in_gib("24684092 kB").as_deref(), Some("23.5 GiB"));
    }

    #[test]
    fn a_machine_is_read_as_it_was_stored() {
        let folder = tempfile::tempdir().unwrap();
        let here = Machine::here(descriptors(), true);
        assert!(here.facts.contains_key("Kernel"));
        here.store(folder.path()).unwrap();
        let read = Machine::read(folder.path()).unwrap();
        assert_eq!((read.facts, read.quick), (here.facts, true));
    }
}
