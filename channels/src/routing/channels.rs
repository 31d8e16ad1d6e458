//! [`ChannelNameRouter`]: which consumer handles which channel.
//!
//! Source: channels/routing.py, `ChannelNameRouter`.

use std::collections::BTreeMap;

use futures_util::future::{LocalBoxFuture, ready};

use super::endpoint::{Connecting, Endpoint, IntoEndpoint, Service};
use crate::answer::Deny;
use crate::names::ChannelName;
use crate::scope::Scope;

/// Routes the channels of workers by [`Scope::channel`]; other channels have no route, which is an
/// error when a [`Worker`](crate::worker::Worker) starts.
///
/// Targets are factories of [`Work`](crate::worker::Work) consumers, also in middleware.
#[derive(Debug, Default)]
pub struct ChannelNameRouter(BTreeMap<ChannelName, Endpoint>);

impl ChannelNameRouter {
    /// A router without channels.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a channel.
    ///
    /// # Panics
    /// At start-up, if the name is not valid, or added already.
    pub fn channel(mut self, name: &str, target: impl IntoEndpoint) -> Self {
        let name = match ChannelName::new(name) {
            Ok(name) => name,
            Err(refused) => panic!("{refused}"),
        };
        let before = self.0.insert(name.clone(), target.into_endpoint());
        assert!(before.is_none(), "channel {name} has two consumers");
        self
    }

    /// The channels that have a consumer, in the order of their names.
    pub fn channels(&self) -> impl Iterator<Item = &ChannelName> {
        self.0.keys()
    }
}

impl Service for ChannelNameRouter {
    fn call(&self, scope: Scope) -> LocalBoxFuture<'_, Result<Connecting, Deny>> {
        match scope.channel().and_then(|name| self.0.get(name)) {
            Some(target) => Box::pin(target.call(scope)),
            None => Box::pin(ready(Err(Deny::unrouted()))),
        }
    }
}

impl IntoEndpoint for ChannelNameRouter {
    fn into_endpoint(self) -> Endpoint {
        Endpoint::of(self, false)
    }
}
