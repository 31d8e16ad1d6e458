//! A running server inside the test's own process, with port 0 and a temporary data folder.

use std::{
    net::{SocketAddr, TcpListener},
    thread,
};

use actix_web::rt::System;
use diesel::{
    Connection as _, SqliteConnection,
    connection::{InstrumentationEvent, SimpleConnection as _},
};
use parlour::{Running, config::Settings};
use tempfile::TempDir;
use tokio::sync::oneshot;

use super::{PASSWORD, Person, queries};
use crate::stage::number;

/// A running Parlour. Dropping it stops the server and deletes its data.
pub(crate) struct Site {
    pub(crate) address: SocketAddr,
    pub(crate) settings: Settings,
    system: System,
    _data: TempDir,
}

impl Site {
    /// Starts a server with the default settings, except for a cheaper password hash.
    pub(crate) async fn start() -> Self {
        Self::start_with(|_| {}).await
    }

    /// Starts a server with settings that `change` has changed.
    pub(crate) async fn start_with(change: impl FnOnce(&mut Settings)) -> Self {
        queries::watch();
        let data = tempfile::tempdir().unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let mut settings = Settings::for_data(data.path().join("parlour-data"));
        settings.workers = 1;
        settings.bind = address;
        settings.limits.bcrypt_cost = 4;
        change(&mut settings);
        let system = serve(settings.clone(), listener).await;
        Self {
            address,
            settings,
            system,
            _data: data,
        }
    }

    /// Returns the URL of a page.
    pub(crate) fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    /// Returns a visitor: a browser without cookies.
    pub(crate) fn visitor(&self) -> Person {
        Person::new(self.address)
    }

    /// Creates an account and signs in.
    pub(crate) async fn sign_up(&self, name: &str) -> Person {
        let mut person = self.visitor();
        person.sign_up(name).await;
        person
    }

    /// Signs the same person in with another browser.
    pub(crate) async fn log_in(&self, name: &str) -> Person {
        let mut person = self.visitor();
        let answer = person.log_in(name, PASSWORD).await;
        assert_eq!(answer.status, 303, "{name} logs in: {}", answer.body);
        person
    }

    /// Returns the number of rows of a table.
    pub(crate) fn count(&self, table: &str) -> i64 {
        let query = format!("SELECT count(*) AS number FROM {table}");
        number(&self.settings.database_path(), &query)
    }

    /// Changes the site's database without the program.
    pub(crate) fn execute(&self, statement: &str) {
        let path = self.settings.database_path();
        let mut connection = SqliteConnection::establish(&path.to_string_lossy()).unwrap();
        // Exclude the statements of tests from the check of the site's queries.
        connection.set_instrumentation(|_: InstrumentationEvent<'_>| {});
        let statement = format!("PRAGMA busy_timeout = 5000; {statement}");
        connection.batch_execute(&statement).unwrap();
    }

    /// Ends each session directly after its next use has started. A use is recorded right after the
    /// session was read, and a trigger then deletes the row.
    pub(crate) fn end_sessions_when_used(&self) {
        self.execute(
            "UPDATE sessions SET last_seen_at = 0;
             CREATE TRIGGER end_used AFTER UPDATE OF last_seen_at ON sessions
             BEGIN DELETE FROM sessions WHERE id_hash = NEW.id_hash; END",
        );
    }

    /// Creates two people who are friends.
    pub(crate) async fn friends(&self, one: &str, other: &str) -> (Person, Person) {
        let (one, other) = (self.sign_up(one).await, self.sign_up(other).await);
        one.befriend(&other).await;
        (one, other)
    }
}

impl Drop for Site {
    fn drop(&mut self) {
        self.system.stop();
        if !thread::panicking() {
            queries::refuse_scans(&self.settings.database_path());
        }
    }
}

async fn serve(settings: Settings, listener: TcpListener) -> System {
    let (started, system) = oneshot::channel();
    thread::spawn(move || {
        let runner = System::new();
        let running = runner
            .block_on(Running::start(settings, listener))
            .expect("it starts");
        started.send(System::current()).ok();
        runner.run().expect("it runs until the test ends");
        drop(running);
    });
    system.await.expect("the server starts")
}
