//! Refuses handshakes from pages of other sites (cross-site WebSocket hijacking):
//! [`OriginValidator`].
//!
//! A browser sends a person's cookies with every WebSocket, whichever page opened it; only the
//! `Origin` header identifies the page. Source: channels/security/websocket.py, with patterns that
//! could never match refused at start-up.

use futures_util::future::LocalBoxFuture;
use url::{Host, Url};

use crate::answer::Deny;
use crate::error::Error;
use crate::middleware::{Middleware, Next};
use crate::routing::Connecting;
use crate::scope::Scope;

/// Denies with 403 unless the `Origin` matches one of its patterns.
///
/// | pattern | matches |
/// |---|---|
/// | `example.org` | that host, with any scheme and port |
/// | `.example.org` | that host and every subdomain |
/// | `https://example.org` | scheme, host and port (the scheme's own unless given) |
/// | `https://.example.org:8443` | the same with every subdomain |
/// | `https://*.example.org` | subdomains, whole labels, without the host itself |
/// | `*` | everything, even no origin at all |
///
/// ```
/// use channels::security::OriginValidator;
/// let site = OriginValidator::new(["https://chat.example.org"])?;
/// assert!(site.allows(Some("https://chat.example.org")));
/// assert!(!site.allows(Some("https://chat.example.org.evil.example")));
/// assert!(!site.allows(None));
/// # Ok::<(), channels::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct OriginValidator {
    patterns: Vec<OriginPattern>,
}

#[derive(Clone, Debug)]
enum OriginPattern {
    Anything,
    Host(HostPattern),
    Origin {
        scheme: String,
        host: HostPattern,
        port: Option<u16>,
    },
}

#[derive(Clone, Debug)]
enum HostPattern {
    Exactly(String),
    /// The host and its subdomains.
    WithSubdomains(String),
    /// Its subdomains only.
    Subdomains(String),
}

impl OriginValidator {
    /// Compiles the patterns.
    ///
    /// # Errors
    /// [`Error::OriginPattern`] for one that would match nothing, or not what it looks like.
    pub fn new<I>(patterns: I) -> Result<Self, Error>
    where
        I: IntoIterator,
        I::Item: AsRef<str>,
    {
        let compiled = patterns.into_iter().map(|pattern| {
            let pattern = pattern.as_ref();
            compile(pattern).map_err(|reason| Error::OriginPattern {
                pattern: pattern.to_owned(),
                reason,
            })
        });
        Ok(Self {
            patterns: compiled.collect::<Result<_, _>>()?,
        })
    }

    /// Allows the hosts of a site, as in Django's `ALLOWED_HOSTS`: upstream's
    /// `AllowedHostsOriginValidator`. Without any and in debug mode, `localhost`, `127.0.0.1` and
    /// `[::1]`; without any and otherwise, nothing.
    ///
    /// ```
    /// use channels::security::OriginValidator;
    /// let site = OriginValidator::allowed_hosts(&[".example.org"], false)?;
    /// assert!(site.allows(Some("https://chat.example.org")));
    /// # Ok::<(), channels::Error>(())
    /// ```
    ///
    /// # Errors
    /// As [`new`](Self::new).
    pub fn allowed_hosts<H: AsRef<str>>(hosts: &[H], debug: bool) -> Result<Self, Error> {
        if debug && hosts.is_empty() {
            return Self::new(["localhost", "127.0.0.1", "[::1]"]);
        }
        Self::new(hosts)
    }

    /// Whether a handshake with this `Origin` header is allowed.
    pub fn allows(&self, origin: Option<&str>) -> bool {
        let origin = origin.and_then(parse_origin);
        self.patterns.iter().any(|pattern| match pattern {
            OriginPattern::Anything => true,
            OriginPattern::Host(host) => origin
                .as_ref()
                .is_some_and(|origin| host.matches(&origin.host)),
            OriginPattern::Origin { scheme, host, port } => origin.as_ref().is_some_and(|origin| {
                origin.scheme == *scheme && origin.port == *port && host.matches(&origin.host)
            }),
        })
    }
}

impl Middleware for OriginValidator {
    fn call<'a>(
        &'a self,
        scope: Scope,
        next: Next<'a>,
    ) -> LocalBoxFuture<'a, Result<Connecting, Deny>> {
        Box::pin(async move {
            if !self.allows(scope.header("origin")) {
                log::info!(target: "channels::security", "handshake refused: foreign origin");
                return Err(Deny::forbidden().text("Origin not allowed"));
            }
            next.run(scope).await
        })
    }
}

impl HostPattern {
    fn parse(text: &str) -> Result<Self, &'static str> {
        if let Some(parent) = text.strip_prefix("*.") {
            return Ok(Self::Subdomains(known_host(parent)?));
        }
        if let Some(parent) = text.strip_prefix('.') {
            return Ok(Self::WithSubdomains(known_host(parent)?));
        }
        Ok(Self::Exactly(known_host(text)?))
    }

    fn matches(&self, host: &str) -> bool {
        match self {
            Self::Exactly(known) => host == known,
            Self::WithSubdomains(parent) => host == parent || is_subdomain(host, parent),
            Self::Subdomains(parent) => is_subdomain(host, parent),
        }
    }
}

fn is_subdomain(host: &str, parent: &str) -> bool {
    host.strip_suffix(parent)
        .and_then(|labels| labels.strip_suffix('.'))
        .is_some_and(|labels| !labels.is_empty())
}

struct Origin {
    scheme: String,
    host: String,
    port: Option<u16>,
}

/// Parses an origin as browsers write it: scheme, host and port, nothing else.
fn parse_origin(text: &str) -> Option<Origin> {
    let (_, authority) = text.split_once("://")?;
    // A user name, a path or a second value in the header is not an origin but an attack.
    if authority.contains(['/', '\\', '?', '#', '@', ',', ' ', '\t']) {
        return None;
    }
    let url = Url::parse(text).ok()?;
    let host = url.host_str().filter(|host| !host.is_empty())?;
    Some(Origin {
        host: host.to_ascii_lowercase(),
        port: url.port_or_known_default(),
        scheme: url.scheme().to_owned(),
    })
}

fn compile(pattern: &str) -> Result<OriginPattern, &'static str> {
    if pattern == "*" {
        return Ok(OriginPattern::Anything);
    }
    let Some((scheme, authority)) = pattern.split_once("://") else {
        if pattern.starts_with("*.") {
            return Err("write .example.org, or https://*.example.org for subdomains only");
        }
        return Ok(OriginPattern::Host(HostPattern::parse(pattern)?));
    };
    let (host, port) = split_port(authority)?;
    let scheme = scheme.to_ascii_lowercase();
    if !scheme
        .bytes()
        .all(|byte| byte.is_ascii_alphanumeric() || b"+-.".contains(&byte))
    {
        return Err("the scheme is not one");
    }
    Ok(OriginPattern::Origin {
        port: port.or_else(|| default_port(&scheme)),
        host: HostPattern::parse(host)?,
        scheme,
    })
}

/// Removes the port, but not a part of an IPv6 address.
fn split_port(authority: &str) -> Result<(&str, Option<u16>), &'static str> {
    let after_address = authority.rfind(']').map_or(0, |at| at + 1);
    match authority[after_address..].rfind(':') {
        None => Ok((authority, None)),
        Some(colon) => {
            let (host, port) = authority.split_at(after_address + colon);
            let Ok(port) = port[1..].parse() else {
                return Err("the port is not a number from 0 to 65535");
            };
            Ok((host, Some(port)))
        }
    }
}

fn default_port(scheme: &str) -> Option<u16> {
    match scheme {
        "http" | "ws" => Some(80),
        "https" | "wss" => Some(443),
        _ => None,
    }
}

/// Normalises a host to the form of a parsed origin.
fn known_host(text: &str) -> Result<String, &'static str> {
    if text.is_empty() {
        return Err("the host is missing");
    }
    if text.contains('*') {
        return Err("a * stands alone, or for the labels before a whole name, as in *.example.org");
    }
    if text.contains(':') && !text.starts_with('[') {
        return Err("a port needs its scheme, as in https://example.org:8443");
    }
    match Host::parse(text) {
        Ok(host) => Ok(host.to_string()),
        Err(_) => Err("the host is not a host name"),
    }
}
