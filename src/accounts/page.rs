//! The data and the response of every page: the fields of the layout, and those of the view.

use std::future::{Ready, ready};
use std::time::Duration;

use actix_web::cookie::Cookie;
use actix_web::dev::Payload;
use actix_web::http::StatusCode;
use actix_web::http::header::{ContentType, RETRY_AFTER};
use actix_web::{FromRequest, HttpRequest, HttpResponse, web};
use futures_util::future::LocalBoxFuture;
use serde::Serialize;
use serde_json::Value;

use super::appearance::Looks;
use super::folds::Folds;
use super::models::User;
use super::notice::{Notice, Notices};
use super::person::Person;
use super::session::SignedIn;
use crate::assets;
use crate::db::{Epoch, Timestamp};
use crate::error::{Error, Result};
use crate::security::Csrf;
use crate::templates::Templates;
use crate::words;

/// The fields of `layout.hbs` and its partials, at the top level of the template's data.
#[derive(Clone, Serialize)]
pub(crate) struct Layout {
    lang: &'static str,
    title: String,
    /// The URL prefix of `static/`.
    assets: &'static str,
    csrf_token: String,
    /// The epoch of the database, or null on pages without forms.
    epoch: Option<Epoch>,
    #[serde(flatten)]
    looks: Looks,
    /// The folded sections of the list of conversations.
    folds: Folds,
    path: String,
    /// The time of the server, in Unix milliseconds, for what ends while the page is open.
    now: Timestamp,
    /// The signed-in person.
    me: Option<Person>,
    notice: Option<Notice>,
    /// The unread count in front of the title.
    badge: Option<String>,
    /// The number of friend requests that wait for an answer. Scripts find out on pages that leave
    /// it 0.
    requests: usize,
    /// Whether the list of conversations stands beside the page.
    framed: bool,
    /// The fields of the list.
    #[serde(flatten)]
    frame: Option<Value>,
}

impl Layout {
    /// Returns the layout of a page without forms, for a visitor.
    pub(crate) fn for_visitor(title: String, looks: Looks, path: String) -> Self {
        Self {
            lang: "en",
            title,
            assets: assets::prefix(),
            csrf_token: String::new(),
            epoch: None,
            looks,
            folds: Folds::default(),
            path,
            now: Timestamp::now(),
            me: None,
            notice: None,
            badge: None,
            requests: 0,
            framed: false,
            frame: None,
        }
    }
}

/// Puts the list of conversations beside a page. The chat, which stands above this app, provides it.
pub(crate) trait Frame: Send + Sync {
    /// Returns the page with the list, in which the conversation `room` is the present one.
    fn around(
        &self,
        page: Page,
        me: User,
        room: Option<i64>,
    ) -> LocalBoxFuture<'static, Result<Page>>;
}

/// The data of a page: the fields of the layout and those of its own template, on the same level.
#[derive(Serialize)]
struct PageData<T> {
    #[serde(flatten)]
    layout: Layout,
    #[serde(flatten)]
    own: T,
}

/// A page to render. Views take it as an argument.
#[derive(Clone)]
pub struct Page {
    templates: Templates,
    layout: Layout,
    /// For the list beside the page of a signed-in person.
    beside: Option<(web::Data<dyn Frame>, User)>,
    cookies: Vec<Cookie<'static>>,
    status: StatusCode,
    retry_after: Option<Duration>,
}

impl Page {
    /// Returns a page that answers `request`.
    ///
    /// # Errors
    /// [`Error::Internal`] if a part is not registered.
    pub(super) fn of(request: &HttpRequest) -> Result<Self> {
        let csrf = data::<Csrf>(request)?;
        let token = csrf.token_for(request);
        let notice = data::<Notices>(request)?.take(request);
        let (notice, removal) = notice.unzip();
        let user = SignedIn::of(request).map(|signed_in| signed_in.user);
        let me = user.as_ref().map(Person::from);
        let frame = request.app_data::<web::Data<dyn Frame>>().cloned();
        let (title, looks) = (words::text("site-name"), Looks::of(request));
        Ok(Self {
            templates: Templates::clone(data(request)?),
            layout: Layout {
                csrf_token: token.token,
                epoch: Some(csrf.epoch().clone()),
                me,
                notice,
                folds: Folds::of(request),
                ..Layout::for_visitor(title, looks, request.path().to_owned())
            },
            beside: frame.zip(user),
            cookies: token.cookie.into_iter().chain(removal).collect(),
            status: StatusCode::OK,
            retry_after: None,
        })
    }

    /// Puts the list of conversations beside the page, if somebody is signed in.
    ///
    /// # Errors
    /// Any error of the database.
    pub async fn framed(self) -> Result<Self> {
        self.framed_in(None).await
    }

    /// The same, for a page about the conversation `room`.
    ///
    /// # Errors
    /// Any error of the database.
    pub async fn framed_in(self, room: Option<i64>) -> Result<Self> {
        match self.beside.clone() {
            Some((frame, me)) => frame.around(self, me, room).await,
            None => Ok(self),
        }
    }

    /// Takes the fields of the list of conversations.
    pub(crate) fn with_frame(mut self, fields: Value) -> Self {
        self.layout.framed = true;
        self.layout.frame = Some(fields);
        self
    }

    /// Sets the title to the text with the key `key`. The default title is the site's name.
    pub fn titled(self, key: &str) -> Self {
        self.with_title(words::text(key))
    }

    /// Sets a title that is not in the locale files, for example the name of a person or a room.
    pub fn with_title(mut self, title: String) -> Self {
        self.layout.title = title;
        self
    }

    /// Sets the unread count in front of the title.
    pub fn with_badge(mut self, badge: Option<String>) -> Self {
        self.layout.badge = badge;
        self
    }

    /// Sets the number of friend requests that wait for an answer.
    pub fn with_requests(mut self, requests: usize) -> Self {
        self.layout.requests = requests;
        self
    }

    /// Sets another status than 200.
    pub fn with_status(mut self, status: StatusCode) -> Self {
        self.status = status;
        self
    }

    /// Makes the page the response to a rate-limited request: status 429, and a `Retry-After`
    /// header.
    pub fn limited(mut self, retry_after: Duration) -> Self {
        self.retry_after = Some(retry_after);
        self.with_status(StatusCode::TOO_MANY_REQUESTS)
    }

    /// Adds a `Retry-After` header, if there is a time.
    pub fn with_retry_after(mut self, wait: Option<Duration>) -> Self {
        self.retry_after = wait.or(self.retry_after);
        self
    }

    /// Returns how the browser of the request shows pages.
    pub(crate) fn looks(&self) -> Looks {
        self.layout.looks
    }

    /// Returns the CSRF token for the scripts of the page. Forms have it in the field `csrf_token`.
    pub fn csrf_token(&self) -> &str {
        &self.layout.csrf_token
    }

    /// Renders `template` with the fields of the layout and of `own`. Their names must differ.
    ///
    /// # Errors
    /// [`Error::Template`] for a missing template or field.
    pub fn render(self, template: &str, own: impl Serialize) -> Result<HttpResponse> {
        let layout = self.layout;
        let html = self.templates.render(template, &PageData { layout, own })?;
        let mut response = HttpResponse::build(self.status);
        if let Some(wait) = self.retry_after {
            response.insert_header((RETRY_AFTER, Error::retry_after_seconds(wait)));
        }
        for cookie in self.cookies {
            response.cookie(cookie);
        }
        Ok(response.content_type(ContentType::html()).body(html))
    }
}

impl FromRequest for Page {
    type Error = Error;
    type Future = Ready<Result<Self>>;

    fn from_request(request: &HttpRequest, _body: &mut Payload) -> Self::Future {
        ready(Self::of(request))
    }
}

/// Returns the value that the App registered as `web::Data<T>`.
pub(super) fn data<T: 'static>(request: &HttpRequest) -> Result<&web::Data<T>> {
    request.app_data().ok_or_else(|| {
        Error::internal(format!(
            "register web::Data<{}>",
            std::any::type_name::<T>()
        ))
    })
}
