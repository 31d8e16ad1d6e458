//! HTTP in, page out: one file for each page of the app.

pub(super) mod devices;
pub(super) mod login;
pub(super) mod password;
pub(super) mod register;

use std::future::{Ready, ready};
use std::time::Duration;

use actix_web::dev::Payload;
use actix_web::http::StatusCode;
use actix_web::http::header::{HeaderValue, RETRY_AFTER};
use actix_web::{FromRequest, HttpRequest, HttpResponse, web};
use channels::Layer;
use serde_json::{Value, json};

use super::page::data;
use super::password::PasswordHasher;
use crate::db::Database;
use crate::error::{Error, Result};
use crate::security::Limits;

/// A form that is shown again because of what stands in it.
const REFUSED: StatusCode = StatusCode::UNPROCESSABLE_ENTITY;
/// A form that is shown again because it came too often.
const LIMITED: StatusCode = StatusCode::TOO_MANY_REQUESTS;

/// Whole seconds until the next try, at least one.
fn seconds(retry_after: Duration) -> u64 {
    retry_after.as_secs() + u64::from(retry_after.subsec_nanos() > 0 || retry_after.is_zero())
}

/// The fields of `Retry in 2 min 10 s`: all of the wait, and the same in minutes and seconds.
fn wait_fields(retry_after: Duration) -> Value {
    let wait = seconds(retry_after);
    json!({
        "retry_after": wait,
        "retry_minutes": wait / 60,
        "retry_seconds": wait % 60,
    })
}

/// Tells programs what the page tells the person.
fn with_retry_after(mut response: HttpResponse, retry_after: Duration) -> HttpResponse {
    let value = HeaderValue::from(seconds(retry_after));
    response.headers_mut().insert(RETRY_AFTER, value);
    response
}

/// What decides about names and passwords; each is registered as `web::Data`.
pub(super) struct Services {
    database: web::Data<Database>,
    hasher: web::Data<PasswordHasher>,
    limits: web::Data<Limits>,
    layer: web::Data<Layer>,
}

impl Services {
    fn of(request: &HttpRequest) -> Result<Self> {
        Ok(Self {
            database: web::Data::clone(data(request)?),
            hasher: web::Data::clone(data(request)?),
            limits: web::Data::clone(data(request)?),
            layer: web::Data::clone(data(request)?),
        })
    }
}

impl FromRequest for Services {
    type Error = Error;
    type Future = Ready<Result<Self>>;

    fn from_request(request: &HttpRequest, _body: &mut Payload) -> Self::Future {
        ready(Self::of(request))
    }
}
