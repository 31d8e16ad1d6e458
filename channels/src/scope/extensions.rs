//! Values of the application in a scope, one of each type.

use std::any::Any;
use std::sync::Arc;

type Shared = Arc<dyn Any + Send + Sync>;

/// Values by their type; clones share them until one is changed.
///
/// There are only a few, so a linear search is faster than a table, and smaller for each
/// connection, too.
#[derive(Clone, Default)]
pub(super) struct Extensions(Option<Arc<[Shared]>>);

impl Extensions {
    fn values(&self) -> &[Shared] {
        self.0.as_deref().unwrap_or_default()
    }

    /// Inserts a value, which replaces an earlier one of its type.
    pub(super) fn insert<T: Send + Sync + 'static>(&mut self, value: Arc<T>) {
        let others = self.values().iter().filter(|known| !known.is::<T>());
        let others = others.cloned();
        self.0 = Some(others.chain([value as Shared]).collect());
    }

    pub(super) fn get<T: Send + Sync + 'static>(&self) -> Option<&T> {
        self.values().iter().find_map(|value| value.downcast_ref())
    }

    pub(super) fn get_shared<T: Send + Sync + 'static>(&self) -> Option<Arc<T>> {
        let value = self.values().iter().find(|value| value.is::<T>())?;
        Arc::clone(value).downcast().ok()
    }
}
