//! Limits how many pages one account, or the visitors from one address, can load concurrently.
//!
//! A page counts from before its handler runs until its body is written or dropped, because a slow
//! reader keeps the whole page in memory. A page above the limit waits a short time in a queue
//! (first in, first out), and then gets 429. Static files and event streams do not count.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::net::IpAddr;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use actix_web::HttpMessage as _;
use actix_web::body::{BodySize, MessageBody, to_bytes};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::middleware::Next;
use actix_web::web::{self, Bytes};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::timeout;

use super::client_addr;
use super::limits::network;
use super::request_log::ActingUser;
use super::security_log::SecurityEvent;
use crate::config::Limits;
use crate::error::Error;

/// The `Retry-After` of a refused page. Most pages are written in less time.
const RETRY_AFTER: Duration = Duration::from_secs(2);

/// The pages in flight of the whole server. Cheap to clone.
#[derive(Clone, Debug)]
pub struct PagesInFlight {
    most: usize,
    wait: Duration,
    queues: Arc<Mutex<HashMap<Reader, Queue>>>,
}

/// The owner of a limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Reader {
    Account(i64),
    Visitors(IpAddr),
}

#[derive(Debug)]
struct Queue {
    turns: Arc<Semaphore>,
    /// The number of pages in flight and in the queue.
    pages: usize,
}

/// The place of one page in the queue of its owner, released when dropped.
#[derive(Debug)]
struct Ticket {
    reader: Reader,
    queues: Arc<Mutex<HashMap<Reader, Queue>>>,
    turn: Option<OwnedSemaphorePermit>,
}

impl PagesInFlight {
    /// Takes the limits of the settings.
    pub fn new(limits: &Limits) -> Self {
        Self {
            most: limits.pages_in_flight,
            wait: limits.page_wait.0,
            queues: Arc::default(),
        }
    }

    /// Waits for a turn. Returns `None` after the time-out.
    async fn enter(&self, reader: Reader) -> Option<Ticket> {
        let (mut ticket, turns) = self.queue_up(reader);
        let turn = timeout(self.wait, turns.acquire_owned()).await;
        ticket.turn = Some(turn.ok()?.ok()?);
        Some(ticket)
    }

    /// Creates the ticket before the turn, so that the place of a client that disconnects meanwhile
    /// is released.
    fn queue_up(&self, reader: Reader) -> (Ticket, Arc<Semaphore>) {
        let mut queues = lock(&self.queues);
        let queue = queues.entry(reader).or_insert_with(|| Queue {
            turns: Arc::new(Semaphore::new(self.most)),
            pages: 0,
        });
        queue.pages += 1;
        let ticket = Ticket {
            reader,
            queues: Arc::clone(&self.queues),
            turn: None,
        };
        (ticket, Arc::clone(&queue.turns))
    }
}

impl Drop for Ticket {
    fn drop(&mut self) {
        if let Entry::Occupied(mut queue) = lock(&self.queues).entry(self.reader) {
            if queue.get().pages > 1 {
                queue.get_mut().pages -= 1;
            } else {
                queue.remove();
            }
        }
    }
}

fn lock(queues: &Mutex<HashMap<Reader, Queue>>) -> MutexGuard<'_, HashMap<Reader, Queue>> {
    queues.lock().unwrap_or_else(PoisonError::into_inner)
}

/// `App::wrap(from_fn(pages_in_flight::admit))`, directly inside `recognise`: makes a page wait for
/// its turn. Needs `web::Data<PagesInFlight>`, and [`hold`] further out. Answers 429.
pub async fn admit<B: MessageBody + 'static>(
    pages: web::Data<PagesInFlight>,
    request: ServiceRequest,
    next: Next<B>,
) -> actix_web::Result<ServiceResponse<impl MessageBody>> {
    let account = request.extensions().get::<ActingUser>().copied();
    let address = client_addr(request.request());
    let reader = account.map_or_else(
        || Reader::Visitors(network(address)),
        |ActingUser(id)| Reader::Account(id),
    );
    let Some(ticket) = pages.enter(reader).await else {
        SecurityEvent::LimitHit.record(account.map(|ActingUser(id)| id), address);
        return Err(Error::TooMany {
            retry_after: RETRY_AFTER,
        }
        .into());
    };
    let mut response = next.call(request).await?;
    response.response_mut().extensions_mut().insert(ticket);
    Ok(response)
}

/// `App::wrap(from_fn(pages_in_flight::hold))`, outside of compression: keeps the turn of a page
/// until its body is written or dropped.
///
/// It collects the compressed page first, so that a slow reader keeps neither the uncompressed page
/// nor the state of the compression (a quarter of a megabyte) in memory.
pub async fn hold<B: MessageBody + 'static>(
    request: ServiceRequest,
    next: Next<B>,
) -> actix_web::Result<ServiceResponse<impl MessageBody>> {
    let mut response = next.call(request).await?;
    let Some(ticket) = response.response_mut().extensions_mut().remove::<Ticket>() else {
        return Ok(response.map_into_left_body());
    };
    if response.response().body().size().is_eof() {
        return Ok(response.map_into_left_body());
    }
    let (request, response) = response.into_parts();
    let (head, body) = response.into_parts();
    let page = to_bytes(body).await.map_err(|failure| {
        let failure: Box<dyn std::error::Error> = failure.into();
        Error::internal(format!("a page could not be collected: {failure}"))
    })?;
    let held = HeldPage {
        page,
        ticket: Some(ticket),
    };
    let response = ServiceResponse::new(request, head.set_body(held));
    Ok(response.map_into_right_body())
}

/// A page that counts until it is written or dropped.
struct HeldPage {
    page: Bytes,
    ticket: Option<Ticket>,
}

impl MessageBody for HeldPage {
    type Error = std::convert::Infallible;

    fn size(&self) -> BodySize {
        self.page.size()
    }

    /// Returns the next part. The server polls again after it has written most of the previous one
    /// (back-pressure), so the end of the body means that the page is written.
    fn poll_next(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Bytes, Self::Error>>> {
        let part = ready!(Pin::new(&mut self.page).poll_next(cx));
        if part.is_none() {
            self.ticket = None;
        }
        Poll::Ready(part)
    }
}

#[cfg(test)]
mod tests {
    use futures_util::{FutureExt as _, poll};

    use super::*;
    use crate::config::Settings;

    const ANA: Reader = Reader::Account(1);

    fn pages(wait: Duration) -> PagesInFlight {
        let mut limits = Settings::for_data("unused").limits;
        (limits.pages_in_flight, limits.page_wait.0) = (2, wait);
        PagesInFlight::new(&limits)
    }

    #[actix_web::test]
    async fn one_page_more_waits_for_its_turn() {
        let pages = pages(Duration::from_secs(60));
        let (first, _second) = (pages.enter(ANA).await, pages.enter(ANA).await);
        let mut third = Box::pin(pages.enter(ANA));
        assert!(poll!(&mut third).is_pending());
        assert!(pages.enter(Reader::Account(2)).now_or_never().is_some());
        drop(first);
        assert!(third.await.is_some());
    }

    #[actix_web::test]
    async fn a_turn_that_does_not_come_is_refused_and_nothing_is_left_behind() {
        let pages = pages(Duration::from_millis(5));
        let held = (pages.enter(ANA).await, pages.enter(ANA).await);
        assert!(pages.enter(ANA).await.is_none());
        let mut gone = Box::pin(pages.enter(ANA));
        assert!(poll!(&mut gone).is_pending());
        drop(gone);
        assert_eq!(lock(&pages.queues)[&ANA].pages, 2);
        drop(held);
        assert!(lock(&pages.queues).is_empty());
    }
}
