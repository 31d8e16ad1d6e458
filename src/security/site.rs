//! The site: its public URL, its host names and its origins.
//!
//! Created once at start, when the listening address is known. The checks of host, CSRF and socket
//! origin, and the response headers all use it.

use std::net::SocketAddr;

use url::{Host, Url};

use crate::config::Settings;

const LOOPBACK: [&str; 3] = ["localhost", "127.0.0.1", "[::1]"];

/// The addresses of the site. Registered as `web::Data`.
#[derive(Clone, Debug)]
pub struct Site {
    url: Url,
    hosts: Vec<String>,
    origins: Vec<String>,
    secure_cookies: bool,
}

impl Site {
    /// Derives the addresses from the settings and the address that the server listens on.
    pub fn new(settings: &Settings, listening: SocketAddr) -> Self {
        let url = settings.site_url(listening);
        let is_loopback = is_loopback(&url);
        let extra = settings.allowed_hosts.iter().map(String::as_str);
        let names: Vec<&str> = if is_loopback {
            extra.chain(LOOPBACK).collect()
        } else {
            extra.collect()
        };
        let own = url.origin().ascii_serialization();
        let further = names.iter().filter_map(|name| origin_of(&url, name));
        let further: Vec<String> = further.filter(|origin| *origin != own).collect();
        let origins = [vec![own], further].concat();
        let mut hosts: Vec<String> = url
            .host_str()
            .map(str::to_ascii_lowercase)
            .into_iter()
            .collect();
        hosts.extend(
            names
                .iter()
                .map(|name| without_port(name).to_ascii_lowercase()),
        );
        // Health probes on the same machine use loopback names. Browsers elsewhere cannot send
        // them.
        hosts.extend(LOOPBACK.map(str::to_owned));
        Self {
            url,
            hosts,
            origins,
            secure_cookies: settings.secure_cookies(),
        }
    }

    /// Returns the public URL, without a path.
    pub fn url(&self) -> &Url {
        &self.url
    }

    /// Returns whether people use https to reach the site, possibly through a proxy.
    pub fn is_https(&self) -> bool {
        self.url.scheme() == "https"
    }

    /// Returns whether cookies have the attribute `Secure` and a name prefix that requires it.
    pub fn secure_cookies(&self) -> bool {
        self.secure_cookies
    }

    /// Returns whether `host` (with or without a port) is a host name of the site.
    pub fn has_host(&self, host: &str) -> bool {
        let host = without_port(host).to_ascii_lowercase();
        self.hosts.contains(&host)
    }

    /// Returns the origins of the site, for example `https://chat.example.org`, the public one
    /// first.
    pub fn origins(&self) -> &[String] {
        &self.origins
    }

    /// Returns whether `origin`, the value of a header, is one of ours. Compares parsed URLs.
    pub fn has_origin(&self, origin: &str) -> bool {
        let is_bare = !origin.contains('@');
        is_bare
            && Url::parse(origin).is_ok_and(|url| {
                let origin = url.origin();
                origin.is_tuple() && self.origins.contains(&origin.ascii_serialization())
            })
    }

    /// Returns the full name of a cookie. Secure cookies get a prefix that browsers enforce: no
    /// other host, no other path, only https.
    pub fn cookie_name(&self, name: &str) -> String {
        if self.secure_cookies {
            format!("__Host-{name}")
        } else {
            name.to_owned()
        }
    }
}

fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        Some(Host::Domain(name)) => name == "localhost",
        None => false,
    }
}

/// Returns the origin of a further host: the scheme of the public URL, and its port unless `host`
/// has one.
fn origin_of(url: &Url, host: &str) -> Option<String> {
    let port = url.port().filter(|_| host == without_port(host));
    let port = port.map(|port| format!(":{port}")).unwrap_or_default();
    let other = Url::parse(&format!("{}://{host}{port}", url.scheme())).ok()?;
    Some(other.origin().ascii_serialization())
}

/// Removes the port from `chat.example.org:8000` or `[::1]:8000`.
fn without_port(host: &str) -> &str {
    let end_of_name = host.rfind(']').unwrap_or(0);
    match host[end_of_name..].find(':') {
        Some(colon) => &host[..end_of_name + colon],
        None => host,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn site(public_url: Option<&str>, allowed_hosts: &[&str]) -> Site {
        let mut settings = Settings::for_data("unused");
        settings.public_url = public_url.map(|url| url.parse().unwrap());
        settings.allowed_hosts = allowed_hosts.iter().map(|&host| host.to_owned()).collect();
        Site::new(&settings, "127.0.0.1:8000".parse().unwrap())
    }

    #[test]
    fn hosts_are_the_public_one_the_further_ones_and_the_machine_itself() {
        let site = site(Some("https://chat.example.org"), &["talk.example.org:8443"]);

        for host in [
            "chat.example.org",
            "CHAT.example.org",
            "chat.example.org:443",
            "talk.example.org",
            "localhost:8000",
            "127.0.0.1",
            "[::1]:80",
        ] {
            assert!(site.has_host(host), "{host}");
        }
        for host in [
            "",
            "example.org",
            "evil-chat.example.org",
            "chat.example.org.evil.test",
            "chat.example.org@evil.test",
            "192.0.2.1",
            "[::2]",
        ] {
            assert!(!site.has_host(host), "{host}");
        }
    }

    #[test]
    fn origins_are_compared_with_scheme_host_and_port() {
        let site = site(Some("https://chat.example.org"), &["talk.example.org:8443"]);

        for origin in [
            "https://chat.example.org",
            "https://chat.example.org:443",
            "https://talk.example.org:8443",
        ] {
            assert!(site.has_origin(origin), "{origin}");
        }
        for origin in [
            "",
            "null",
            "http://chat.example.org",
            "https://chat.example.org:8443",
            "https://talk.example.org",
            "https://chat.example.org.evil.test",
            "https://chat.example.org@evil.test",
            "https://user@chat.example.org",
            "https://evil.test/https://chat.example.org",
            "chat.example.org",
            "file:///chat.example.org",
            "https://localhost",
        ] {
            assert!(!site.has_origin(origin), "{origin}");
        }
    }

    #[test]
    fn on_loopback_every_name_of_the_machine_is_the_site() {
        let site = site(None, &[]);

        assert_eq!(
            site.origins(),
            [
                "http://127.0.0.1:8000",
                "http://localhost:8000",
                "http://[::1]:8000"
            ]
        );
        for origin in ["http://localhost:8000", "http://[::1]:8000"] {
            assert!(site.has_origin(origin), "{origin}");
        }
        assert!(!site.has_origin("http://localhost:8001"));
        assert_eq!(site.cookie_name("parlour_session"), "parlour_session");
    }

    #[test]
    fn cookies_of_a_secure_site_say_so_in_their_name() {
        let site = site(Some("https://chat.example.org"), &[]);

        assert_eq!(
            site.cookie_name("parlour_session"),
            "__Host-parlour_session"
        );
    }
}
