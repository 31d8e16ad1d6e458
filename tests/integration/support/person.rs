//! One person with one browser: cookies, forms with their tokens, and the headers that a browser
//! adds.

use std::{net::SocketAddr, sync::Arc, time::Duration};

use reqwest::{
    Client, Method, RequestBuilder,
    cookie::{CookieStore, Jar},
    header::{ACCEPT, HeaderMap, HeaderValue},
    redirect::Policy,
};
use uuid::Uuid;

use super::{Page, Room, Socket};
use crate::stage::until;

/// A password that the policy accepts.
pub(crate) const PASSWORD: &str = "correct horse battery";

/// The names under the four headings of the friends page.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Lists {
    pub(crate) friends: Vec<String>,
    pub(crate) requests: Vec<String>,
    pub(crate) sent: Vec<String>,
    pub(crate) blocked: Vec<String>,
}

/// A browser and its signed-in person.
pub(crate) struct Person {
    pub(crate) name: String,
    /// The id of the account. 0 before a person has signed in.
    pub(crate) id: i64,
    pub(crate) site: SocketAddr,
    client: Client,
    jar: Arc<Jar>,
}

impl Person {
    pub(crate) fn new(site: SocketAddr) -> Self {
        let jar = Arc::new(Jar::default());
        let mut headers = HeaderMap::new();
        headers.insert(ACCEPT, HeaderValue::from_static("text/html,*/*;q=0.8"));
        let client = Client::builder()
            .default_headers(headers)
            .cookie_provider(jar.clone())
            // Shorter than the server's five seconds for idle connections. Otherwise the server
            // could close a connection just when it is used again (a race).
            .pool_idle_timeout(Duration::from_secs(2))
            .redirect(Policy::none());
        let client = client.build().unwrap();
        Self {
            name: String::new(),
            id: 0,
            site,
            client,
            jar,
        }
    }

    /// Returns a request with this person's cookies only.
    pub(crate) fn request(&self, method: Method, path: &str) -> RequestBuilder {
        self.client
            .request(method, format!("http://{}{path}", self.site))
    }

    /// Requests a page. Does not follow redirects.
    pub(crate) async fn get(&self, path: &str) -> Page {
        Page::read(self.request(Method::GET, path).send().await.unwrap()).await
    }

    /// Requests a page that must exist.
    pub(crate) async fn open(&self, path: &str) -> Page {
        let page = self.get(path).await;
        assert_eq!(page.status, 200, "{path}: {}", page.body);
        page
    }

    /// Submits the form with this action on the page at `path`, as a browser would.
    pub(crate) async fn submit(&self, path: &str, action: &str, typed: &[(&str, &str)]) -> Page {
        let mut fields = self.open(path).await.form(action);
        for (name, value) in typed {
            fields.retain(|(known, _)| known != name);
            fields.push(((*name).to_owned(), (*value).to_owned()));
        }
        self.post(action, &fields).await
    }

    /// Submits fields with the headers of a form on the site itself.
    pub(crate) async fn post(&self, path: &str, fields: &[(String, String)]) -> Page {
        let request = self
            .request(Method::POST, path)
            .header("Origin", self.origin())
            .header("Sec-Fetch-Site", "same-origin")
            .form(fields);
        Page::read(request.send().await.unwrap()).await
    }

    /// Returns the CSRF token of forms for this browser.
    pub(crate) async fn csrf_token(&self, path: &str) -> String {
        let page = self.open(path).await;
        page.attribute("input[name=csrf_token]", "value")
            .expect("a form with a token")
    }

    pub(crate) async fn sign_up(&mut self, name: &str) {
        let typed = [
            ("username", name),
            ("password", PASSWORD),
            ("password_again", PASSWORD),
        ];
        let answer = self
            .submit("/accounts/register/", "/accounts/register/", &typed)
            .await;
        assert_eq!(answer.status, 303, "{name} signs up: {}", answer.body);
        self.look_who_i_am(name).await;
    }

    /// Tries to log in. The response tells whether it worked.
    pub(crate) async fn log_in(&mut self, name: &str, password: &str) -> Page {
        let typed = [("username", name), ("password", password)];
        let answer = self
            .submit("/accounts/login/", "/accounts/login/", &typed)
            .await;
        if answer.status == 303 {
            self.look_who_i_am(name).await;
        }
        answer
    }

    pub(crate) async fn log_out(&self) -> Page {
        self.submit("/", "/accounts/logout/", &[]).await
    }

    async fn look_who_i_am(&mut self, name: &str) {
        name.clone_into(&mut self.name);
        self.id = self.open("/").await.page_data()["me"]["id"]
            .as_i64()
            .expect("an id");
    }

    /// Returns whether this browser is signed in.
    pub(crate) async fn is_signed_in(&self) -> bool {
        self.get("/friends/").await.status == 200
    }

    /// Presses a button on the friends page, for example `accept`, for that person.
    pub(crate) async fn press(&self, verb: &str, other: &Self) -> Page {
        self.submit("/friends/", &format!("/friends/{}/{verb}/", other.id), &[])
            .await
    }

    /// Cancels the request to this name, with the button in the list of sent requests.
    pub(crate) async fn cancel_request(&self, name: &str) -> Page {
        let token = self.csrf_token("/friends/").await;
        let fields = [("csrf_token", token.as_str()), ("username", name)];
        let fields = fields.map(|(name, value)| (name.to_owned(), value.to_owned()));
        self.post("/friends/cancel/", &fields).await
    }

    /// Presses a button with a confirmation (`block`, `remove`), and confirms.
    pub(crate) async fn press_and_confirm(&self, verb: &str, other: &Self) -> Page {
        let path = format!("/friends/{}/{verb}/", other.id);
        self.submit(&path, &path, &[]).await
    }

    pub(crate) async fn ask_to_be_friends(&self, name: &str) -> Page {
        self.submit("/friends/", "/friends/add/", &[("username", name)])
            .await
    }

    /// Sends a friend request, follows the redirect, and returns the last page.
    pub(crate) async fn ask(&self, name: &str) -> Page {
        let answer = self.ask_to_be_friends(name).await;
        if answer.status == 303 {
            self.open(answer.location()).await
        } else {
            answer
        }
    }

    /// Submits a form of the friends page, even if the page has no button for it.
    pub(crate) async fn post_to_friends(&self, verb: &str, id: i64) -> Page {
        let token = self.csrf_token("/friends/").await;
        self.post(
            &format!("/friends/{id}/{verb}/"),
            &[("csrf_token".to_owned(), token)],
        )
        .await
    }

    /// Marks all rooms as read, so that they open at their end.
    pub(crate) async fn read_all(&self) {
        let answer = self.submit("/", "/read-all/", &[]).await;
        assert_eq!(answer.status, 303, "{}", answer.body);
    }

    /// Returns the people on the friends page.
    pub(crate) async fn lists(&self) -> Lists {
        let page = self.open("/friends/").await;
        let names = |heading: &str| {
            page.texts(&format!(
                "[aria-labelledby={heading}-heading] .row bdi.row-title"
            ))
        };
        Lists {
            friends: names("friends"),
            requests: names("requests"),
            sent: names("sent"),
            blocked: names("blocked"),
        }
    }

    pub(crate) async fn befriend(&self, other: &Self) {
        assert_eq!(self.ask_to_be_friends(&other.name).await.status, 303);
        assert_eq!(other.press("accept", self).await.status, 303);
    }

    /// Waits for the conversation with a friend, and returns its id.
    pub(crate) async fn room_with(&self, other: &Self) -> i64 {
        let path = format!("/rooms/with/{}/", other.id);
        let place = until("the conversation", async || {
            let answer = self.get(&path).await;
            (answer.status == 303).then(|| answer.location().to_owned())
        })
        .await;
        let number = place.trim_start_matches("/rooms/").trim_end_matches('/');
        number
            .parse()
            .unwrap_or_else(|_| panic!("not a room: {place}"))
    }

    /// Opens the conversation with a friend, and a socket that is subscribed to it.
    pub(crate) async fn open_room(&self, other: &Self) -> Room {
        let id = self.room_with(other).await;
        Room {
            id,
            socket: self.socket().await,
        }
    }

    /// Posts a message with the form of a room, even if the page has none. Returns the status.
    pub(crate) async fn post_by_form(&self, room: i64, body: &str) -> u16 {
        let fields = [
            ("csrf_token", self.csrf_token("/friends/").await),
            ("client_id", Uuid::new_v4().to_string()),
            ("body", body.to_owned()),
        ];
        let fields = fields.map(|(name, value)| (name.to_owned(), value));
        self.post(&format!("/rooms/{room}/messages/"), &fields)
            .await
            .status
    }

    /// Opens a socket of this browser, and waits for its `session.hello`.
    pub(crate) async fn socket(&self) -> Socket {
        Socket::connect(self).await
    }

    /// Returns the origin of the site.
    pub(crate) fn origin(&self) -> String {
        format!("http://{}", self.site)
    }

    /// Returns the `Cookie` header of this browser, or "" without cookies.
    pub(crate) fn cookies(&self) -> String {
        let url = format!("http://{}/", self.site).parse().unwrap();
        self.jar
            .cookies(&url)
            .map_or_else(String::new, |value| value.to_str().unwrap().to_owned())
    }

    /// Returns a second browser with a copy of these cookies, as a thief of the cookies would have
    /// it.
    pub(crate) fn copy(&self) -> Self {
        let copy = Self::new(self.site);
        let url = format!("http://{}/", self.site).parse().unwrap();
        for cookie in self
            .cookies()
            .split("; ")
            .filter(|cookie| !cookie.is_empty())
        {
            copy.jar.add_cookie_str(cookie, &url);
        }
        Self {
            name: self.name.clone(),
            id: self.id,
            ..copy
        }
    }
}
