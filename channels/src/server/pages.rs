//! Wraps the App: refuses malformed requests before it, and turns panics and time-outs into
//! answers.

use std::cell::Cell;
use std::panic::AssertUnwindSafe;
use std::pin::Pin;
use std::rc::Rc;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use actix_http::body::{BodySize, BoxBody, MessageBody};
use actix_http::{HttpMessage as _, Request, Response, StatusCode};
use actix_web::dev::Service;
use actix_web::http::header::{self, HeaderValue};
use bytes::Bytes;
use futures_util::FutureExt as _;
use tokio::time::timeout;

use super::service::Shared;
use crate::front::{Visit, VisitSlot, dress, flaw};

impl Shared {
    /// Passes a request to the App, with the data for consumers mounted in it.
    pub(super) fn serve<S, B>(
        self: &Rc<Self>,
        mut request: Request,
        secure: bool,
        app: &S,
    ) -> impl Future<Output = Result<Response<BoxBody>, S::Error>> + use<S, B>
    where
        S: Service<Request>,
        S::Future: 'static,
        S::Error: Into<Response<BoxBody>>,
        S::Response: Into<Response<B>>,
        B: MessageBody + 'static,
    {
        let arrival = self.arrival(&request, secure);
        let visit = self.settings.access.visit(request.head(), arrival.client);
        let visit: VisitSlot = Rc::new(Cell::new(visit));
        arrival.correct(request.head_mut());
        let flaw = flaw(request.head());
        let answering = flaw.is_none().then(|| {
            let mut extensions = request.extensions_mut();
            extensions.insert(Rc::clone(&visit));
            extensions.insert(Arc::clone(&self.registry));
            extensions.insert(arrival);
            drop(extensions);
            app.call(request)
        });
        let shared = Rc::clone(self);
        async move {
            let mut response = match answering {
                Some(answering) => shared.answer(answering).await,
                None => refusal(StatusCode::BAD_REQUEST, flaw.unwrap_or_default()),
            };
            dress(response.headers_mut(), &shared.headers);
            Ok(match visit.take() {
                Some(visit) => counted(response, visit),
                None => response,
            })
        }
    }

    /// The answer of the App, or an error answer instead.
    async fn answer<R, E, B>(
        &self,
        answering: impl Future<Output = Result<R, E>>,
    ) -> Response<BoxBody>
    where
        R: Into<Response<B>>,
        E: Into<Response<BoxBody>>,
        B: MessageBody + 'static,
    {
        // A page that panics affects nothing but its own state.
        let answering = AssertUnwindSafe(answering).catch_unwind();
        let answered = match self.settings.http_timeout {
            Some(limit) => timeout(limit, answering).await,
            None => Ok(answering.await),
        };
        match answered {
            Ok(Ok(Ok(response))) => response.into().map_into_boxed_body(),
            Ok(Ok(Err(failure))) => failure.into(),
            Ok(Err(_)) => {
                log::error!(target: "channels::server", "a page panicked");
                refusal(StatusCode::INTERNAL_SERVER_ERROR, "Internal server error")
            }
            Err(_) => {
                log::warn!(target: "channels::server", "a page timed out and was cancelled");
                refusal(StatusCode::SERVICE_UNAVAILABLE, "Try again later")
            }
        }
    }
}

fn refusal(status: StatusCode, reason: &'static str) -> Response<BoxBody> {
    let mut response = Response::with_body(status, BoxBody::new(reason));
    let text = HeaderValue::from_static("text/plain; charset=utf-8");
    response.headers_mut().insert(header::CONTENT_TYPE, text);
    response
}

/// Logs the request when the body was sent or dropped.
fn counted(response: Response<BoxBody>, visit: Visit) -> Response<BoxBody> {
    let status = response.status().as_u16();
    response.map_body(|_, body| {
        BoxBody::new(Counted {
            body,
            visit,
            status,
            sent: 0,
        })
    })
}

struct Counted {
    body: BoxBody,
    visit: Visit,
    status: u16,
    sent: u64,
}

impl MessageBody for Counted {
    type Error = <BoxBody as MessageBody>::Error;

    fn size(&self) -> BodySize {
        self.body.size()
    }

    fn poll_next(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Bytes, Self::Error>>> {
        let chunk = ready!(Pin::new(&mut self.body).poll_next(cx));
        if let Some(Ok(bytes)) = &chunk {
            self.sent += bytes.len() as u64;
        }
        Poll::Ready(chunk)
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        self.visit.complete(self.status, self.sent);
    }
}
