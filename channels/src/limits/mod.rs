//! How often is too often: [`RateLimit`] for handshakes, [`FrameLimiter`] for frames.
//!
//! Both are token buckets on a monotonic clock.

mod bucket;
mod handshakes;

pub use bucket::{FrameLimiter, RateLimited};
pub use handshakes::RateLimit;
