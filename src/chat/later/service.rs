//! The service that views use. Registered as `web::Data`.

use std::sync::Arc;

use actix::{Actor, Addr, Recipient};
use channels::Layer;

use super::{
    commands::{PostDue, Wake},
    scheduler::{Clock, Scheduler, SchedulerParts, tell_changed},
};
use crate::{
    accounts::UserId,
    config::Limits,
    db::{Connection, Database, Timestamp},
    error::Result,
};

/// Changes what happens later, and wakes the scheduler.
#[derive(Clone)]
pub struct Later {
    pub(super) database: Database,
    pub(super) limits: Arc<Limits>,
    layer: Layer,
    scheduler: Addr<Scheduler>,
}

impl Later {
    /// Starts the scheduler.
    pub fn start(
        database: &Database,
        layer: &Layer,
        post: Recipient<PostDue>,
        limits: &Arc<Limits>,
    ) -> Self {
        let clock: Clock = Arc::new(Timestamp::now);
        let parts = SchedulerParts {
            database: database.clone(),
            layer: layer.clone(),
            post,
            limits: Arc::clone(limits),
            clock,
        };
        Self {
            scheduler: Scheduler::new(parts).start(),
            database: database.clone(),
            limits: Arc::clone(limits),
            layer: layer.clone(),
        }
    }

    /// Makes a change of this person, wakes the scheduler, and tells the person's pages.
    pub(crate) async fn change<T: Send + 'static>(
        &self,
        person: UserId,
        change: impl FnOnce(&mut Connection) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let changed = self.database.write(change).await?;
        // A full mailbox has another one that is not handled yet.
        if self.scheduler.try_send(Wake).is_err() {
            log::debug!(target: "parlour::chat", "the scheduler is being woken already");
        }
        tell_changed(&self.layer, person).await?;
        Ok(changed)
    }
}
