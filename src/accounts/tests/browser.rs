//! A test browser that keeps cookies and the CSRF token of the current page.

use std::collections::BTreeMap;

use actix_web::body::MessageBody;
use actix_web::cookie::Cookie;
use actix_web::dev::ServiceResponse;
use actix_web::http::StatusCode;
use actix_web::http::header::{
    CONTENT_TYPE, COOKIE, HOST, LOCATION, ORIGIN, RETRY_AFTER, USER_AGENT,
};
use actix_web::test::{TestRequest, read_body};

use super::site::{PASSWORD, TestSite};

const CLIENT: &str = "192.0.2.1:4711";

/// A response.
#[derive(Debug)]
pub(super) struct Answer {
    pub(super) status: StatusCode,
    pub(super) location: Option<String>,
    pub(super) retry_after: Option<String>,
    pub(super) header_names: Vec<String>,
    pub(super) body: String,
    cookies: Vec<Cookie<'static>>,
}

impl Answer {
    pub(super) async fn read(response: ServiceResponse<impl MessageBody>) -> Self {
        let header = |name| {
            let value = response.headers().get(name)?;
            Some(value.to_str().unwrap().to_owned())
        };
        let cookies = response.response().cookies();
        Self {
            status: response.status(),
            location: header(LOCATION),
            retry_after: header(RETRY_AFTER),
            header_names: response.headers().keys().map(ToString::to_string).collect(),
            cookies: cookies.map(Cookie::into_owned).collect(),
            body: String::from_utf8(read_body(response).await.to_vec()).unwrap(),
        }
    }

    pub(super) fn refused(error: &actix_web::Error) -> Self {
        Self {
            status: error.as_response_error().status_code(),
            location: None,
            retry_after: None,
            header_names: Vec::new(),
            body: String::new(),
            cookies: Vec::new(),
        }
    }

    fn token(&self) -> Option<&str> {
        let (_, rest) = self.body.split_once("name=\"csrf_token\" value=\"")?;
        rest.split('"').next()
    }

    /// Returns the page without its token, which differs each time.
    pub(super) fn without_token(&self) -> String {
        self.body.replace(self.token().unwrap(), "")
    }

    #[track_caller]
    pub(super) fn leads_to(&self, path: &str) {
        assert_eq!(self.status, StatusCode::SEE_OTHER, "{}", self.body);
        assert_eq!(self.location.as_deref(), Some(path));
    }
}

/// The browser's state.
#[derive(Clone)]
pub(super) struct Browser {
    site: TestSite,
    name: &'static str,
    pub(super) cookies: BTreeMap<String, Cookie<'static>>,
    pub(super) token: String,
}

impl Browser {
    pub(super) fn new(site: &TestSite) -> Self {
        Self::named(site, "Firefox/140.0 Linux")
    }

    pub(super) fn named(site: &TestSite, name: &'static str) -> Self {
        Self {
            site: site.clone(),
            name,
            cookies: BTreeMap::new(),
            token: String::new(),
        }
    }

    /// Creates an account, and returns a browser that is signed in to it.
    pub(super) async fn of(site: &TestSite, name: &str) -> Self {
        let mut browser = Self::new(site);
        browser.get("/accounts/register/").await;
        let answer = browser
            .register("/accounts/register/", name, PASSWORD)
            .await;
        answer.leads_to("/");
        browser
    }

    /// Returns a browser that is signed in to an existing account.
    pub(super) async fn logged_in(site: &TestSite, name: &str) -> Self {
        let mut browser = Self::named(site, "Chrome/142.0 Windows");
        browser.log_in(name, PASSWORD).await.leads_to("/");
        browser
    }

    pub(super) async fn get(&mut self, path: &str) -> Answer {
        self.send(TestRequest::get().uri(path)).await
    }

    /// Submits a form with the token of the current page.
    pub(super) async fn post(&mut self, path: &str, fields: &[(&str, &str)]) -> Answer {
        let mut body = url::form_urlencoded::Serializer::new(String::new());
        body.extend_pairs(fields)
            .append_pair("csrf_token", &self.token);
        let request = TestRequest::post()
            .uri(path)
            .insert_header((ORIGIN, "http://127.0.0.1:8000"))
            .insert_header((CONTENT_TYPE, "application/x-www-form-urlencoded"))
            .set_payload(body.finish());
        self.send(request).await
    }

    pub(super) async fn log_in(&mut self, name: &str, password: &str) -> Answer {
        self.get("/accounts/login/").await;
        let fields = [("username", name), ("password", password)];
        self.post("/accounts/login/", &fields).await
    }

    pub(super) async fn register(&mut self, path: &str, name: &str, password: &str) -> Answer {
        let fields = [
            ("username", name),
            ("password", password),
            ("password_again", password),
        ];
        self.post(path, &fields).await
    }

    /// Returns whether the browser is signed in.
    pub(super) async fn is_inside(&mut self) -> bool {
        let answer = self.get("/accounts/devices/").await;
        match answer.status {
            StatusCode::OK => true,
            StatusCode::UNAUTHORIZED => false,
            other => panic!("{other}: {}", answer.body),
        }
    }

    pub(super) fn cookie_header(&self) -> String {
        let cookies = self
            .cookies
            .values()
            .map(|cookie| cookie.encoded().to_string());
        cookies.collect::<Vec<_>>().join("; ")
    }

    /// Returns the status of a page that is requested with exactly this `Cookie` header.
    pub(super) async fn status_with(&self, path: &str, cookies: &str) -> StatusCode {
        let request = TestRequest::get()
            .uri(path)
            .insert_header((HOST, "127.0.0.1:8000"))
            .insert_header((COOKIE, cookies));
        self.site.call(request).await.status
    }

    async fn send(&mut self, mut request: TestRequest) -> Answer {
        for cookie in self.cookies.values() {
            request = request.cookie(cookie.clone());
        }
        let request = request
            .insert_header((HOST, "127.0.0.1:8000"))
            .insert_header((USER_AGENT, self.name))
            .peer_addr(CLIENT.parse().unwrap());
        let answer = self.site.call(request).await;
        for cookie in &answer.cookies {
            if cookie.value().is_empty() {
                self.cookies.remove(cookie.name());
            } else {
                let plain = Cookie::new(cookie.name().to_owned(), cookie.value().to_owned());
                self.cookies.insert(cookie.name().to_owned(), plain);
            }
        }
        if let Some(token) = answer.token() {
            self.token = token.to_owned();
        }
        answer
    }
}
