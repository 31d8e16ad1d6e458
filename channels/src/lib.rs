//! Django Channels' consumers, groups and channel layers for Rust, on actix.
