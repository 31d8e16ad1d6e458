//! Middleware: rate limits every page and form before any other work, so that a route without a
//! limit of its own has one, too.
//!
//! [`of_address`] is outside the session, because it limits its database queries. [`of_account`] is
//! inside.

use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::Method;
use actix_web::middleware::Next;
use actix_web::{HttpMessage, web};

use super::{Account, Action, RateLimiter};
use crate::error::Error;
use crate::security::client_addr;
use crate::security::request_log::ActingUser;

/// The action of each form, by the pattern of its route. Registered as `web::Data`.
#[derive(Clone, Copy, Debug)]
pub struct FormActions(pub &'static [(&'static str, Action)]);

impl FormActions {
    /// Returns the action of a request. Safe methods read a page. A form that is not in the table
    /// is [`Action::Form`].
    fn of(self, request: &ServiceRequest) -> Action {
        if request.method().is_safe() && request.method() != Method::TRACE {
            return Action::PageRead;
        }
        let pattern = request.match_pattern();
        let known = pattern.and_then(|pattern| self.named(&pattern));
        known.unwrap_or(Action::Form)
    }

    fn named(self, pattern: &str) -> Option<Action> {
        let found = self.0.iter().find(|(known, _)| *known == pattern);
        found.map(|(_, action)| *action)
    }
}

/// `App::wrap(from_fn(guard::of_address))`, outside the sessions. Needs `web::Data` of
/// [`FormActions`] and [`RateLimiter`]. Answers 429.
pub async fn of_address<B: MessageBody + 'static>(
    (actions, limits): (web::Data<FormActions>, web::Data<RateLimiter>),
    request: ServiceRequest,
    next: Next<B>,
) -> actix_web::Result<ServiceResponse<impl MessageBody>> {
    let address = client_addr(request.request());
    match limits.check_address(actions.of(&request), address) {
        Ok(()) => Ok(next.call(request).await?.map_into_left_body()),
        Err(refused) => Ok(refuse(request, refused)),
    }
}

/// `App::wrap(from_fn(guard::of_account))`, inside the sessions and outside the CSRF middleware.
pub async fn of_account<B: MessageBody + 'static>(
    (actions, limits): (web::Data<FormActions>, web::Data<RateLimiter>),
    request: ServiceRequest,
    next: Next<B>,
) -> actix_web::Result<ServiceResponse<impl MessageBody>> {
    let user = request.extensions().get::<ActingUser>().copied();
    let taken = user.map_or(Ok(()), |ActingUser(id)| {
        let address = client_addr(request.request());
        limits.check_account(actions.of(&request), Account::Id(id), address)
    });
    match taken {
        Ok(()) => Ok(next.call(request).await?.map_into_left_body()),
        Err(refused) => Ok(refuse(request, refused)),
    }
}

/// Returns a response, not an error, because an error would lose the request for the outer
/// middleware.
fn refuse<L: MessageBody>(
    request: ServiceRequest,
    refused: Error,
) -> ServiceResponse<actix_web::body::EitherBody<L>> {
    request.error_response(refused).map_into_right_body()
}
