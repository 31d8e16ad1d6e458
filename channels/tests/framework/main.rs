//! The framework through its public face: tiny consumers, with and without a network.

mod applications;
mod arrivals;
mod backends;
mod blocking;
mod buffering;
mod connecting;
mod connection_limits;
mod cookies;
mod django_sessions;
mod documents;
mod ending;
mod http;
mod http_requests;
mod http_served;
mod json;
mod layers;
mod limits;
mod metrics;
mod middleware;
#[expect(
    clippy::duplicate_mod,
    reason = "every test of sockets holds for both drivers"
)]
mod mounted;
mod names;
mod one_process;
mod origins;
mod own_socket;
#[expect(
    clippy::duplicate_mod,
    reason = "every test of sockets holds for both drivers"
)]
mod own_socket_tls;
mod protocols;
mod raw;
mod revocations;
mod routes;
mod scopes;
mod scripted;
mod server_answers;
mod sessions;
mod set_cookies;
mod signed_in;
mod sockets;
mod sse;
mod stopping;
mod streams;
mod subscriptions;
mod tasks;
mod tls;
mod tokens;
#[expect(
    clippy::duplicate_mod,
    reason = "every test of groups holds for both backends"
)]
mod two_processes;
mod users;
mod web_actors;
mod wired;
mod workers;
