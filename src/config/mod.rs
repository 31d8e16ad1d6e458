//! Every setting: a flag, an environment variable and a key of `parlour.toml`, in this order of
//! force. clap holds the one definition; the file only replaces clap's defaults.

mod file;
mod units;

use std::{net::SocketAddr, path::PathBuf};

use clap::{Args, CommandFactory, FromArgMatches, Parser, Subcommand};
use serde::Serialize;
use url::Url;

pub use units::{Period, Rate, Rates};

/// The command line of `parlour`.
#[derive(Debug, Parser)]
#[command(name = "parlour", version, about = "A self-hosted web chat")]
pub struct Cli {
    /// What to do; without one, serve
    #[command(subcommand)]
    pub command: Option<Command>,
    /// File that may hold every setting, as `name = value`
    #[arg(
        long,
        env = "PARLOUR_CONFIG",
        default_value = "parlour.toml",
        value_name = "FILE"
    )]
    pub config: PathBuf,
    /// Print the settings that would hold, as a parlour.toml, and stop
    #[arg(long)]
    pub print_config: bool,
    /// All settings
    #[command(flatten)]
    pub settings: Settings,
}

/// What `parlour` does besides serving.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Make the owner of this server; the password is asked for, or read from standard input
    #[command(name = "createsuperuser")]
    CreateSuperuser {
        /// Name of the owner
        #[arg(long)]
        username: Option<String>,
    },
}

/// The settings that hold for one run.
#[derive(Debug, Clone, Args, Serialize)]
pub struct Settings {
    /// Address and port to listen on
    #[arg(
        long,
        env = "PARLOUR_BIND",
        default_value = "127.0.0.1:8000",
        value_name = "ADDRESS"
    )]
    pub bind: SocketAddr,
    /// Folder of the database and the secret key
    #[arg(
        long,
        env = "PARLOUR_DATA",
        default_value = "parlour-data",
        value_name = "FOLDER"
    )]
    pub data: PathBuf,
    /// Database file, if not parlour.sqlite3 in the data folder (`sqlite://…` or a path)
    #[arg(long, env = "DATABASE_URL", value_name = "URL", value_parser = units::sqlite_path)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub database_url: Option<PathBuf>,
    /// Address under which people reach the site, if not the one it listens on
    #[arg(long, env = "PARLOUR_PUBLIC_URL", value_name = "URL", value_parser = units::site_url)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub public_url: Option<Url>,
    /// Threads that serve requests; 0 means one per core
    #[arg(long, env = "PARLOUR_WORKERS", default_value_t = 0, value_name = "N")]
    pub workers: usize,
    /// Further host names that requests may carry (the public URL's is always allowed)
    #[arg(
        long,
        env = "PARLOUR_ALLOWED_HOSTS",
        value_delimiter = ',',
        value_name = "HOSTS"
    )]
    pub allowed_hosts: Vec<String>,
    /// Networks of proxies whose forwarding headers are believed
    #[arg(
        long,
        env = "PARLOUR_TRUSTED_PROXIES",
        value_delimiter = ',',
        value_name = "NETWORKS"
    )]
    pub trusted_proxies: Vec<ipnet::IpNet>,
    /// Allow cookies without Secure on an address that is not loopback
    #[arg(long, env = "PARLOUR_INSECURE_COOKIES")]
    pub insecure_cookies: bool,
    /// Limits of requests, sockets and sign-in
    #[command(flatten)]
    #[serde(flatten)]
    pub limits: Limits,
    /// How often a person or an address may do something
    #[command(flatten)]
    #[serde(flatten)]
    pub rates: RateLimits,
}

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
    /// Open sockets of one person
    #[arg(
        long,
        env = "PARLOUR_SOCKETS_PER_USER",
        default_value_t = 20,
        value_name = "N"
    )]
    pub sockets_per_user: usize,
    /// Open sockets of one address
    #[arg(
        long,
        env = "PARLOUR_SOCKETS_PER_IP",
        default_value_t = 500,
        value_name = "N"
    )]
    pub sockets_per_ip: usize,
    /// Open sockets in all; 0 means 90 % of what the system allows
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
    /// Silence after which a socket is dropped
    #[arg(
        long,
        env = "PARLOUR_IDLE_TIMEOUT",
        default_value = "60s",
        value_name = "TIME"
    )]
    pub idle_timeout: Period,
    /// How often an open socket checks that its session still holds
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
    /// Events of a socket that may be wrong or too fast before it is closed
    #[arg(
        long,
        env = "PARLOUR_SOCKET_ERRORS",
        default_value = "10/60s",
        value_name = "RATE"
    )]
    pub socket_errors: Rate,
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
    /// Messages on one page of history
    #[arg(long, env = "PARLOUR_PAGE_LEN", default_value_t = 50, value_name = "N",
          value_parser = units::page_len)]
    pub page_len: u32,
    /// Events that one reconnect is sent before older ones become a named hole
    #[arg(
        long,
        env = "PARLOUR_RESUME_LEN",
        default_value_t = 500,
        value_name = "N"
    )]
    pub resume_len: u32,
    /// Work factor of new password hashes
    #[arg(long, env = "PARLOUR_BCRYPT_COST", default_value_t = 12, value_name = "COST",
          value_parser = clap::value_parser!(u32).range(4..=20))]
    pub bcrypt_cost: u32,
    /// A session ends after this time without a visit …
    #[arg(
        long,
        env = "PARLOUR_SESSION_IDLE",
        default_value = "14days",
        value_name = "TIME"
    )]
    pub session_idle: Period,
    /// … and after this time in any case
    #[arg(
        long,
        env = "PARLOUR_SESSION_MAX",
        default_value = "90days",
        value_name = "TIME"
    )]
    pub session_max: Period,
    /// Sessions of one person; the oldest goes first
    #[arg(
        long,
        env = "PARLOUR_SESSIONS_PER_USER",
        default_value_t = 20,
        value_name = "N"
    )]
    pub sessions_per_user: u32,
    /// Friend requests one person may have open …
    #[arg(
        long,
        env = "PARLOUR_OPEN_REQUESTS",
        default_value_t = 20,
        value_name = "N"
    )]
    pub open_requests: u32,
    /// … and in the first 72 hours of an account
    #[arg(
        long,
        env = "PARLOUR_OPEN_REQUESTS_NEW",
        default_value_t = 5,
        value_name = "N"
    )]
    pub open_requests_new: u32,
    /// Time in which open sockets are closed and work is finished at the end
    #[arg(
        long,
        env = "PARLOUR_SHUTDOWN_TIMEOUT",
        default_value = "10s",
        value_name = "TIME"
    )]
    pub shutdown_timeout: Period,
}

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
}

impl Cli {
    /// Reads flags, environment and file.
    ///
    /// # Errors
    /// clap's error; its first line names the setting and what is wrong with it.
    pub fn read<I, T>(arguments: I) -> Result<Self, clap::Error>
    where
        I: IntoIterator<Item = T> + Clone,
        T: Into<std::ffi::OsString> + Clone,
    {
        let command = file::with_defaults_from_file(Self::command(), arguments.clone())?;
        Self::from_arg_matches(&command.try_get_matches_from(arguments)?)
    }
}

impl Settings {
    /// The defaults, with nothing read from the environment: for tests and embedders.
    pub fn for_data(data: impl Into<PathBuf>) -> Self {
        let command = Cli::command().mut_args(|arg| arg.env(None::<&str>));
        let matches = command.get_matches_from(["parlour"]);
        let cli = Cli::from_arg_matches(&matches).expect("the defaults are valid settings");
        Self {
            data: data.into(),
            ..cli.settings
        }
    }

    /// The settings as a `parlour.toml`.
    pub fn to_toml(&self) -> String {
        toml::to_string(self).expect("settings are flat names with plain values")
    }

    /// Where the database lies.
    pub fn database_path(&self) -> PathBuf {
        self.database_url
            .clone()
            .unwrap_or_else(|| self.data.join("parlour.sqlite3"))
    }

    /// The address that people use, without a path: the public URL, or the one that is listened on.
    pub fn site_url(&self, listening: SocketAddr) -> Url {
        self.public_url.clone().unwrap_or_else(|| {
            Url::parse(&format!("http://{listening}/"))
                .expect("a socket address is a host and port")
        })
    }

    /// Whether cookies carry `Secure`.
    pub fn secure_cookies(&self) -> bool {
        !self.insecure_cookies && !self.is_plain_loopback()
    }

    /// What contradicts itself although each setting alone is right.
    ///
    /// # Errors
    /// One sentence that names the settings.
    pub fn check(&self) -> Result<(), String> {
        let https = self
            .public_url
            .as_ref()
            .is_some_and(|url| url.scheme() == "https");
        if https && self.insecure_cookies {
            return Err("--insecure-cookies contradicts the https --public-url".into());
        }
        if !https && !self.bind.ip().is_loopback() && !self.insecure_cookies {
            return Err(format!(
                "--bind {} is reachable from other machines: set --public-url to the https \
                 address of your proxy, or --insecure-cookies to serve plain http",
                self.bind
            ));
        }
        Ok(())
    }

    fn is_plain_loopback(&self) -> bool {
        let https = self
            .public_url
            .as_ref()
            .is_some_and(|url| url.scheme() == "https");
        !https && self.bind.ip().is_loopback()
    }
}

#[cfg(test)]
mod tests;
