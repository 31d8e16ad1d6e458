//! Tests of the pages of this app, with the middleware around them and a real database.

mod browser;
mod devices;
mod first_run;
mod login;
mod password;
mod register;
mod sessions;
mod site;
mod sockets;
