//! What only a real browser can show: two people in two Chromium profiles, talking to the real
//! program through wires that a test can cut. Needs `chromium` and `chromedriver` on the PATH
//! (`scripts/setup` installs them). Pictures of the pages land in `target/screenshots/`.

mod chromedriver;
mod people;
mod profile;
mod screen;
mod site;
mod waiting;
mod wire;
