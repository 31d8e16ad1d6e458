//! Integration tests: the whole site over HTTP and WebSocket, with a database of its own for each
//! test. `support` has the vocabulary. The other files have the tests, one file for each part of
//! the product.

// So that clippy takes the helpers here for tests, too.
#![cfg(test)]

mod accounts;
mod answers;
mod assets;
mod attack;
mod attention;
mod backup;
mod badges;
mod behind_a_proxy;
mod blocks;
mod budgets;
mod calls;
mod cards;
mod catch_up;
mod chat;
mod commands;
mod documents;
mod durability;
mod expression;
mod foreign_bytes;
mod friends;
mod half_data;
mod history;
mod kept_forms;
mod last_lines;
mod later;
mod limits;
mod names;
mod operators;
mod outsiders;
mod pages;
mod partings;
mod permissions;
mod pinned;
mod pins;
mod preferences;
mod presence;
mod profiles;
mod program;
mod receipts;
mod reminders;
mod requests;
mod rooms;
mod security;
mod sessions;
mod slowness;
mod sockets;
#[path = "../stage/mod.rs"]
mod stage;
mod status;
mod storage_trouble;
mod streams;
mod support;
mod texts;
mod timeline;
mod wire;
