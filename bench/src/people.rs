//! People of a Parlour: they sign up, become friends and open conversations, over plain HTTP.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::time::Duration;

use anyhow::{Context as _, Result, bail};
use url::form_urlencoded;

use crate::http::{Answer, Connection};

const PASSWORD: &str = "correct horse battery staple";

/// Somebody with a browser.
#[derive(Debug)]
pub(crate) struct Person {
    pub(crate) name: String,
    address: SocketAddr,
    connection: Connection,
    cookies: BTreeMap<String, String>,
}

impl Person {
    /// Makes an account and signs in.
    pub(crate) fn sign_up(address: SocketAddr, name: &str) -> Result<Self> {
        let mut person = Self {
            name: name.to_owned(),
            address,
            connection: Connection::open(address)?,
            cookies: BTreeMap::new(),
        };
        let typed = [
            ("username", name),
            ("password", PASSWORD),
            ("password_again", PASSWORD),
        ];
        let path = "/accounts/register/";
        person.submit(path, path, &typed)?;
        Ok(person)
    }

    /// Asks `other`, who says yes.
    pub(crate) fn befriend(&mut self, other: &mut Self) -> Result<()> {
        self.submit("/friends/", "/friends/add/", &[("username", &other.name)])?;
        let accept = other.action_for("/friends/", "accept")?;
        other.submit("/friends/", &accept, &[])?;
        Ok(())
    }

    /// The number of the conversation with a friend.
    fn room_with(&mut self, other: &mut Self) -> Result<u64> {
        let page = other.page("/")?;
        let (_, id) = page.split_once(r#""me":{"id":"#).context("no own id")?;
        let id = id.split(',').next().unwrap_or_default();
        let answer = self.get(&format!("/rooms/with/{id}/"))?;
        let place = answer.header("location").next();
        let place = place.context("no conversation")?;
        let number = place.trim_start_matches("/rooms/").trim_end_matches('/');
        Ok(number.parse()?)
    }

    /// The text of a page that must be there.
    pub(crate) fn page(&mut self, path: &str) -> Result<String> {
        let answer = self.get(path)?;
        if answer.status != 200 {
            bail!("{path} was answered with {}", answer.status);
        }
        Ok(String::from_utf8_lossy(&answer.body).into_owned())
    }

    /// Sends the form with this action on the page at `path`.
    pub(crate) fn submit(
        &mut self,
        path: &str,
        action: &str,
        typed: &[(&str, &str)],
    ) -> Result<Answer> {
        let page = self.page(path)?;
        let token = value_after(&page, r#"name="csrf_token" value=""#).context("no form")?;
        let mut form = form_urlencoded::Serializer::new(String::new());
        form.append_pair("csrf_token", token).extend_pairs(typed);
        let headers = self.headers();
        let answer = self.connection.post(action, &headers, &form.finish())?;
        self.keep_cookies(&answer);
        if answer.status != 303 {
            bail!(
                "{} could not post to {action}: {}",
                self.name,
                answer.status
            );
        }
        Ok(answer)
    }

    /// The header lines that say who this is.
    pub(crate) fn headers(&self) -> String {
        let cookies = self.cookies.iter();
        let cookies: Vec<_> = cookies
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        format!("Cookie: {}\r\n", cookies.join("; "))
    }

    /// The same for a socket.
    pub(crate) fn socket_headers(&self) -> Vec<String> {
        let origin = format!("Origin: http://{}", self.address);
        vec![self.headers().trim_end().to_owned(), origin]
    }

    fn get(&mut self, path: &str) -> Result<Answer> {
        let headers = self.headers();
        let answer = self.connection.get(path, &headers)?;
        self.keep_cookies(&answer);
        Ok(answer)
    }

    /// Where the button of a person on this page leads.
    fn action_for(&mut self, path: &str, verb: &str) -> Result<String> {
        let page = self.page(path)?;
        let end = page
            .find(&format!("/{verb}/\""))
            .context("no such button")?;
        let start = page[..end].rfind('"').context("no such button")? + 1;
        Ok(format!("{}/{verb}/", &page[start..end]))
    }

    fn keep_cookies(&mut self, answer: &Answer) {
        for cookie in answer.header("set-cookie") {
            let pair = cookie.split(';').next().unwrap_or_default();
            if let Some((name, value)) = pair.split_once('=') {
                self.cookies.insert(name.to_owned(), value.to_owned());
            }
        }
    }
}

/// The conversation is opened a moment after the friendship.
pub(crate) fn room_between(person: &mut Person, friend: &mut Person) -> Result<u64> {
    const TRIES: u32 = 100;
    const BETWEEN_TRIES: Duration = Duration::from_millis(20);
    for _ in 1..TRIES {
        if let Ok(room) = person.room_with(friend) {
            return Ok(room);
        }
        std::thread::park_timeout(BETWEEN_TRIES);
    }
    person.room_with(friend)
}

fn value_after<'a>(page: &'a str, start: &str) -> Option<&'a str> {
    let (_, rest) = page.split_once(start)?;
    rest.split('"').next()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_token_of_a_form_is_found() {
        let page = r#"<input name="csrf_token" value="abc"><input name="username" value="">"#;
        assert_eq!(
            value_after(page, r#"name="csrf_token" value=""#),
            Some("abc")
        );
        assert_eq!(value_after("<p>no form", "name="), None);
    }
}
