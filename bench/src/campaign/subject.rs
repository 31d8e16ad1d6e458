//! What is measured: how each server is started, and where its socket is.

use std::path::Path;

/// A program that serves; the words of its command are parted by spaces.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Subject {
    /// `{port}` and `{data}` stand for a free port and an empty folder.
    pub(super) command: &'static str,
    /// What tells a mode of this program where the server is.
    pub(super) place: &'static str,
    /// The file without which it cannot be started.
    pub(super) needs: &'static str,
    /// Descriptors of each socket: some keep a second one, by which a stalled peer is cut off.
    pub(super) descriptors: usize,
}

const TUTORIAL_PLACE: &str = "--url ws://127.0.0.1:{port}/ws/chat/{room}/";

const fn tutorial(command: &'static str, needs: &'static str) -> Subject {
    Subject {
        command,
        place: TUTORIAL_PLACE,
        needs,
        descriptors: 1,
    }
}

const OUR_EXAMPLE: &str = "target/release/examples/tutorial";
const OUR_PRODUCT: &str = "target/release/parlour";
const NODE_PACKAGE: &str = "bench/peers/node/node_modules/ws/package.json";
const UVICORN_PROGRAM: &str = "target/bench/django/bin/uvicorn";

pub(super) const CHANNELS: Subject = tutorial(
    "target/release/examples/tutorial --bind 127.0.0.1:{port} --workers 1",
    OUR_EXAMPLE,
);
pub(super) const CHANNELS_TWO_WORKERS: Subject = tutorial(
    "target/release/examples/tutorial --bind 127.0.0.1:{port} --workers 2",
    OUR_EXAMPLE,
);
pub(super) const HANDLERS: Subject = tutorial(
    "target/release/examples/tutorial --bind 127.0.0.1:{port} --workers 1 --handlers",
    OUR_EXAMPLE,
);
pub(super) const HANDLERS_TWO_WORKERS: Subject = tutorial(
    "target/release/examples/tutorial --bind 127.0.0.1:{port} --workers 2 --handlers",
    OUR_EXAMPLE,
);
pub(super) const MOUNTED: Subject = Subject {
    descriptors: 2,
    ..tutorial(
        "target/release/examples/tutorial --bind 127.0.0.1:{port} --workers 1 --mounted",
        OUR_EXAMPLE,
    )
};
pub(super) const AXUM: Subject = tutorial(
    "bench/peers/rust/target/release/axum --bind 127.0.0.1:{port} --workers 1",
    "bench/peers/rust/target/release/axum",
);
pub(super) const ACTIX_ACTORS: Subject = tutorial(
    "bench/peers/rust/target/release/actix_actors --bind 127.0.0.1:{port} --workers 1",
    "bench/peers/rust/target/release/actix_actors",
);
pub(super) const NODE: Subject = tutorial(
    "node bench/peers/node/server.mjs 127.0.0.1:{port}",
    NODE_PACKAGE,
);
pub(super) const UVICORN: Subject = tutorial(
    "target/bench/django/bin/uvicorn --app-dir bench/peers/django --port {port} \
     --log-level warning asgi:application",
    UVICORN_PROGRAM,
);
/// It has a worker for each core that it may use. Its limits let one address do what a town would.
pub(super) const PARLOUR: Subject = Subject {
    command: "target/release/parlour --data {data}/parlour --bind 127.0.0.1:{port} \
              --bcrypt-cost 4 --max-sockets 1000000 --sockets-per-ip 1000000 \
              --registrations-ip 1000000/1m --registration-forms-ip 1000000/1m \
              --handshakes-ip 1000000/1m --page-reads 1000000/1m --page-reads-ip 1000000/1m \
              --forms-ip 1000000/1m --events 1000000/1s --events-ip 1000000/1s \
              --socket-reads 1000000/1m --socket-reads-ip 1000000/1m --friend-requests 1000/1m \
              --friend-requests-ip 1000000/1m --messages 1000000/1s --messages-ip 1000000/1s \
              --socket-events 1000000/1s --socket-posts 1000",
    place: "--address 127.0.0.1:{port}",
    needs: OUR_PRODUCT,
    descriptors: 1,
};

impl Subject {
    /// What is missing, if it cannot be started.
    pub(super) fn missing(&self) -> Option<&'static str> {
        (!Path::new(self.needs).exists()).then_some(self.needs)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_installed_is_named() {
        let absent = tutorial("nothing", "no/such/file");
        assert_eq!(absent.missing(), Some("no/such/file"));
        assert_eq!(tutorial("this", "Cargo.toml").missing(), None);
    }
}
