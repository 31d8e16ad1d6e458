//! Which core does what: the server has one to itself, and the generator another.

use std::thread::available_parallelism;

use super::process::first_line;

/// Beginnings of commands that keep a process on its core; empty where that cannot be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Cores {
    pub(super) server: String,
    pub(super) generator: String,
}

impl Cores {
    /// One core each, where the machine has two or more and the program that pins.
    pub(super) fn apart() -> Self {
        let several = available_parallelism().is_ok_and(|cores| cores.get() > 1);
        if !several || first_line("taskset --version").is_none() {
            return Self::any();
        }
        Self {
            server: "taskset -c 0 ".to_owned(),
            generator: "taskset -c 1 ".to_owned(),
        }
    }

    /// Wherever the system puts them.
    pub(super) fn any() -> Self {
        Self {
            server: String::new(),
            generator: String::new(),
        }
    }
}
