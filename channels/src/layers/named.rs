//! Several layers under names, and the choice of one for a route.
//!
//! Source: channels/layers.py, `ChannelLayerManager`; channels/consumer.py,
//! `channel_layer_alias`.

use std::collections::BTreeMap;
use std::sync::{Arc, PoisonError, RwLock};

use futures_util::future::LocalBoxFuture;

use super::layer::Layer;
use crate::answer::Deny;
use crate::middleware::{Middleware, Next};
use crate::routing::Connecting;
use crate::scope::Scope;

/// Layers by alias: Channels' `CHANNEL_LAYERS`. Clones share it.
///
/// ```
/// use channels::Layer;
/// use channels::layers::Layers;
/// let layers = Layers::new(Layer::in_memory()).with("alerts", Layer::in_memory());
/// assert!(layers.get("alerts").is_some());
/// assert!(layers.get("unheard-of").is_none());
/// ```
#[derive(Clone, Debug)]
pub struct Layers(Arc<RwLock<BTreeMap<String, Layer>>>);

impl Layers {
    /// The alias of the layer that consumers have by default.
    pub const DEFAULT: &str = "default";

    /// A registry with this layer as the default.
    pub fn new(default: Layer) -> Self {
        let layers = Self(Arc::default());
        layers.set(Self::DEFAULT, default);
        layers
    }

    /// A registry with an in-process layer, for one test.
    pub fn for_test() -> Self {
        Self::new(Layer::in_memory())
    }

    /// Adds a layer.
    pub fn with(self, alias: &str, layer: Layer) -> Self {
        self.set(alias, layer);
        self
    }

    /// Returns the layer of that alias: `get_channel_layer(alias)`.
    pub fn get(&self, alias: &str) -> Option<Layer> {
        let layers = self.0.read().unwrap_or_else(PoisonError::into_inner);
        layers.get(alias).cloned()
    }

    /// Replaces a layer by another one; returns the old one. Connections keep theirs.
    pub fn set(&self, alias: &str, layer: Layer) -> Option<Layer> {
        let mut layers = self.0.write().unwrap_or_else(PoisonError::into_inner);
        layers.insert(alias.to_owned(), layer)
    }
}

/// Middleware that gives its inner consumers another layer than the driver's: upstream's
/// `channel_layer_alias`.
///
/// ```
/// # use channels::{Context, Frame, HandlerResult, WebsocketConsumer};
/// # struct Alerts;
/// # impl WebsocketConsumer for Alerts {
/// #     type Event = ();
/// #     async fn receive(&mut self, _: Frame, _: &mut Context<Self>) -> HandlerResult { Ok(()) }
/// # }
/// use channels::layers::{Layers, UseLayer};
/// use channels::{IntoEndpoint as _, Layer, Scope, URLRouter};
/// let layers = Layers::new(Layer::in_memory()).with("alerts", Layer::in_memory());
/// let app = URLRouter::new()
///     .path("ws/alerts/", (|_: &Scope| Alerts).wrap(UseLayer::of(&layers, "alerts")));
/// # let _ = app;
/// ```
#[derive(Clone, Debug)]
pub struct UseLayer(Layer);

impl UseLayer {
    /// The layer given.
    pub fn new(layer: Layer) -> Self {
        Self(layer)
    }

    /// The layer of that alias.
    ///
    /// # Panics
    /// At start-up, if there is none.
    pub fn of(layers: &Layers, alias: &str) -> Self {
        match layers.get(alias) {
            Some(layer) => Self(layer),
            None => panic!("no channel layer is named {alias:?}; add it with Layers::with"),
        }
    }
}

impl Middleware for UseLayer {
    fn call<'a>(
        &'a self,
        scope: Scope,
        next: Next<'a>,
    ) -> LocalBoxFuture<'a, Result<Connecting, Deny>> {
        // The innermost choice applies, like a class attribute.
        Box::pin(async move { Ok(next.run(scope).await?.or_layer(&self.0)) })
    }
}
