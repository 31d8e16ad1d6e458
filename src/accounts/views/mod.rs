//! The views of accounts: one file for each page.

pub(crate) mod devices;
pub(crate) mod kept;
pub(crate) mod login;
pub(crate) mod password;
pub(crate) mod profile;
pub(crate) mod register;

use std::future::{Ready, ready};

use actix_web::dev::Payload;
use actix_web::http::StatusCode;
use actix_web::{FromRequest, HttpRequest, web};
use channels::Layer;

use super::page::data;
use super::password::PasswordHasher;
use crate::db::Database;
use crate::error::{Error, Result};
use crate::security::RateLimiter;

/// The status of a form that is shown again because its input is invalid.
const REFUSED: StatusCode = StatusCode::UNPROCESSABLE_ENTITY;

/// The services that check names and passwords. Each is registered as `web::Data`.
pub(crate) struct Services {
    database: web::Data<Database>,
    hasher: web::Data<PasswordHasher>,
    limits: web::Data<RateLimiter>,
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
