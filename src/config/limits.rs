//! Limits that hold for each request, socket or session; each with its unit and its default.

use clap::Args;
use serde::Serialize;

use super::units::{self, Period, Rate};

/// Limits that hold for each request, socket or session.
#[derive(Debug, Clone, Args, Serialize)]
pub struct Limits {
    /// Largest WebSocket message or frame, bytes
    #[arg(
        long,
        env = "PARLOUR_MAX_MESSAGE_BYTES",
        default_value_t = 65_536,
        value_name = "BYTES"
    )]
    pub max_message_bytes: usize,
    /// Largest request head, bytes
    #[arg(
        long,
        env = "PARLOUR_MAX_HEAD_BYTES",
        default_value_t = 16_384,
        value_name = "BYTES"
    )]
    pub max_head_bytes: usize,
    /// Largest form or JSON body, bytes; a message of 10,000 emoji takes 120,000 as a form
    #[arg(
        long,
        env = "PARLOUR_MAX_FORM_BYTES",
        default_value_t = 131_072,
        value_name = "BYTES"
    )]
    pub max_form_bytes: usize,
    /// Longest wait for a request's head
    #[arg(
        long,
        env = "PARLOUR_HEAD_TIMEOUT",
        default_value = "5s",
        value_name = "TIME"
    )]
    pub head_timeout: Period,
    /// Longest wait for a request's body
    #[arg(
        long,
        env = "PARLOUR_BODY_TIMEOUT",
        default_value = "30s",
        value_name = "TIME"
    )]
    pub body_timeout: Period,
    /// Longest time to answer a request
    #[arg(
        long,
        env = "PARLOUR_HANDLER_TIMEOUT",
        default_value = "30s",
        value_name = "TIME"
    )]
    pub handler_timeout: Period,
    /// Open sockets per person
    #[arg(
        long,
        env = "PARLOUR_SOCKETS_PER_USER",
        default_value_t = 20,
        value_name = "N"
    )]
    pub sockets_per_user: usize,
    /// Open sockets per IP address
    #[arg(
        long,
        env = "PARLOUR_SOCKETS_PER_IP",
        default_value_t = 500,
        value_name = "N"
    )]
    pub sockets_per_ip: usize,
    /// HTTP connections per IP address; trusted proxies have no such limit
    #[arg(
        long,
        env = "PARLOUR_CONNECTIONS_PER_IP",
        default_value_t = 500,
        value_name = "N"
    )]
    pub connections_per_ip: usize,
    /// Pages in flight per person, or for all visitors from an IP address
    #[arg(
        long,
        env = "PARLOUR_PAGES_IN_FLIGHT",
        default_value_t = 16,
        value_name = "N",
        value_parser = units::count
    )]
    pub pages_in_flight: usize,
    /// Longest wait of a page above the limit of pages in flight, before it is refused
    #[arg(
        long,
        env = "PARLOUR_PAGE_WAIT",
        default_value = "3s",
        value_name = "TIME"
    )]
    pub page_wait: Period,
    /// Open sockets in total; 0 means 90 % of what the system allows
    #[arg(
        long,
        env = "PARLOUR_MAX_SOCKETS",
        default_value_t = 0,
        value_name = "N"
    )]
    pub max_sockets: usize,
    /// Rooms that one socket follows
    #[arg(
        long,
        env = "PARLOUR_ROOMS_PER_SOCKET",
        default_value_t = 1_000,
        value_name = "N"
    )]
    pub rooms_per_socket: usize,
    /// Time between the server's pings
    #[arg(
        long,
        env = "PARLOUR_PING_INTERVAL",
        default_value = "20s",
        value_name = "TIME"
    )]
    pub ping_interval: Period,
    /// Time without a frame from the client after which a socket is closed
    #[arg(
        long,
        env = "PARLOUR_IDLE_TIMEOUT",
        default_value = "60s",
        value_name = "TIME"
    )]
    pub idle_timeout: Period,
    /// How often an open socket checks that its session is still valid
    #[arg(
        long,
        env = "PARLOUR_SESSION_CHECK",
        default_value = "60s",
        value_name = "TIME"
    )]
    pub session_check: Period,
    /// Events that a socket may send
    #[arg(
        long,
        env = "PARLOUR_SOCKET_EVENTS",
        default_value = "60/3s",
        value_name = "RATE"
    )]
    pub socket_events: Rate,
    /// Invalid or too frequent events of a socket before it is closed
    #[arg(
        long,
        env = "PARLOUR_SOCKET_ERRORS",
        default_value = "10/60s",
        value_name = "RATE"
    )]
    pub socket_errors: Rate,
    /// Messages from one socket that may wait to be stored; more are refused for a while
    #[arg(
        long,
        env = "PARLOUR_SOCKET_POSTS",
        default_value_t = 16,
        value_name = "N"
    )]
    pub socket_posts: usize,
    /// Events that may wait for one socket
    #[arg(
        long,
        env = "PARLOUR_SOCKET_QUEUE_EVENTS",
        default_value_t = 256,
        value_name = "N"
    )]
    pub socket_queue_events: usize,
    /// Bytes that may wait for one socket
    #[arg(
        long,
        env = "PARLOUR_SOCKET_QUEUE_BYTES",
        default_value_t = 1_048_576,
        value_name = "BYTES"
    )]
    pub socket_queue_bytes: usize,
    /// Longest message, Unicode characters
    #[arg(
        long,
        env = "PARLOUR_MESSAGE_CHARS",
        default_value_t = 10_000,
        value_name = "N"
    )]
    pub message_chars: usize,
    /// Time in which the author of a message may edit it
    #[arg(
        long,
        env = "PARLOUR_EDIT_WINDOW",
        default_value = "24h",
        value_name = "TIME"
    )]
    pub edit_window: Period,
    /// Messages on one page of history
    #[arg(long, env = "PARLOUR_PAGE_LEN", default_value_t = 50, value_name = "N",
          value_parser = units::page_len)]
    pub page_len: u32,
    /// Bytes of markup on one page of history; at least one message is shown
    #[arg(
        long,
        env = "PARLOUR_PAGE_BYTES",
        default_value_t = 262_144,
        value_name = "BYTES"
    )]
    pub page_bytes: usize,
    /// Events in one answer after a reconnect; older ones become a gap that the page can load
    #[arg(
        long,
        env = "PARLOUR_RESUME_LEN",
        default_value_t = 500,
        value_name = "N"
    )]
    pub resume_len: u32,
    /// Bytes of JSON in one answer after a reconnect; at least one event is sent
    #[arg(
        long,
        env = "PARLOUR_RESUME_BYTES",
        default_value_t = 262_144,
        value_name = "BYTES"
    )]
    pub resume_bytes: usize,
    /// Work factor of new password hashes
    #[arg(long, env = "PARLOUR_BCRYPT_COST", default_value_t = 12, value_name = "COST",
          value_parser = clap::value_parser!(u32).range(4..=20))]
    pub bcrypt_cost: u32,
    /// A session ends after this time without a visit
    #[arg(
        long,
        env = "PARLOUR_SESSION_IDLE",
        default_value = "14days",
        value_name = "TIME"
    )]
    pub session_idle: Period,
    /// A session ends after this time in any case
    #[arg(
        long,
        env = "PARLOUR_SESSION_MAX",
        default_value = "90days",
        value_name = "TIME"
    )]
    pub session_max: Period,
    /// Sessions per person; the least recently used one ends first
    #[arg(
        long,
        env = "PARLOUR_SESSIONS_PER_USER",
        default_value_t = 20,
        value_name = "N"
    )]
    pub sessions_per_user: u32,
    /// Friend requests one person may have open
    #[arg(
        long,
        env = "PARLOUR_OPEN_REQUESTS",
        default_value_t = 20,
        value_name = "N"
    )]
    pub open_requests: u32,
    /// Friend requests a new account may have open, in its first 72 hours
    #[arg(
        long,
        env = "PARLOUR_OPEN_REQUESTS_NEW",
        default_value_t = 5,
        value_name = "N"
    )]
    pub open_requests_new: u32,
    /// People in a group conversation without a name
    #[arg(
        long,
        env = "PARLOUR_GROUP_PEOPLE",
        default_value_t = 100,
        value_name = "N"
    )]
    pub group_people: u32,
    /// Valid invite links of one room at the same time
    #[arg(
        long,
        env = "PARLOUR_ROOM_INVITES",
        default_value_t = 50,
        value_name = "N"
    )]
    pub room_invites: u32,
    /// Pinned messages of one room; a longer list is no longer read
    #[arg(
        long,
        env = "PARLOUR_ROOM_PINS",
        default_value_t = 50,
        value_name = "N"
    )]
    pub room_pins: u32,
    /// Conversations that one person may pin
    #[arg(
        long,
        env = "PARLOUR_PINNED_ROOMS",
        default_value_t = 25,
        value_name = "N"
    )]
    pub pinned_rooms: usize,
    /// Messages that one person may have scheduled
    #[arg(
        long,
        env = "PARLOUR_SCHEDULED_MESSAGES",
        default_value_t = 50,
        value_name = "N"
    )]
    pub scheduled_messages: usize,
    /// Reminders that one person may have; more than anybody works off, and all are on one page
    #[arg(
        long,
        env = "PARLOUR_REMINDERS",
        default_value_t = 100,
        value_name = "N"
    )]
    pub reminders: usize,
    /// How far ahead something can be scheduled; people forget what lies further ahead
    #[arg(
        long,
        env = "PARLOUR_LATER_AHEAD",
        default_value = "365days",
        value_name = "TIME"
    )]
    pub later_ahead: Period,
    /// Time in which the owner can cancel the deletion of a room
    #[arg(
        long,
        env = "PARLOUR_ROOM_DELETE_AFTER",
        default_value = "7days",
        value_name = "TIME"
    )]
    pub room_delete_after: Period,
    /// Longest line in the log, bytes; the rest is cut off and counted
    #[arg(
        long,
        env = "PARLOUR_LOG_LINE_BYTES",
        default_value_t = 2_048,
        value_name = "BYTES"
    )]
    pub log_line_bytes: usize,
    /// Identical warnings in the log; more are counted, and the count is logged after that time
    #[arg(
        long,
        env = "PARLOUR_LOG_REPEATS",
        default_value = "5/1m",
        value_name = "RATE"
    )]
    pub log_repeats: Rate,
    /// Security events of one kind in the log that clients can cause for free; more are counted
    #[arg(
        long,
        env = "PARLOUR_LOG_SECURITY_EVENTS",
        default_value = "60/1m",
        value_name = "RATE"
    )]
    pub log_security_events: Rate,
    /// Longest time for a graceful shutdown: closing sockets and finishing work
    #[arg(
        long,
        env = "PARLOUR_SHUTDOWN_TIMEOUT",
        default_value = "10s",
        value_name = "TIME"
    )]
    pub shutdown_timeout: Period,
}
