//! The app's pages as a browser meets them, with the guards around them and a database below.

mod browser;
mod devices;
mod first_run;
mod login;
mod password;
mod register;
mod sessions;
mod site;
mod sockets;
