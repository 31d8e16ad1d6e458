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
        let named = names.iter().filter_map(|name| host_name(name));
        hosts.extend(named.map(str::to_ascii_lowercase));
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

    /// Returns whether `host`, the value of a header with or without a port, is a host name of the
    /// site. As in Django, the name may end with the dot of an absolute name.
    pub fn has_host(&self, host: &str) -> bool {
        host_name(host).is_some_and(|name| self.hosts.contains(&name.to_ascii_lowercase()))
    }

    /// Returns the origins of the site, for example `https://chat.example.org`, the public one
    /// first.
    pub fn origins(&self) -> &[String] {
        &self.origins
    }

    /// Returns the origins from which a page may open a socket: those of the site, and the same with
    /// the dot of an absolute name.
    pub fn origins_of_sockets(&self) -> Vec<String> {
        let absolute = self.origins.iter().filter_map(|origin| {
            let mut url = Url::parse(origin).ok()?;
            let dotted = format!("{}.", url.domain()?);
            url.set_host(Some(&dotted)).ok()?;
            Some(url.origin().ascii_serialization())
        });
        self.origins.iter().cloned().chain(absolute).collect()
    }

    /// Returns whether `origin`, the value of `Origin` or `Referer`, is one of ours. Compares parsed
    /// URLs. As for hosts, the name may end with a dot.
    pub fn has_origin(&self, origin: &str) -> bool {
        let authority = origin.split('/').nth(2).unwrap_or_default();
        let is_bare = !authority.contains('@');
        is_bare
            && Url::parse(origin).is_ok_and(|mut url| {
                let relative = url.domain().and_then(|name| name.strip_suffix('.'));
                if let Some(name) = relative.map(str::to_owned)
                    && url.set_host(Some(&name)).is_err()
                {
                    return false;
                }
                let origin = url.origin();
                origin.is_tuple() && self.origins.contains(&origin.ascii_serialization())
            })
    }

    /// Returns the full name of a cookie. Secure cookies get a prefix that browsers enforce: no
    /// other host, no other path, only https. Browsers send a cookie to all ports of a host, so the
    /// port is a part of the name, except the default one.
    pub fn cookie_name(&self, name: &str) -> String {
        self.guarded(&self.port_name(name))
    }

    /// Returns the name that a cookie had before its port was a part of it.
    pub fn old_cookie_name(&self, name: &str) -> String {
        self.guarded(name)
    }

    /// Returns the name of a cookie with the port, without a prefix.
    pub fn port_name(&self, name: &str) -> String {
        match self.url.port() {
            Some(port) => format!("{name}_{port}"),
            None => name.to_owned(),
        }
    }

    fn guarded(&self, name: &str) -> String {
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
    let port = url.port().filter(|_| split_port(host).1.is_none());
    let port = port.map(|port| format!(":{port}")).unwrap_or_default();
    let other = Url::parse(&format!("{}://{host}{port}", url.scheme())).ok()?;
    Some(other.origin().ascii_serialization())
}

/// Returns the name in `chat.example.org:8000`, `chat.example.org.` or `[::1]:8000`, if what follows
/// it is a port. A parser that looks for the name at the end would find another one in
/// `ours:x@evil.test`.
fn host_name(host: &str) -> Option<&str> {
    let (name, port) = split_port(host);
    let is_number = |port: &str| {
        let is_digits = port.bytes().all(|byte| byte.is_ascii_digit());
        is_digits && port.parse::<u16>().is_ok()
    };
    let name = if name.starts_with('[') {
        name
    } else {
        name.strip_suffix('.').unwrap_or(name)
    };
    port.is_none_or(is_number).then_some(name)
}

/// Splits `chat.example.org:8000` or `[::1]:8000` at the colon before the port.
fn split_port(host: &str) -> (&str, Option<&str>) {
    let end_of_name = host.find(']').unwrap_or(0);
    match host[end_of_name..].find(':') {
        Some(colon) => {
            let (name, port) = host.split_at(end_of_name + colon);
            (name, Some(&port[1..]))
        }
        None => (host, None),
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
            "[::1]",
            "chat.example.org.",
            "CHAT.example.org.:443",
            "127.0.0.1.:8000",
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
            ".",
            ":443",
            "chat.example.org..",
            "chat.example.org.:",
            "chat.example.org:",
            "chat.example.org:x",
            "chat.example.org:+80",
            "chat.example.org:-1",
            "chat.example.org: 80",
            "chat.example.org:65536",
            "chat.example.org:80:80",
            "chat.example.org:x@evil.test",
            "chat.example.org:80@evil.test",
            "x@chat.example.org",
            "chat.example.org/",
            "chat.example.org, chat.example.org",
            "[::1].",
            "[::1]x",
            "[::1]80",
            "::1",
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
            "https://chat.example.org.",
            "https://chat.example.org./rooms/7/?search=a@b",
            "https://chat.example.org/@ana",
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
            "https://@chat.example.org",
            "https://chat.example.org..",
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
    }

    #[test]
    fn two_sites_on_one_host_have_cookies_of_their_own() {
        for (url, name, old) in [
            (
                "https://chat.example.org",
                "__Host-parlour_session",
                "__Host-parlour_session",
            ),
            (
                "https://chat.example.org:8443",
                "__Host-parlour_session_8443",
                "__Host-parlour_session",
            ),
        ] {
            let site = site(Some(url), &[]);
            assert_eq!(site.cookie_name("parlour_session"), name);
            assert_eq!(site.old_cookie_name("parlour_session"), old);
        }
        let plain = site(None, &[]);
        assert_eq!(plain.cookie_name("parlour_session"), "parlour_session_8000");
        assert_eq!(plain.old_cookie_name("parlour_session"), "parlour_session");
        assert_eq!(plain.port_name("parlour_theme"), "parlour_theme_8000");
    }

    #[test]
    fn sockets_may_come_from_an_absolute_name_too() {
        let site = site(Some("https://chat.example.org"), &["192.0.2.1"]);
        let origins = [
            "https://chat.example.org",
            "https://192.0.2.1",
            "https://chat.example.org.",
        ];
        assert_eq!(site.origins_of_sockets(), origins);
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
