//! Rate limits: [`RateLimit`] for handshakes, [`FrameLimiter`] for frames.
//!
//! Both are token buckets on a monotonic clock. [`Bucket`] is the bucket itself, for tables of an
//! application's own.

use std::net::{IpAddr, Ipv6Addr};

mod bucket;
mod handshakes;

pub use bucket::{Bucket, FrameLimiter, Rate, RateLimited};
pub use handshakes::RateLimit;

/// The address that limits count: with IPv6 the network of 64 bits, because one person may have a
/// whole one.
pub(crate) fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(address) => Ipv6Addr::from_bits(address.to_bits() & (u128::MAX << 64)).into(),
        address => address,
    }
}
