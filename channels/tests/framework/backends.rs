//! What carries the messages of a test: the memory of one process, or a wire between two.

use channels::Layer;
use channels::layers::Bounds;

use crate::wired::Wired;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Backend {
    Memory,
    /// Messages from one process to another.
    Wired,
}

impl Backend {
    /// The layer of a process that sends, and that of the process which has the channels. With
    /// one process, both are the same.
    pub(crate) fn processes(self, bounds: Bounds) -> (Layer, Layer) {
        match self {
            Self::Memory => {
                let layer = channels::layers::InMemoryLayer::builder()
                    .bounds(bounds)
                    .build();
                let layer = Layer::new(layer);
                (layer.clone(), layer)
            }
            Self::Wired => {
                let Wired { keeper, other, .. } = Wired::new(bounds);
                (keeper, other)
            }
        }
    }
}
