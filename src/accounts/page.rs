//! What every page needs, so that a view only adds what is its own.

use std::future::{Ready, ready};
use std::time::Duration;

use actix_web::cookie::Cookie;
use actix_web::dev::Payload;
use actix_web::http::StatusCode;
use actix_web::http::header::{ContentType, RETRY_AFTER};
use actix_web::{FromRequest, HttpRequest, HttpResponse, web};
use serde_json::{Map, Value, json};

use super::appearance::Theme;
use super::notice::Notices;
use super::person::Person;
use super::session::SignedIn;
use crate::assets;
use crate::error::{Error, Result};
use crate::security::Csrf;
use crate::templates::Templates;
use crate::words;

/// A page about to be rendered; views take it as an argument.
///
/// Its fields, at the top level of a template's data: `lang`, `title`, `assets`, `csrf_token`,
/// `epoch` (of the database), `theme`, `path`, `me` (null or [`Person`]), `notice` (null or `{kind, text}`) and `badge` (null or
/// the number that stands before the title).
#[derive(Clone)]
pub struct Page {
    templates: Templates,
    fields: Map<String, Value>,
    cookies: Vec<Cookie<'static>>,
    status: StatusCode,
    retry_after: Option<Duration>,
}

impl Page {
    fn new(request: &HttpRequest) -> Result<Self> {
        let csrf = data::<Csrf>(request)?;
        let token = csrf.token_for(request);
        let notice = data::<Notices>(request)?.take(request);
        let (notice, removal) = notice.unzip();
        let me = SignedIn::of(request)
            .map(|signed_in| Person::new(signed_in.user.id, signed_in.user.username));
        let fields = json!({
            "lang": "en",
            "title": words::text("site-name"),
            "assets": assets::prefix(),
            "csrf_token": token.token,
            "epoch": csrf.epoch(),
            "theme": Theme::of(request),
            "path": request.path(),
            "me": me,
            "notice": notice,
            "badge": null,
        });
        let Value::Object(fields) = fields else {
            return Err(Error::internal("a page's fields are an object"));
        };
        Ok(Self {
            templates: Templates::clone(data(request)?),
            fields,
            cookies: token.cookie.into_iter().chain(removal).collect(),
            status: StatusCode::OK,
            retry_after: None,
        })
    }

    /// With the title of the message `key`; without, it is the site's name.
    pub fn titled(self, key: &str) -> Self {
        self.with_title(words::text(key))
    }

    /// With a title that is no fixed message: the name of a person or a room.
    pub fn with_title(mut self, title: String) -> Self {
        self.fields.insert("title".to_owned(), title.into());
        self
    }

    /// With another status than 200.
    pub fn with_status(mut self, status: StatusCode) -> Self {
        self.status = status;
        self
    }

    /// As the answer to something that came too often: 429, and when to try again.
    pub fn limited(mut self, retry_after: Duration) -> Self {
        self.retry_after = Some(retry_after);
        self.with_status(StatusCode::TOO_MANY_REQUESTS)
    }

    /// The token for scripts of the page, which is also in `csrf_token`.
    pub fn csrf_token(&self) -> &str {
        self.fields
            .get("csrf_token")
            .and_then(Value::as_str)
            .unwrap_or_default()
    }

    /// The answer: `template` filled with the common fields and those of the object `own`.
    ///
    /// # Errors
    /// [`Error::Template`] for a missing template or field.
    pub fn render(mut self, template: &str, own: Value) -> Result<HttpResponse> {
        if let Value::Object(own) = own {
            self.fields.extend(own);
        }
        let html = self.templates.render(template, &Value::from(self.fields))?;
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
        ready(Self::new(request))
    }
}

/// What the App registered as `web::Data<T>`.
pub(super) fn data<T: 'static>(request: &HttpRequest) -> Result<&web::Data<T>> {
    request.app_data().ok_or_else(|| {
        Error::internal(format!(
            "register web::Data<{}>",
            std::any::type_name::<T>()
        ))
    })
}
