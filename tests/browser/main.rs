//! Browser tests: two people in two Chromium profiles use the real program, through network relays
//! that a test can cut. They need `chromium` and `chromedriver` on the PATH (`scripts/setup`
//! installs them). Screenshots are stored in `target/screenshots/`.

// Makes clippy treat the helpers here as tests, too.
#![cfg(test)]

mod absence;
mod accessibility;
mod announcing;
mod attention;
mod blocks;
mod calls;
mod cards;
mod catch_up;
mod chromedriver;
mod composition;
mod expression;
mod faces;
mod keyboard;
mod keyboard_only;
mod last_lines;
mod later;
mod list;
mod looks;
mod losses;
mod meeting;
mod names;
mod outsiders;
mod people;
mod phones;
mod pins;
mod profile;
mod queue;
mod reminders;
mod requests;
mod restore;
mod room;
mod rooms;
mod screen;
mod sending;
mod settings;
#[path = "../stage/mod.rs"]
mod stage;
mod styleguide;
mod switching;
mod texts;
mod timeline;
mod tour;
mod unseen;
mod wire;
mod without_javascript;
mod writing;
