//! What only a real browser can show: two people in two Chromium profiles, talking to the real
//! program through wires that a test can cut. Needs `chromium` and `chromedriver` on the PATH
//! (`scripts/setup` installs them). Pictures of the pages land in `target/screenshots/`.

// So that clippy takes the helpers here for tests, too.
#![cfg(test)]

mod absence;
mod accessibility;
mod attention;
mod chromedriver;
mod expression;
mod faces;
mod keyboard;
mod keyboard_only;
mod looks;
mod losses;
mod meeting;
mod outsiders;
mod people;
mod profile;
mod queue;
mod restore;
mod rooms;
mod screen;
mod sending;
#[path = "../stage/mod.rs"]
mod stage;
mod texts;
mod timeline;
mod tour;
mod wire;
mod without_javascript;
