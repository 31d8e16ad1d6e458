//! What an application has that has no channel layer.
//!
//! Source: channels/layers.py, where `get_channel_layer` gives None, and consumers work without.

use futures_util::future::{BoxFuture, ready};

use super::queue;
use super::{ChannelLayer, ChannelReceiver, Extension, LayerError, LayerMessage, SendReport};
use crate::names::{ChannelName, GroupName};

/// Opens channels on which nothing ever comes, and refuses the rest.
pub(super) struct NoLayer;

fn refused<'a, T: Send + 'a>() -> BoxFuture<'a, Result<T, LayerError>> {
    Box::pin(ready(Err(LayerError::NoLayer)))
}

impl ChannelLayer for NoLayer {
    fn new_channel<'a>(
        &'a self,
        prefix: &'a str,
    ) -> BoxFuture<'a, Result<ChannelReceiver, LayerError>> {
        let name = ChannelName::random(prefix, "none");
        let opened = name.map(|name| queue(name, 0).1);
        Box::pin(ready(opened.map_err(LayerError::from)))
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

    fn group_add<'a>(
        &'a self,
        _: &'a GroupName,
        _: &'a ChannelName,
    ) -> BoxFuture<'a, Result<(), LayerError>> {
        refused()
    }

    /// Nobody is in any group.
    fn group_discard<'a>(
        &'a self,
        _: &'a GroupName,
        _: &'a ChannelName,
    ) -> BoxFuture<'a, Result<(), LayerError>> {
        Box::pin(ready(Ok(())))
    }

    fn group_send<'a>(
        &'a self,
        _: &'a GroupName,
        _: LayerMessage,
        _: &'a [ChannelName],
    ) -> BoxFuture<'a, Result<SendReport, LayerError>> {
        refused()
    }

    fn extensions(&self) -> &'static [Extension] {
        &[]
    }
}
