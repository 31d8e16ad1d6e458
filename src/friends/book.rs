//! Runs changes between two people: commits them, then notifies both.

use std::net::IpAddr;

use channels::Layer;

use super::{
    changes::{self, Changed, OpenRequests},
    events,
};
use crate::{
    accounts::{User, UserId},
    config::Limits,
    db::{Connection, Database},
    error::{Error, Result},
    security::{Account, Action, RateLimiter},
    words,
};

/// The maximum length of a typed name. A composed character of a name may be typed as four.
const TYPED_CHARS: usize = 600;

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
        let refused = |key| Err(Error::invalid("username", words::text(key)));
        match typed.trim().chars().count() {
            0 => return refused("friends-error-empty"),
            chars if chars > TYPED_CHARS => return refused("username-too-long"),
            _ => {}
        }
        self.limits
            .check(Action::FriendRequest, Some(Account::Id(me.id.0)), address)?;
        let (sender, typed, limit) = (me.clone(), typed.to_owned(), self.open_requests);
        let changed = self
            .database
            .write(move |conn| changes::add(conn, &sender, &typed, limit));
        self.announce_request(me.id, changed.await?).await
    }

    /// Cancels the request to this name, or dismisses the one that lapsed.
    ///
    /// # Errors
    /// [`Error::NotFound`] if there is none.
    pub(super) async fn cancel(&self, me: &User, typed: &str) -> Result<()> {
        let (sender, typed) = (me.clone(), typed.to_owned());
        let changed = self
            .database
            .write(move |conn| changes::cancel(conn, &sender, &typed));
        self.announce_request(me.id, changed.await?).await
    }

    async fn announce_request(&self, me: UserId, changed: Option<Changed>) -> Result<()> {
        if let Some(changed) = changed {
            events::announce(&self.layer, &changed).await?;
        }
        events::announce_requests(&self.layer, me).await
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
