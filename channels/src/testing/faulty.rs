//! A layer that fails on request of a test: [`Faults`].

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use futures_util::future::BoxFuture;

use crate::layers::{ChannelLayer, Extension, Inlet, Layer, LayerError, LayerMessage, SendReport};
use crate::names::{ChannelName, GroupName};

/// Controls the failures of a layer that otherwise behaves like the wrapped one.
///
/// ```
/// use channels::testing::Faults;
/// use channels::{GroupName, Layer};
///
/// # actix_web::rt::System::new().block_on(async {
/// let (layer, faults) = Faults::around(Layer::in_memory());
/// faults.fail_next(1);
/// assert!(layer.group_send(&GroupName::encode("tea"), ()).await.is_err());
/// assert!(layer.group_send(&GroupName::encode("tea"), ()).await.is_ok());
/// # });
/// ```
#[derive(Clone, Debug, Default)]
pub struct Faults(Arc<State>);

#[derive(Debug, Default)]
struct State {
    broken: AtomicBool,
    failing: AtomicUsize,
    losing: AtomicUsize,
    /// Every such message is lost; 0 for none.
    losing_every: AtomicUsize,
    messages: AtomicUsize,
}

/// The error of the backend of a faulty layer.
#[derive(Debug, thiserror::Error)]
#[error("the test wants the layer to fail")]
struct Wanted;

impl Faults {
    /// Wraps a layer; returns it and the handle that makes it fail.
    pub fn around(layer: Layer) -> (Layer, Self) {
        let faults = Self::default();
        let faulty = layer.through(|inner| FaultyLayer {
            inner,
            faults: faults.clone(),
        });
        (faulty, faults)
    }

    /// Fails the next calls, of whatever kind, with [`LayerError::Backend`].
    pub fn fail_next(&self, calls: usize) {
        self.0.failing.store(calls, Ordering::SeqCst);
    }

    /// Fails every call until [`heal`](Self::heal).
    pub fn break_down(&self) {
        self.0.broken.store(true, Ordering::SeqCst);
    }

    /// Silently loses the next messages.
    pub fn lose_next(&self, messages: usize) {
        self.0.losing.store(messages, Ordering::SeqCst);
    }

    /// Loses one message in this many: 20 means 5 %.
    pub fn lose_every(&self, messages: usize) {
        self.0.losing_every.store(messages, Ordering::SeqCst);
    }

    /// Ends all faults.
    pub fn heal(&self) {
        self.0.broken.store(false, Ordering::SeqCst);
        for fault in [&self.0.failing, &self.0.losing, &self.0.losing_every] {
            fault.store(0, Ordering::SeqCst);
        }
    }

    fn call(&self) -> Result<(), LayerError> {
        if self.0.broken.load(Ordering::SeqCst) || take_one(&self.0.failing) {
            return Err(LayerError::Backend(Wanted.into()));
        }
        Ok(())
    }

    fn loses(&self) -> bool {
        let number = self.0.messages.fetch_add(1, Ordering::SeqCst) + 1;
        let every = self.0.losing_every.load(Ordering::SeqCst);
        take_one(&self.0.losing) || (every > 0 && number.is_multiple_of(every))
    }
}

/// Takes one if any is left; returns whether there was.
fn take_one(left: &AtomicUsize) -> bool {
    let taken = left.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| {
        left.checked_sub(1)
    });
    taken.is_ok()
}

struct FaultyLayer {
    inner: Arc<dyn ChannelLayer>,
    faults: Faults,
}

impl ChannelLayer for FaultyLayer {
    /// The channels of this process are already connected.
    fn attach(&self, _: Arc<dyn Inlet>) {}

    fn new_channel<'a>(
        &'a self,
        prefix: &'a str,
    ) -> BoxFuture<'a, Result<ChannelName, LayerError>> {
        Box::pin(async move {
            self.faults.call()?;
            self.inner.new_channel(prefix).await
        })
    }

    fn send<'a>(
        &'a self,
        channel: &'a ChannelName,
        message: LayerMessage,
    ) -> BoxFuture<'a, Result<(), LayerError>> {
        Box::pin(async move {
            self.faults.call()?;
            if self.faults.loses() {
                return Ok(());
            }
            self.inner.send(channel, message).await
        })
    }

    fn receive<'a>(
        &'a self,
        channel: &'a ChannelName,
    ) -> BoxFuture<'a, Result<LayerMessage, LayerError>> {
        Box::pin(async move {
            self.faults.call()?;
            self.inner.receive(channel).await
        })
    }

    fn subscribe<'a>(&'a self, group: &'a GroupName) -> BoxFuture<'a, Result<(), LayerError>> {
        Box::pin(async move {
            self.faults.call()?;
            self.inner.subscribe(group).await
        })
    }

    fn unsubscribe(&self, group: &GroupName) {
        self.inner.unsubscribe(group);
    }

    fn group_send<'a>(
        &'a self,
        group: &'a GroupName,
        message: LayerMessage,
        except: &'a [ChannelName],
    ) -> BoxFuture<'a, Result<SendReport, LayerError>> {
        Box::pin(async move {
            self.faults.call()?;
            if self.faults.loses() {
                return Ok(SendReport::default());
            }
            self.inner.group_send(group, message, except).await
        })
    }

    fn add_queue<'a>(
        &'a self,
        group: &'a GroupName,
        queue: &'a ChannelName,
    ) -> BoxFuture<'a, Result<(), LayerError>> {
        Box::pin(async move {
            self.faults.call()?;
            self.inner.add_queue(group, queue).await
        })
    }

    fn discard_queue<'a>(
        &'a self,
        group: &'a GroupName,
        queue: &'a ChannelName,
    ) -> BoxFuture<'a, Result<(), LayerError>> {
        Box::pin(async move {
            self.faults.call()?;
            self.inner.discard_queue(group, queue).await
        })
    }

    fn members<'a>(
        &'a self,
        group: &'a GroupName,
    ) -> BoxFuture<'a, Result<Vec<ChannelName>, LayerError>> {
        Box::pin(async move {
            self.faults.call()?;
            self.inner.members(group).await
        })
    }

    fn waiting<'a>(&'a self, channel: &'a ChannelName) -> BoxFuture<'a, Result<usize, LayerError>> {
        Box::pin(async move {
            self.faults.call()?;
            self.inner.waiting(channel).await
        })
    }

    fn flush(&self) -> BoxFuture<'_, Result<(), LayerError>> {
        Box::pin(async move {
            self.faults.call()?;
            self.inner.flush().await
        })
    }

    fn extensions(&self) -> &'static [Extension] {
        self.inner.extensions()
    }
}
