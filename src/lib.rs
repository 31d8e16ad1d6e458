//! Parlour, a self-hosted web chat: accounts, friends and conversations in a browser.

#![forbid(unsafe_code)]

pub mod accounts;
pub mod assets;
pub mod config;
pub mod db;
pub mod error;
pub mod security;
pub mod templates;
pub mod words;
#[rustfmt::skip]
mod schema;
