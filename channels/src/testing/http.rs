//! Sends one request to an application without a network: [`HttpCommunicator`].
//!
//! Source: channels/testing/http.py, with support for streaming responses.

use std::fmt;
use std::future::{poll_fn, ready};
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use serde::Serialize;
use serde_json::Value;
use tokio::time::timeout;

use super::answers::Missed;
use super::client::{DEFAULT_TIMEOUT, Insert, QUIET};
use crate::http::{Exchange, HttpOptions, Parts, Responding, SseEvent, open, read_event};
use crate::layers::Layer;
use crate::routing::{Endpoint, IntoEndpoint};
use crate::scope::{Protocol, Scope, ScopeBuilder};
use crate::socket::KillHandle;

/// Sends a request as a client would. Needs an actix runtime: `#[actix_web::test]`.
///
/// The application continues after a time-out; dropping the communicator disconnects the client.
///
/// ```
/// use channels::http::{Http, HttpConsumer, HttpContext};
/// use channels::testing::HttpCommunicator;
/// use channels::{HandlerResult, Scope};
///
/// struct Hello;
///
/// impl HttpConsumer for Hello {
///     type Event = ();
///     async fn handle(&mut self, _: bytes::Bytes, ctx: &mut HttpContext<Self>) -> HandlerResult {
///         let name: String = ctx.scope().query_string().into();
///         Ok(ctx.send_response(200, format!("hello {name}"))?)
///     }
/// }
///
/// # actix_web::rt::System::new().block_on(async {
/// let app = |_: &Scope| Http(Hello);
/// let response = HttpCommunicator::new(app, "GET", "/?alice").get_response().await?;
/// assert_eq!((response.status, response.text()), (200, "hello alice".into()));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// # }).unwrap();
/// ```
pub struct HttpCommunicator {
    app: Endpoint,
    scope: ScopeBuilder,
    inserts: Vec<Insert>,
    body: Bytes,
    layer: Layer,
    options: HttpOptions,
    timeout: Duration,
    open: Option<Open>,
}

/// A whole response.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HttpResponse {
    /// HTTP status.
    pub status: u16,
    /// Headers from middleware and consumer, in that order.
    pub headers: Vec<(String, String)>,
    /// The body, all parts joined.
    pub body: Bytes,
}

impl HttpResponse {
    /// The first header of that name, in any case.
    pub fn header(&self, name: &str) -> Option<&str> {
        let mut headers = self.headers.iter();
        let (_, value) = headers.find(|(known, _)| known.eq_ignore_ascii_case(name))?;
        Some(value)
    }

    /// The body as text.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// The body as JSON.
    ///
    /// # Errors
    /// [`Missed::Json`].
    pub fn json(&self) -> Result<Value, Missed> {
        Ok(serde_json::from_slice(&self.body)?)
    }
}

/// A response whose head has arrived.
struct Open {
    /// A refusal has its body at once.
    refused: Option<Bytes>,
    parts: Option<Parts>,
    /// For a stream of events: the bytes of an incomplete event.
    text: String,
}

impl HttpCommunicator {
    /// A client of `app` for `path`, which may have a query or be a whole URL.
    pub fn new(app: impl IntoEndpoint, method: &str, path: &str) -> Self {
        Self {
            app: app.into_endpoint(),
            scope: Scope::builder(path).protocol(Protocol::Http).method(method),
            inserts: Vec::new(),
            body: Bytes::new(),
            layer: Layer::in_memory(),
            options: HttpOptions::new(),
            timeout: DEFAULT_TIMEOUT,
            open: None,
        }
    }

    /// Sets the body of the request.
    pub fn body(mut self, body: impl Into<Bytes>) -> Self {
        self.body = body.into();
        self
    }

    /// Sets the body to a value as JSON, and its content type.
    ///
    /// # Errors
    /// [`Missed::Json`].
    pub fn json<T: Serialize + ?Sized>(self, value: &T) -> Result<Self, Missed> {
        let body = serde_json::to_vec(value)?;
        Ok(self.body(body).header("content-type", "application/json"))
    }

    /// Adds a header to the request.
    pub fn header(mut self, name: &str, value: impl AsRef<[u8]>) -> Self {
        self.scope = self.scope.header(name, value);
        self
    }

    /// Sets other parts of the scope, for example the client's address.
    pub fn scope(mut self, change: impl FnOnce(ScopeBuilder) -> ScopeBuilder) -> Self {
        self.scope = change(self.scope);
        self
    }

    /// Puts a value into the scope, as an outer middleware would.
    pub fn insert<T: Send + Sync + 'static>(mut self, value: T) -> Self {
        let value = Arc::new(value);
        self.inserts.push(Box::new(move |scope| {
            scope.insert_shared(Arc::clone(&value))
        }));
        self
    }

    /// Shares a layer with other clients, or with the test itself.
    pub fn layer(mut self, layer: &Layer) -> Self {
        self.layer = layer.clone();
        self
    }

    /// Sets limits; those of reading a request's body have no effect without a network.
    pub fn options(mut self, options: HttpOptions) -> Self {
        self.options = options;
        self
    }

    /// Sets the time limit of the following waits; 1 s by default.
    pub fn timeout(mut self, limit: Duration) -> Self {
        self.timeout = limit;
        self
    }

    /// Sends the request and waits for the whole response.
    ///
    /// # Errors
    /// [`Missed::Timeout`] for each part by itself, [`Missed::CutOff`] if it is not brought to
    /// its end.
    pub async fn get_response(&mut self) -> Result<HttpResponse, Missed> {
        let mut response = self.send().await?;
        let mut body = Vec::new();
        while let Some(chunk) = self.next_chunk().await? {
            body.extend_from_slice(&chunk);
        }
        response.body = body.into();
        Ok(response)
    }

    /// Sends the request and waits only for the head: the returned body is empty.
    ///
    /// # Errors
    /// [`Missed::Timeout`], after which the consumer is treated as if the client had gone.
    pub async fn send(&mut self) -> Result<HttpResponse, Missed> {
        let mut scope = self.scope.clone().build();
        for insert in &self.inserts {
            insert(&mut scope);
        }
        let exchange = Exchange {
            app: &self.app,
            layer: &self.layer,
            options: &self.options,
            kill: KillHandle::default(),
            entry: None,
        };
        let answering = open(exchange, scope, ready(Ok(self.body.clone())));
        let answered = timeout(self.timeout, answering).await;
        let (status, headers, refused, parts) =
            match answered.map_err(|_elapsed| Missed::Timeout(self.timeout))? {
                Ok(Responding { head, parts }) => (head.status, head.headers, None, Some(parts)),
                Err(deny) => (deny.status, deny.headers, Some(deny.body), None),
            };
        self.open = Some(Open {
            refused,
            parts,
            text: String::new(),
        });
        Ok(HttpResponse {
            status,
            headers,
            body: Bytes::new(),
        })
    }

    /// Waits for the next part of the body; `None` after the last.
    ///
    /// # Errors
    /// [`Missed::Timeout`], [`Missed::CutOff`], [`Missed::NotConnected`] before `send`.
    pub async fn next_chunk(&mut self) -> Result<Option<Bytes>, Missed> {
        let open = self.open.as_mut().ok_or(Missed::NotConnected)?;
        let next = timeout(self.timeout, open.next_chunk()).await;
        next.unwrap_or(Err(Missed::Timeout(self.timeout)))
    }

    /// Waits for the next event of a stream of server-sent events; `None` after the last.
    ///
    /// # Errors
    /// As [`next_chunk`](Self::next_chunk).
    pub async fn next_event(&mut self) -> Result<Option<SseEvent>, Missed> {
        loop {
            let open = self.open.as_mut().ok_or(Missed::NotConnected)?;
            if let Some(event) = read_event(&mut open.text) {
                return Ok(Some(event));
            }
            let Some(chunk) = self.next_chunk().await? else {
                return Ok(None);
            };
            if let Some(open) = &mut self.open {
                open.text.push_str(&String::from_utf8_lossy(&chunk));
            }
        }
    }

    /// Whether no part of the body arrives for a tenth of a second.
    pub async fn receive_nothing(&mut self) -> bool {
        match self.open.as_mut() {
            Some(open) => timeout(QUIET, open.next_chunk()).await.is_err(),
            None => true,
        }
    }

    /// Disconnects, and waits until `disconnect` has run.
    ///
    /// # Errors
    /// As [`wait`](Self::wait).
    pub async fn disconnect(&mut self) -> Result<(), Missed> {
        let open = self.open.as_mut().ok_or(Missed::NotConnected)?;
        if let Some(parts) = &open.parts {
            parts.hang_up();
        }
        self.wait().await
    }

    /// Waits until the consumer has ended: `disconnect` has run. Unread parts are dropped.
    ///
    /// # Errors
    /// [`Missed::Timeout`], [`Missed::NotConnected`].
    pub async fn wait(&mut self) -> Result<(), Missed> {
        let open = self.open.as_mut().ok_or(Missed::NotConnected)?;
        let Some(parts) = &mut open.parts else {
            return Ok(());
        };
        let ended = poll_fn(|cx| parts.poll_finished(cx));
        let waited = timeout(self.timeout, ended).await;
        waited.or(Err(Missed::Timeout(self.timeout)))
    }
}

impl Open {
    async fn next_chunk(&mut self) -> Result<Option<Bytes>, Missed> {
        let Some(parts) = &mut self.parts else {
            return Ok(self.refused.take().filter(|body| !body.is_empty()));
        };
        let next = poll_fn(|cx| parts.poll_next(cx)).await;
        match next.transpose() {
            Ok(chunk) => Ok(chunk),
            Err(_cut_off) => Err(Missed::CutOff),
        }
    }
}

impl fmt::Debug for HttpCommunicator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HttpCommunicator")
            .field("sent", &self.open.is_some())
            .finish_non_exhaustive()
    }
}
