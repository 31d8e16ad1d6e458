//! Middleware: every page and every form takes from a bucket before any work is done for it, so that a
//! route without a limit of its own has one all the same.
//!
//! [`of_address`] stands outside the session, whose look-up it bounds; [`of_account`] inside of it.

use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::Method;
use actix_web::middleware::Next;
use actix_web::{HttpMessage, web};

use super::{Account, Action, Limits};
use crate::error::Error;
use crate::security::client_addr;
use crate::security::request_log::ActingUser;

/// Which action a form counts as, by the pattern of its route; registered as `web::Data`.
#[derive(Clone, Copy, Debug)]
pub struct FormActions(pub &'static [(&'static str, Action)]);

impl FormActions {
    /// A request that changes nothing reads a page. A form that is not in the table is [`Action::Form`].
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

/// `App::wrap(from_fn(guard::of_address))`, outside the sessions; needs `web::Data` of [`FormActions`] and
/// [`Limits`]. Answers 429.
pub async fn of_address<B: MessageBody + 'static>(
    (actions, limits): (web::Data<FormActions>, web::Data<Limits>),
    request: ServiceRequest,
    next: Next<B>,
) -> actix_web::Result<ServiceResponse<impl MessageBody>> {
    let address = client_addr(request.request());
    match limits.check_address(actions.of(&request), address) {
        Ok(()) => Ok(next.call(request).await?.map_into_left_body()),
        Err(refused) => Ok(refuse(request, refused)),
    }
}

/// `App::wrap(from_fn(guard::of_account))`, inside the sessions and outside the form guard.
pub async fn of_account<B: MessageBody + 'static>(
    (actions, limits): (web::Data<FormActions>, web::Data<Limits>),
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

/// The answer rather than an error: an error would leave the middleware outside without its request.
fn refuse<L: MessageBody>(
    request: ServiceRequest,
    refused: Error,
) -> ServiceResponse<actix_web::body::EitherBody<L>> {
    request.error_response(refused).map_into_right_body()
}
