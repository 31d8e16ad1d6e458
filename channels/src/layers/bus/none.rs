//! The backend of an application without a channel layer.
//!
//! Source: channels/layers.py, where `get_channel_layer` gives None, and consumers work without.

use std::sync::Arc;

use futures_util::future::{BoxFuture, ready};

use super::backend::{ChannelLayer, Inlet};
use super::error::{Extension, LayerError, SendReport};
use super::message::LayerMessage;
use crate::names::{ChannelName, GroupName};

/// Opens channels that never receive anything, and refuses all other calls.
pub(in crate::layers) struct NoLayer;

fn refused<'a, T: Send + 'a>() -> BoxFuture<'a, Result<T, LayerError>> {
    Box::pin(ready(Err(LayerError::NoLayer)))
}

impl ChannelLayer for NoLayer {
    fn attach(&self, _: Arc<dyn Inlet>) {}

    fn new_channel<'a>(
        &'a self,
        prefix: &'a str,
    ) -> BoxFuture<'a, Result<ChannelName, LayerError>> {
        let name = ChannelName::random(prefix, "none");
        Box::pin(ready(name.map_err(LayerError::from)))
    }

    fn send<'a>(
        &'a self,
        _: &'a ChannelName,
        _: LayerMessage,
    ) -> BoxFuture<'a, Result<(), LayerError>> {
        refused()
    }

    fn receive<'a>(
        &'a self,
        _: &'a ChannelName,
    ) -> BoxFuture<'a, Result<LayerMessage, LayerError>> {
        refused()
    }

    fn subscribe<'a>(&'a self, _: &'a GroupName) -> BoxFuture<'a, Result<(), LayerError>> {
        refused()
    }

    fn unsubscribe(&self, _: &GroupName) {}

    fn group_send<'a>(
        &'a self,
        _: &'a GroupName,
        _: LayerMessage,
        _: &'a [ChannelName],
    ) -> BoxFuture<'a, Result<SendReport, LayerError>> {
        refused()
    }

    fn add_queue<'a>(
        &'a self,
        _: &'a GroupName,
        _: &'a ChannelName,
    ) -> BoxFuture<'a, Result<(), LayerError>> {
        refused()
    }

    /// Nobody is in any group.
    fn discard_queue<'a>(
        &'a self,
        _: &'a GroupName,
        _: &'a ChannelName,
    ) -> BoxFuture<'a, Result<(), LayerError>> {
        Box::pin(ready(Ok(())))
    }

    fn extensions(&self) -> &'static [Extension] {
        &[]
    }
}
