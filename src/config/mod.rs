//! Every setting: a flag, an environment variable and a key of `parlour.toml`, in this order of
//! precedence. Settings are declared only once, for clap. The file replaces clap's defaults.
//! `usual.rs` lists the settings that `--help` shows. The others are advanced.

mod command;
mod file;
mod limits;
mod rates;
mod units;
mod usual;

use std::{net::SocketAddr, path::PathBuf};

use clap::{Args, CommandFactory, FromArgMatches, Parser, Subcommand};
use serde::Serialize;
use url::Url;

pub(crate) use command::quoted;
pub use limits::Limits;
pub use rates::RateLimits;
pub use units::{Period, Rate, Rates};

/// Bytes of a live event for each character of its message: the text, its markup and its source. A
/// test tries the costliest texts.
pub(crate) const FRAME_BYTES_PER_CHAR: usize = 64;

/// The command line of `parlour`.
#[derive(Debug, Parser)]
#[command(name = "parlour", version, about = "A self-hosted web chat")]
pub struct Cli {
    /// The command; without one, the server starts
    #[command(subcommand)]
    pub command: Option<Command>,
    /// File with settings, as `name = value`
    #[arg(
        long,
        global = true,
        env = "PARLOUR_CONFIG",
        default_value = "parlour.toml",
        value_name = "FILE"
    )]
    pub config: PathBuf,
    /// Print the settings in effect as a parlour.toml, and exit
    #[arg(long)]
    pub print_config: bool,
    /// All settings
    #[command(flatten)]
    pub settings: Settings,
}

/// What `parlour` does besides serving.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Create the owner of this server; the password is asked for, or read from standard input
    #[command(name = "createsuperuser")]
    CreateSuperuser {
        /// Name of the owner
        #[arg(long)]
        username: Option<String>,
    },
    /// Save the database and the secret key in one verified file, even while the server runs
    Backup {
        /// The new file
        file: PathBuf,
    },
    /// Restore a backup; the current data is moved aside, not deleted
    Restore {
        /// A file of `parlour backup`, or a copy of the database alone
        file: PathBuf,
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
        global = true,
        env = "PARLOUR_DATA",
        default_value = "parlour-data",
        value_name = "FOLDER"
    )]
    pub data: PathBuf,
    /// Database file, if not parlour.sqlite3 in the data folder (`sqlite://…` or a path)
    #[arg(
        long,
        global = true,
        env = "DATABASE_URL",
        value_name = "URL",
        value_parser = units::sqlite_path
    )]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub database_url: Option<PathBuf>,
    /// File of the secret key, if not secret.key in the data folder; it must exist
    #[arg(
        long,
        global = true,
        env = "PARLOUR_SECRET_KEY_FILE",
        value_name = "FILE"
    )]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub secret_key_file: Option<PathBuf>,
    /// Address at which people reach the site, if not the one it listens on
    #[arg(long, env = "PARLOUR_PUBLIC_URL", value_name = "URL", value_parser = units::site_url)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub public_url: Option<Url>,
    /// Threads that serve requests; 0 means one per core
    #[arg(long, env = "PARLOUR_WORKERS", default_value_t = 0, value_name = "N")]
    pub workers: usize,
    /// Additional host names that requests may have (the public URL's is always allowed)
    #[arg(
        long,
        env = "PARLOUR_ALLOWED_HOSTS",
        value_delimiter = ',',
        value_name = "HOSTS"
    )]
    pub allowed_hosts: Vec<String>,
    /// Networks of proxies whose X-Forwarded-For is trusted
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

impl Cli {
    /// Parses flags, environment and file.
    ///
    /// # Errors
    /// The error of clap, whose first line names the invalid setting and the reason.
    pub fn read<I, T>(arguments: I) -> Result<Self, clap::Error>
    where
        I: IntoIterator<Item = T> + Clone,
        T: Into<std::ffi::OsString> + Clone,
    {
        let show_advanced = arguments
            .clone()
            .into_iter()
            .any(|argument| argument.into() == usual::HELP_ADVANCED);
        let command = usual::with_advanced(Self::command(), show_advanced);
        let command = file::with_defaults_from_file(command, arguments.clone())?;
        Self::from_arg_matches(&command.try_get_matches_from(arguments)?)
    }

    /// Returns the flags as `--help` lists them. Advanced settings are hidden.
    pub fn command_line() -> clap::Command {
        usual::with_advanced(Self::command(), false)
    }
}

impl Settings {
    /// Returns the defaults without reading the environment, for tests and embedders.
    pub fn for_data(data: impl Into<PathBuf>) -> Self {
        let command = Cli::command().mut_args(|arg| arg.env(None::<&str>));
        let matches = command.get_matches_from(["parlour"]);
        let cli = Cli::from_arg_matches(&matches).expect("the defaults are valid settings");
        Self {
            data: data.into(),
            ..cli.settings
        }
    }

    /// Returns the settings as a `parlour.toml`.
    pub fn to_toml(&self) -> String {
        toml::to_string(self).expect("settings are flat names with plain values")
    }

    /// Returns the path of the database.
    pub fn database_path(&self) -> PathBuf {
        self.database_url
            .clone()
            .unwrap_or_else(|| self.data.join("parlour.sqlite3"))
    }

    /// Returns the URL of the site, without a path: the public URL, or the address of the listener.
    pub fn site_url(&self, listening: SocketAddr) -> Url {
        self.public_url.clone().unwrap_or_else(|| {
            Url::parse(&format!("http://{listening}/"))
                .expect("a socket address is a host and port")
        })
    }

    /// Returns whether cookies have the attribute `Secure`.
    pub fn secure_cookies(&self) -> bool {
        !self.insecure_cookies && !self.is_plain_loopback()
    }

    /// Checks for settings that are valid alone but contradict each other.
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
        let limits = &self.limits;
        let longest = limits.message_chars.saturating_mul(FRAME_BYTES_PER_CHAR);
        if longest > limits.socket_queue_bytes || limits.resume_bytes > limits.socket_queue_bytes {
            return Err(format!(
                "--socket-queue-bytes {} is too small: a message of --message-chars {} may take \
                 {longest} bytes, and an answer of --resume-bytes takes {}",
                limits.socket_queue_bytes, limits.message_chars, limits.resume_bytes
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
