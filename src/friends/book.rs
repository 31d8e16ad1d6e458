//! Runs changes between two people: writes and commits them, then notifies both.

use std::net::IpAddr;

use channels::Layer;

use super::{
    changes::{self, Changed, OpenRequests},
    events,
};
use crate::{
    accounts::{User, UserId, username},
    config::Limits,
    db::{Connection, Database},
    error::{Error, Result},
    security::{Account, Action, RateLimiter},
    words,
};

/// One of [`changes`], made by `me` about the other.
pub(super) type Change = fn(&mut Connection, &User, &User) -> Result<Changed>;

/// The dependencies of the views. Registered as `web::Data`.
#[derive(Clone)]
pub struct FriendBook {
    pub(super) database: Database,
    layer: Layer,
    limits: RateLimiter,
    open_requests: OpenRequests,
}

impl FriendBook {
    /// Writes to `database` and announces on `layer`.
    pub fn new(database: Database, layer: Layer, limits: RateLimiter, settings: &Limits) -> Self {
        let open_requests = OpenRequests {
            most: settings.open_requests,
            most_when_new: settings.open_requests_new,
        };
        Self {
            database,
            layer,
            limits,
            open_requests,
        }
    }

    /// Sends a friend request to the person with exactly this name. The answer does not reveal
    /// whether a person exists or can be reached.
    ///
    /// # Errors
    /// [`Error::Invalid`] for the field `username`, [`Error::TooMany`].
    pub(super) async fn add(&self, me: &User, typed: &str, address: IpAddr) -> Result<()> {
        if typed.trim().is_empty() {
            return Err(Error::invalid(
                "username",
                words::text("friends-error-empty"),
            ));
        }
        self.limits
            .check(Action::FriendRequest, Some(Account::Id(me.id.0)), address)?;
        let key = username::key(typed);
        let (me, limit) = (me.clone(), self.open_requests);
        let changed = self
            .database
            .write(move |conn| match User::named(conn, &key)? {
                Some(other) => changes::add(conn, &me, &other, limit).map(Some),
                None => changes::refuse_too_many(conn, &me, limit).map(|()| None),
            });
        if let Some(changed) = changed.await? {
            events::announce(&self.layer, &changed).await?;
        }
        Ok(())
    }

    /// Makes `change` about the person `other`.
    ///
    /// # Errors
    /// [`Error::NotFound`] if there is nothing to change or no such person.
    pub(super) async fn change(&self, me: &User, other: UserId, change: Change) -> Result<Changed> {
        let me = me.clone();
        let changed = self.database.write(move |conn| {
            let other = User::find(conn, other)?;
            change(conn, &me, &other)
        });
        let changed = changed.await?;
        events::announce(&self.layer, &changed).await?;
        Ok(changed)
    }
}
