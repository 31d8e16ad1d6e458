//! [`Server`]: an actix-web App and an application of consumers on one address.
//!
//! The counterpart of Daphne. Requests go to the App; handshakes of WebSockets go to the consumers,
//! on a socket of their own and through their own middleware (Channels' `ProtocolTypeRouter`).
//! Source: daphne/cli.py and daphne/server.py.
//!
//! | flag of Daphne | here |
//! |---|---|
//! | `-b`, `-p` | [`Server::bind`](crate::Server::bind) |
//! | `-u`, `--fd` | [`Server::bind_uds`](crate::Server::bind_uds), [`Server::listen`](crate::Server::listen), [`Server::listen_uds`](crate::Server::listen_uds) |
//! | `-e ssl:..` | `Server::bind_rustls_0_23`, with the feature `rustls` |
//! | `-t`, `--http-timeout` | [`Server::http_timeout`](crate::Server::http_timeout) |
//! | `--websocket_timeout` | [`SocketOptions::websocket_timeout`](crate::SocketOptions::websocket_timeout) |
//! | `--websocket_connect_timeout` | [`SocketOptions::connect_timeout`](crate::SocketOptions::connect_timeout) |
//! | `--websocket-max-message-size`, `-frame-size` | [`SocketOptions::max_message_bytes`](crate::SocketOptions::max_message_bytes), [`max_frame_bytes`](crate::SocketOptions::max_frame_bytes) |
//! | `--ping-interval`, `--ping-timeout` | [`SocketOptions::ping_interval`](crate::SocketOptions::ping_interval), [`idle_timeout`](crate::SocketOptions::idle_timeout) |
//! | `--application-close-timeout` | [`SocketOptions::handler_grace`](crate::SocketOptions::handler_grace) |
//! | `--root-path` | [`Server::root_path`](crate::Server::root_path) |
//! | `--proxy-headers`, `-host`, `-port` | [`Server::proxy_headers`](crate::Server::proxy_headers) with [`ProxyHeaders`] |
//! | `-s`, `--server-name`, `--no-server-name` | [`Server::server_name`](crate::Server::server_name) |
//! | `--access-log` | [`Server::access_log`](crate::Server::access_log); files and formats are the logger's |
//! | `-v` | the level of the logger |
//!
//! [`Server`]: crate::Server

mod addresses;
pub(crate) mod builder;
mod connections;
mod dressed;
mod handle;
mod hooks;
mod limits;
mod listener;
mod pages;
mod service;
mod settings;

pub use handle::{RunningServer, ServerHandle};

pub use crate::front::ProxyHeaders;
