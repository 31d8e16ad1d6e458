//! Consumers and functions that may block, on threads of their own.
//!
//! Source: channels/consumer.py, `SyncConsumer`, and channels/db.py. There all of them share one
//! thread; here each connection keeps its order, and different connections run at the same time.

mod consumer;
mod context;
mod pool;
mod strand;

pub use consumer::{Blocking, BlockingConsumer};
pub use context::BlockingContext;
pub use pool::{AlreadyShared, BlockingPool, block};
