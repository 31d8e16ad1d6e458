//! People and their sessions: sign-up, log-in, passwords, devices.

pub mod password;
pub mod username;
