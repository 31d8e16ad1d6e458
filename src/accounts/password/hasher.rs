//! A thread pool for hashing passwords, with a bounded queue.
//!
//! A hash takes a third of a second of a core, on purpose. On the server's or the database's
//! threads, ten people logging in would block all other requests.

use std::io;
use std::num::NonZeroUsize;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

use tokio::sync::oneshot;

use crate::error::{Error, Result};

/// The capacity of the queue. With two cores, the last of 32 waits about six seconds. A longer
/// queue would only hide overload (back-pressure).
const WAITING: usize = 32;

type Job = Box<dyn FnOnce() + Send>;

/// A handle to the hashing threads, which end when the last handle is dropped.
#[derive(Clone)]
pub struct PasswordHasher {
    queue: SyncSender<Job>,
    cost: u32,
}

impl PasswordHasher {
    /// Starts `threads` threads. New passwords are hashed with the bcrypt `cost`, from 4 to 20.
    pub fn start(cost: u32, threads: NonZeroUsize) -> io::Result<Self> {
        let (queue, jobs) = sync_channel(WAITING);
        let jobs = Arc::new(Mutex::new(jobs));
        for number in 0..threads.get() {
            let jobs = Arc::clone(&jobs);
            thread::Builder::new()
                .name(format!("password-{number}"))
                .spawn(move || work(&jobs))?;
        }
        Ok(Self { queue, cost })
    }

    /// Like [`PasswordHasher::start`], with one thread per core.
    pub fn on_every_core(cost: u32) -> io::Result<Self> {
        Self::start(cost, thread::available_parallelism()?)
    }

    /// Hashes `password`. `Busy` if the queue is full.
    pub async fn encode(&self, password: String) -> Result<String> {
        let cost = self.cost;
        let encoded = self.run(move || super::encode(&password, cost)).await?;
        encoded.map_err(Error::internal)
    }

    /// Verifies `password` against `stored`. For `None`, takes the same time and returns false.
    ///
    /// Absent, inactive and unusable accounts are verified like this, too, so that timing reveals
    /// nothing about them.
    pub async fn verify(&self, password: String, stored: Option<String>) -> Result<bool> {
        let dummy = super::dummy(self.cost);
        let stored = stored.filter(|stored| !stored.starts_with('!'));
        self.run(move || match stored {
            Some(stored) => super::verify(&password, &stored),
            None => super::verify(&password, &dummy),
        })
        .await
    }

    /// Returns whether `stored` should be replaced after the next successful log-in.
    pub fn is_outdated(&self, stored: &str) -> bool {
        super::needs_rehash(stored, self.cost)
    }

    async fn run<T: Send + 'static>(&self, work: impl FnOnce() -> T + Send + 'static) -> Result<T> {
        let (answer, answered) = oneshot::channel();
        let job: Job = Box::new(move || {
            // Skip the work if the client disconnected while it was queued.
            if !answer.is_closed() {
                let _unheard = answer.send(work());
            }
        });
        if self.queue.try_send(job).is_err() {
            return Err(Error::Busy("password queue"));
        }
        answered
            .await
            .map_err(|_gone| Error::ActorGone("password thread"))
    }
}

fn work(jobs: &Mutex<Receiver<Job>>) {
    loop {
        let next = jobs.lock().unwrap_or_else(PoisonError::into_inner).recv();
        match next {
            Ok(job) => job(),
            Err(_all_handles_dropped) => return,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc::channel;

    use super::*;

    fn one_thread() -> PasswordHasher {
        PasswordHasher::start(4, NonZeroUsize::MIN).unwrap()
    }

    #[actix_web::test]
    async fn what_was_encoded_is_verified() {
        let hasher = one_thread();

        let stored = hasher.encode("tea at four".to_owned()).await.unwrap();

        let right = hasher.verify("tea at four".to_owned(), Some(stored.clone()));
        assert!(right.await.unwrap());
        let wrong = hasher.verify("tea at five".to_owned(), Some(stored));
        assert!(!wrong.await.unwrap());
    }

    #[actix_web::test]
    async fn no_account_and_no_usable_password_say_no() {
        let hasher = one_thread();

        assert!(!hasher.verify(String::new(), None).await.unwrap());
        let unusable = Some("!unusable".to_owned());
        assert!(
            !hasher
                .verify("!unusable".to_owned(), unusable)
                .await
                .unwrap()
        );
    }

    #[actix_web::test]
    async fn a_full_queue_is_busy_at_once() {
        let hasher = one_thread();
        let (release, released) = channel::<()>();
        let (started, has_started) = oneshot::channel();
        let blocker = actix_web::rt::spawn({
            let hasher = hasher.clone();
            async move {
                hasher
                    .run(move || {
                        started.send(()).unwrap();
                        released.recv().unwrap();
                    })
                    .await
            }
        });
        has_started.await.unwrap();
        let waiting: Vec<_> = (0..WAITING)
            .map(|_| hasher.queue.try_send(Box::new(|| ())))
            .collect();
        assert!(waiting.iter().all(|queued| queued.is_ok()));

        let refused = hasher.verify("tea".to_owned(), None).await;

        assert!(matches!(refused, Err(Error::Busy(_))));
        release.send(()).unwrap();
        blocker.await.unwrap().unwrap();
    }
}
