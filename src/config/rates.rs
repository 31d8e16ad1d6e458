//! The rate limits for people and addresses.

use clap::Args;
use serde::Serialize;

use super::units::Rates;

/// Token buckets, written `count/time`; several are combined with commas, and all of them apply.
#[derive(Debug, Clone, Args, Serialize)]
pub struct RateLimits {
    /// Failed log-ins per user name
    #[arg(
        long,
        env = "PARLOUR_LOGIN_FAILURES",
        default_value = "10/15m",
        value_name = "RATES"
    )]
    pub login_failures: Rates,
    /// Failed log-ins per IP address
    #[arg(
        long,
        env = "PARLOUR_LOGIN_FAILURES_IP",
        default_value = "50/15m",
        value_name = "RATES"
    )]
    pub login_failures_ip: Rates,
    /// Registration forms per IP address, including invalid ones
    #[arg(
        long,
        env = "PARLOUR_REGISTRATION_FORMS_IP",
        default_value = "300/1h",
        value_name = "RATES"
    )]
    pub registration_forms_ip: Rates,
    /// New accounts per IP address
    #[arg(
        long,
        env = "PARLOUR_REGISTRATIONS_IP",
        default_value = "60/1h",
        value_name = "RATES"
    )]
    pub registrations_ip: Rates,
    /// Password changes per person
    #[arg(
        long,
        env = "PARLOUR_PASSWORD_CHANGES",
        default_value = "5/1h",
        value_name = "RATES"
    )]
    pub password_changes: Rates,
    /// Password changes per IP address
    #[arg(
        long,
        env = "PARLOUR_PASSWORD_CHANGES_IP",
        default_value = "20/1h",
        value_name = "RATES"
    )]
    pub password_changes_ip: Rates,
    /// Friend requests per person
    #[arg(
        long,
        env = "PARLOUR_FRIEND_REQUESTS",
        default_value = "20/1h",
        value_name = "RATES"
    )]
    pub friend_requests: Rates,
    /// Friend requests per IP address
    #[arg(
        long,
        env = "PARLOUR_FRIEND_REQUESTS_IP",
        default_value = "60/1h",
        value_name = "RATES"
    )]
    pub friend_requests_ip: Rates,
    /// Other changes of friendships per person: accept, remove, block
    #[arg(
        long,
        env = "PARLOUR_FRIEND_CHANGES",
        default_value = "120/10m",
        value_name = "RATES"
    )]
    pub friend_changes: Rates,
    /// Other changes of friendships per IP address
    #[arg(
        long,
        env = "PARLOUR_FRIEND_CHANGES_IP",
        default_value = "1200/10m",
        value_name = "RATES"
    )]
    pub friend_changes_ip: Rates,
    /// Messages per person
    #[arg(
        long,
        env = "PARLOUR_MESSAGES",
        default_value = "30/10s,600/10m",
        value_name = "RATES"
    )]
    pub messages: Rates,
    /// Messages per IP address
    #[arg(
        long,
        env = "PARLOUR_MESSAGES_IP",
        default_value = "300/10s",
        value_name = "RATES"
    )]
    pub messages_ip: Rates,
    /// Messages with @everyone or @here per person; each one interrupts a whole room
    #[arg(
        long,
        env = "PARLOUR_CALLS",
        default_value = "5/1h",
        value_name = "RATES"
    )]
    pub calls: Rates,
    /// Messages with @everyone or @here per IP address
    #[arg(
        long,
        env = "PARLOUR_CALLS_IP",
        default_value = "60/1h",
        value_name = "RATES"
    )]
    pub calls_ip: Rates,
    /// Reactions per person
    #[arg(
        long,
        env = "PARLOUR_REACTIONS",
        default_value = "30/10s,600/10m",
        value_name = "RATES"
    )]
    pub reactions: Rates,
    /// Reactions per IP address
    #[arg(
        long,
        env = "PARLOUR_REACTIONS_IP",
        default_value = "300/10s",
        value_name = "RATES"
    )]
    pub reactions_ip: Rates,
    /// New rooms per person
    #[arg(
        long,
        env = "PARLOUR_ROOM_CREATIONS",
        default_value = "10/1h",
        value_name = "RATES"
    )]
    pub room_creations: Rates,
    /// New rooms per IP address
    #[arg(
        long,
        env = "PARLOUR_ROOM_CREATIONS_IP",
        default_value = "60/1h",
        value_name = "RATES"
    )]
    pub room_creations_ip: Rates,
    /// New invite links, and people added to rooms, per person
    #[arg(
        long,
        env = "PARLOUR_INVITATIONS",
        default_value = "60/1h",
        value_name = "RATES"
    )]
    pub invitations: Rates,
    /// New invite links, and people added to rooms, per IP address
    #[arg(
        long,
        env = "PARLOUR_INVITATIONS_IP",
        default_value = "60/1h",
        value_name = "RATES"
    )]
    pub invitations_ip: Rates,
    /// Other changes of rooms per person: joining, leaving, renaming
    #[arg(
        long,
        env = "PARLOUR_ROOM_CHANGES",
        default_value = "120/10m",
        value_name = "RATES"
    )]
    pub room_changes: Rates,
    /// Other changes of rooms per IP address
    #[arg(
        long,
        env = "PARLOUR_ROOM_CHANGES_IP",
        default_value = "600/10m",
        value_name = "RATES"
    )]
    pub room_changes_ip: Rates,
    /// Changes of preferences, notifications, snooze and devices, per person
    #[arg(
        long,
        env = "PARLOUR_SETTINGS_CHANGES",
        default_value = "120/10m",
        value_name = "RATES"
    )]
    pub settings_changes: Rates,
    /// Changes of preferences, notifications, snooze and devices, per IP address
    #[arg(
        long,
        env = "PARLOUR_SETTINGS_CHANGES_IP",
        default_value = "1200/10m",
        value_name = "RATES"
    )]
    pub settings_changes_ip: Rates,
    /// Read positions moved per person, on all devices
    #[arg(
        long,
        env = "PARLOUR_READ_MARKS",
        default_value = "600/1m",
        value_name = "RATES"
    )]
    pub read_marks: Rates,
    /// Read positions moved per IP address
    #[arg(
        long,
        env = "PARLOUR_READ_MARKS_IP",
        default_value = "6000/1m",
        value_name = "RATES"
    )]
    pub read_marks_ip: Rates,
    /// Pages and parts of pages requested per person
    #[arg(
        long,
        env = "PARLOUR_PAGE_READS",
        default_value = "600/1m",
        value_name = "RATES"
    )]
    pub page_reads: Rates,
    /// Pages and parts of pages requested per IP address
    #[arg(
        long,
        env = "PARLOUR_PAGE_READS_IP",
        default_value = "6000/1m",
        value_name = "RATES"
    )]
    pub page_reads_ip: Rates,
    /// Other forms per person
    #[arg(
        long,
        env = "PARLOUR_FORMS",
        default_value = "120/1m",
        value_name = "RATES"
    )]
    pub forms: Rates,
    /// Other forms per IP address
    #[arg(
        long,
        env = "PARLOUR_FORMS_IP",
        default_value = "1200/1m",
        value_name = "RATES"
    )]
    pub forms_ip: Rates,
    /// Sockets and streams opened per person
    #[arg(
        long,
        env = "PARLOUR_HANDSHAKES",
        default_value = "120/1m",
        value_name = "RATES"
    )]
    pub handshakes: Rates,
    /// Sockets and streams opened per IP address
    #[arg(
        long,
        env = "PARLOUR_HANDSHAKES_IP",
        default_value = "3000/1m",
        value_name = "RATES"
    )]
    pub handshakes_ip: Rates,
    /// Events besides messages sent per person, on all sockets together
    #[arg(
        long,
        env = "PARLOUR_EVENTS",
        default_value = "1200/20s",
        value_name = "RATES"
    )]
    pub events: Rates,
    /// Events besides messages sent per IP address
    #[arg(
        long,
        env = "PARLOUR_EVENTS_IP",
        default_value = "30000/30s",
        value_name = "RATES"
    )]
    pub events_ip: Rates,
    /// Events per person whose answer needs a database query
    #[arg(
        long,
        env = "PARLOUR_SOCKET_READS",
        default_value = "1200/1m",
        value_name = "RATES"
    )]
    pub socket_reads: Rates,
    /// Events per IP address whose answer needs a database query
    #[arg(
        long,
        env = "PARLOUR_SOCKET_READS_IP",
        default_value = "12000/1m",
        value_name = "RATES"
    )]
    pub socket_reads_ip: Rates,
    /// Token buckets stored for each of accounts, typed names and IP addresses; about 110 bytes per bucket
    #[arg(
        long,
        env = "PARLOUR_LIMITER_BUCKETS",
        default_value_t = 50_000,
        value_name = "N"
    )]
    pub limiter_buckets: usize,
}
