//! The `Set-Cookie` header: [`SetCookie`].
//!
//! Source: channels/sessions.py, `CookieMiddleware.set_cookie` and `delete_cookie`, with the
//! quoting and the attribute order of Python's `http.cookies`.

use std::fmt::Write as _;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// Which cross-site requests a cookie is sent with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SameSite {
    /// Only when a person follows a link.
    Lax,
    /// None.
    Strict,
    /// All; browsers require `Secure` with it.
    None,
}

impl SameSite {
    fn as_str(self) -> &'static str {
        match self {
            Self::Lax => "lax",
            Self::Strict => "strict",
            Self::None => "None",
        }
    }
}

/// A cookie that cannot be encoded in a header.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CookieError {
    /// The name is empty or has a character outside of ASCII letters, digits and a few signs.
    #[error("{0:?} cannot name a cookie; use ASCII letters, digits, '-' and '_'")]
    Name(String),
    /// The value has a character above U+00FF, which headers cannot carry.
    #[error("the value of cookie {0:?} has a character above U+00FF; encode it, as base64")]
    Value(String),
    /// Path, domain or date hold a semicolon or a character that is not visible ASCII.
    #[error("attribute {attribute} of cookie {name:?} has an illegal character")]
    Attribute {
        /// The cookie.
        name: String,
        /// The attribute's spelling in the header.
        attribute: &'static str,
    },
}

/// Builds the value of a `Set-Cookie` header: path `/` and `SameSite=lax` by default.
///
/// ```
/// use channels::Accept;
/// use channels::sessions::SetCookie;
/// let theme = SetCookie::new("theme", "dark");
/// assert_eq!(theme.header_value()?, "theme=dark; Path=/; SameSite=lax");
/// let accept = Accept::new().header("set-cookie", theme.header_value()?);
/// # let _ = accept;
/// # Ok::<(), channels::sessions::CookieError>(())
/// ```
#[derive(Clone, Debug)]
pub struct SetCookie {
    name: String,
    value: String,
    domain: Option<String>,
    expires: Option<String>,
    http_only: bool,
    max_age: Option<Duration>,
    path: Option<String>,
    same_site: Option<SameSite>,
    secure: bool,
}

impl SetCookie {
    /// A cookie that ends when the browser is closed.
    pub fn new(name: impl Into<String>, value: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            value: value.into(),
            domain: None,
            expires: None,
            http_only: false,
            max_age: None,
            path: Some("/".to_owned()),
            same_site: Some(SameSite::Lax),
            secure: false,
        }
    }

    /// Deletes a cookie: upstream's `delete_cookie`. Path and domain must be the same as when it
    /// was set, and a `__Host-` or `__Secure-` cookie needs [`secure`](Self::secure) again.
    pub fn delete(name: impl Into<String>) -> Self {
        Self::new(name, "")
            .max_age(Duration::ZERO)
            .expires(httpdate::fmt_http_date(UNIX_EPOCH))
    }

    /// How long the browser keeps it, in whole seconds; also sets `expires` if nothing else does.
    pub fn max_age(mut self, age: Duration) -> Self {
        self.max_age = Some(age);
        self
    }

    /// Sets the end as the text of a date.
    pub fn expires(mut self, date: impl Into<String>) -> Self {
        self.expires = Some(date.into());
        self
    }

    /// Sets the end as a time, which becomes the maximum age from now on: a second is added, so
    /// that the date is met exactly, and the past is zero.
    pub fn expires_at(self, end: SystemTime) -> Self {
        let left = end.duration_since(SystemTime::now());
        let age = left.map_or(Duration::ZERO, |left| left + Duration::from_secs(1));
        Self {
            expires: None,
            ..self.max_age(age)
        }
    }

    /// Sets the path, `None` for that of the request.
    pub fn path(mut self, path: Option<&str>) -> Self {
        self.path = path.map(str::to_owned);
        self
    }

    /// Sets the domain, `None` for only this host.
    pub fn domain(mut self, domain: Option<&str>) -> Self {
        self.domain = domain.map(str::to_owned);
        self
    }

    /// Restricts it to TLS.
    pub fn secure(mut self, secure: bool) -> Self {
        self.secure = secure;
        self
    }

    /// Hides it from scripts.
    pub fn http_only(mut self, http_only: bool) -> Self {
        self.http_only = http_only;
        self
    }

    /// Sets or removes `SameSite`.
    pub fn same_site(mut self, same_site: Option<SameSite>) -> Self {
        self.same_site = same_site;
        self
    }

    /// The header's value.
    ///
    /// # Errors
    /// [`CookieError`] for whatever would not arrive as it was meant.
    pub fn header_value(&self) -> Result<String, CookieError> {
        if self.name.is_empty() || !self.name.chars().all(is_legal) {
            return Err(CookieError::Name(self.name.clone()));
        }
        let value = quoted(&self.value).ok_or_else(|| CookieError::Value(self.name.clone()))?;
        let mut header = format!("{}={value}", self.name);
        let max_age = self.max_age.map(|age| age.as_secs());
        let expires = self.expires.clone().or_else(|| max_age.map(date_after));
        self.attribute(&mut header, "Domain", self.domain.as_deref())?;
        self.attribute(&mut header, "expires", expires.as_deref())?;
        if self.http_only {
            header.push_str("; HttpOnly");
        }
        let max_age = max_age.map(|seconds| seconds.to_string());
        self.attribute(&mut header, "Max-Age", max_age.as_deref())?;
        self.attribute(&mut header, "Path", self.path.as_deref())?;
        self.attribute(
            &mut header,
            "SameSite",
            self.same_site.map(SameSite::as_str),
        )?;
        if self.secure {
            header.push_str("; Secure");
        }
        Ok(header)
    }

    fn attribute(
        &self,
        header: &mut String,
        attribute: &'static str,
        value: Option<&str>,
    ) -> Result<(), CookieError> {
        let Some(value) = value.filter(|value| !value.is_empty()) else {
            return Ok(());
        };
        if !value
            .bytes()
            .all(|byte| matches!(byte, b' '..=b'~') && byte != b';')
        {
            return Err(CookieError::Attribute {
                name: self.name.clone(),
                attribute,
            });
        }
        // Writing to a string cannot fail.
        let _ = write!(header, "; {attribute}={value}");
        Ok(())
    }
}

fn date_after(seconds: u64) -> String {
    // The last date that the format can write ends the year 9999.
    const LAST: Duration = Duration::from_secs(253_402_300_799);
    let now = SystemTime::now().duration_since(UNIX_EPOCH);
    let then = now
        .unwrap_or_default()
        .saturating_add(Duration::from_secs(seconds));
    httpdate::fmt_http_date(UNIX_EPOCH + then.min(LAST))
}

fn is_legal(c: char) -> bool {
    c.is_ascii_alphanumeric() || "!#$%&'*+-.^_`|~:".contains(c)
}

/// The value unchanged, or in double quotes with octal escapes; `None` if it cannot be encoded.
fn quoted(value: &str) -> Option<String> {
    if !value.is_empty() && value.chars().all(is_legal) {
        return Some(value.to_owned());
    }
    let mut text = String::with_capacity(value.len() + 2);
    text.push('"');
    for c in value.chars() {
        match c {
            '"' | '\\' => text.extend(['\\', c]),
            c if is_legal(c) || " ()/<=>?@[]{}".contains(c) => text.push(c),
            c => {
                let byte = u8::try_from(c).ok()?;
                // Writing to a string cannot fail.
                let _ = write!(text, "\\{byte:03o}");
            }
        }
    }
    text.push('"');
    Some(text)
}
