//! How often a person and an address may do something.

use clap::Args;
use serde::Serialize;

use super::units::Rates;

/// Token buckets, written `count/time`; several hold together, parted by commas.
#[derive(Debug, Clone, Args, Serialize)]
pub struct RateLimits {
    /// Failed log-ins of one name
    #[arg(
        long,
        env = "PARLOUR_LOGIN_FAILURES",
        default_value = "10/15m",
        value_name = "RATES"
    )]
    pub login_failures: Rates,
    /// Failed log-ins of one address
    #[arg(
        long,
        env = "PARLOUR_LOGIN_FAILURES_IP",
        default_value = "50/15m",
        value_name = "RATES"
    )]
    pub login_failures_ip: Rates,
    /// New accounts of one address
    #[arg(
        long,
        env = "PARLOUR_REGISTRATIONS_IP",
        default_value = "60/1h",
        value_name = "RATES"
    )]
    pub registrations_ip: Rates,
    /// Password changes of one person
    #[arg(
        long,
        env = "PARLOUR_PASSWORD_CHANGES",
        default_value = "5/1h",
        value_name = "RATES"
    )]
    pub password_changes: Rates,
    /// Password changes of one address
    #[arg(
        long,
        env = "PARLOUR_PASSWORD_CHANGES_IP",
        default_value = "20/1h",
        value_name = "RATES"
    )]
    pub password_changes_ip: Rates,
    /// Friend requests of one person
    #[arg(
        long,
        env = "PARLOUR_FRIEND_REQUESTS",
        default_value = "20/1h",
        value_name = "RATES"
    )]
    pub friend_requests: Rates,
    /// Friend requests of one address
    #[arg(
        long,
        env = "PARLOUR_FRIEND_REQUESTS_IP",
        default_value = "60/1h",
        value_name = "RATES"
    )]
    pub friend_requests_ip: Rates,
    /// Messages of one person
    #[arg(
        long,
        env = "PARLOUR_MESSAGES",
        default_value = "30/10s,600/10m",
        value_name = "RATES"
    )]
    pub messages: Rates,
    /// Messages of one address
    #[arg(
        long,
        env = "PARLOUR_MESSAGES_IP",
        default_value = "300/10s",
        value_name = "RATES"
    )]
    pub messages_ip: Rates,
    /// Reactions of one person
    #[arg(
        long,
        env = "PARLOUR_REACTIONS",
        default_value = "30/10s,600/10m",
        value_name = "RATES"
    )]
    pub reactions: Rates,
    /// Reactions of one address
    #[arg(
        long,
        env = "PARLOUR_REACTIONS_IP",
        default_value = "300/10s",
        value_name = "RATES"
    )]
    pub reactions_ip: Rates,
    /// New rooms of one person
    #[arg(
        long,
        env = "PARLOUR_ROOM_CREATIONS",
        default_value = "10/1h",
        value_name = "RATES"
    )]
    pub room_creations: Rates,
    /// New rooms of one address
    #[arg(
        long,
        env = "PARLOUR_ROOM_CREATIONS_IP",
        default_value = "60/1h",
        value_name = "RATES"
    )]
    pub room_creations_ip: Rates,
    /// New links into rooms, and people added to rooms, of one person
    #[arg(
        long,
        env = "PARLOUR_INVITATIONS",
        default_value = "60/1h",
        value_name = "RATES"
    )]
    pub invitations: Rates,
    /// New links into rooms, and people added to rooms, of one address
    #[arg(
        long,
        env = "PARLOUR_INVITATIONS_IP",
        default_value = "60/1h",
        value_name = "RATES"
    )]
    pub invitations_ip: Rates,
    /// Other changes of rooms of one person: joining, leaving, renaming
    #[arg(
        long,
        env = "PARLOUR_ROOM_CHANGES",
        default_value = "120/10m",
        value_name = "RATES"
    )]
    pub room_changes: Rates,
    /// Other changes of rooms of one address
    #[arg(
        long,
        env = "PARLOUR_ROOM_CHANGES_IP",
        default_value = "600/10m",
        value_name = "RATES"
    )]
    pub room_changes_ip: Rates,
}
