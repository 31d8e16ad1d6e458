//! Parlour, a self-hosted web chat: accounts, friends and conversations in a browser.

#![forbid(unsafe_code)]

pub mod config;
pub mod db;
pub mod error;
#[rustfmt::skip]
mod schema;
