//! Derives [`SignedIn`] from the session of a request. Views take it as an argument.

use std::future::{Ready, ready};

use actix_session::SessionExt;
use actix_session::storage::{LoadError, SaveError, UpdateError};
use actix_web::body::MessageBody;
use actix_web::dev::{Payload, ServiceRequest, ServiceResponse};
use actix_web::error::InternalError;
use actix_web::middleware::Next;
use actix_web::{FromRequest, HttpMessage, HttpRequest};

use super::{SIGNED_IN, SignedIn};
use crate::error::Error;
use crate::security::csrf::SessionId;
use crate::security::request_log::ActingUser;

/// `App::wrap(from_fn(recognise))`, directly inside the session middleware: stores the signed-in
/// person for views ([`SignedIn`]), the CSRF middleware and the log.
pub async fn recognise<B: MessageBody + 'static>(
    request: ServiceRequest,
    next: Next<B>,
) -> actix_web::Result<ServiceResponse<impl MessageBody>> {
    let who = request.get_session().get::<SignedIn>(SIGNED_IN)?;
    if let Some(who) = who {
        let mut known = request.extensions_mut();
        known.insert(SessionId(who.session.id_hash.clone()));
        known.insert(ActingUser(who.user.id.0));
        known.insert(who);
    }
    next.call(request).await
}

/// `App::wrap(from_fn(report_storage))`, directly outside the session middleware: turns its 500
/// into 503. A failed query must not make the person a visitor.
pub async fn report_storage<B: MessageBody + 'static>(
    request: ServiceRequest,
    next: Next<B>,
) -> actix_web::Result<ServiceResponse<impl MessageBody>> {
    next.call(request).await.map_err(|error| {
        if !is_from_store(&error) {
            return error;
        }
        // The database logs the cause, with its file.
        log::warn!(
            target: "parlour::accounts",
            "503: the session of the request was not read or stored, because the database failed"
        );
        Error::Busy("sessions").into()
    })
}

fn is_from_store(error: &actix_web::Error) -> bool {
    error.as_error::<InternalError<LoadError>>().is_some()
        || error.as_error::<InternalError<SaveError>>().is_some()
        || error.as_error::<InternalError<UpdateError>>().is_some()
        || error.as_error::<InternalError<anyhow::Error>>().is_some()
}

impl SignedIn {
    /// Returns the signed-in person of a request, if there is one.
    pub fn of(request: &HttpRequest) -> Option<Self> {
        request.extensions().get::<Self>().cloned()
    }
}

impl FromRequest for SignedIn {
    type Error = Error;
    type Future = Ready<Result<Self, Error>>;

    fn from_request(request: &HttpRequest, _body: &mut Payload) -> Self::Future {
        ready(Self::of(request).ok_or(Error::SignInRequired))
    }
}
