//! ASGI's own events, one by one, in and out of an application: [`ApplicationCommunicator`].
//!
//! Source: channels/testing/application.py and asgiref/testing.py, except that the application
//! continues after a time-out.

use std::future::pending;
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::task::JoinHandle;
use tokio::time::timeout;

use super::answers::{AppInput, Connected, Denied, Missed};
use super::client::{DEFAULT_TIMEOUT, QUIET};
use super::http::HttpCommunicator;
use super::websocket::WebsocketCommunicator;
use crate::event::{CloseCode, Frame};

/// An event that comes out of an application.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum AppOutput {
    /// `websocket.accept`.
    WebsocketAccept(Connected),
    /// The handshake was denied: `websocket.close` before an accept, or
    /// `websocket.http.response`.
    WebsocketDeny(Denied),
    /// `websocket.send`.
    WebsocketSend(Frame),
    /// `websocket.close`.
    WebsocketClose {
        /// The close code.
        code: u16,
        /// The close reason.
        reason: String,
    },
    /// `http.response.start`.
    HttpResponseStart {
        /// HTTP status.
        status: u16,
        /// Headers from middleware and consumer, in that order.
        headers: Vec<(String, String)>,
    },
    /// `http.response.body`.
    HttpResponseBody {
        /// The part; empty when it is the last.
        body: Bytes,
        /// Whether others follow.
        more_body: bool,
    },
}

/// Sends events into an application and receives its events. Needs an actix runtime.
///
/// The application gets the same input as from a [`WebsocketCommunicator`] or [`HttpCommunicator`],
/// from which it is built:
///
/// ```
/// use channels::testing::{AppInput, AppOutput, ApplicationCommunicator, WebsocketCommunicator};
/// use channels::{Context, Frame, HandlerResult, Scope, WebsocketConsumer};
///
/// struct Echo;
///
/// impl WebsocketConsumer for Echo {
///     type Event = ();
///     async fn receive(&mut self, frame: Frame, ctx: &mut Context<Self>) -> HandlerResult {
///         Ok(ctx.send(frame)?)
///     }
/// }
///
/// # actix_web::rt::System::new().block_on(async {
/// let socket = WebsocketCommunicator::new(|_: &Scope| Echo, "/");
/// let mut app = ApplicationCommunicator::websocket(socket);
/// app.send_input(AppInput::WebsocketConnect).await?;
/// assert!(matches!(app.receive_output().await?, AppOutput::WebsocketAccept(_)));
/// app.send_input(AppInput::WebsocketReceive("hi".into())).await?;
/// assert_eq!(app.receive_output().await?, AppOutput::WebsocketSend("hi".into()));
/// app.send_input(AppInput::WebsocketDisconnect(1000)).await?;
/// app.wait().await?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// # }).unwrap();
/// ```
#[derive(Debug)]
pub struct ApplicationCommunicator {
    inputs: UnboundedSender<AppInput>,
    outputs: UnboundedReceiver<AppOutput>,
    task: Option<JoinHandle<Result<(), Missed>>>,
    timeout: Duration,
}

impl ApplicationCommunicator {
    /// Events of one WebSocket, set up as the communicator is. Nothing runs before
    /// [`AppInput::WebsocketConnect`].
    pub fn websocket(client: WebsocketCommunicator) -> Self {
        Self::start(|inputs, outputs| actix_web::rt::spawn(socket(client, inputs, outputs)))
    }

    /// Events of one request, set up as the communicator is; its body is sent here. Nothing runs
    /// before the last [`AppInput::HttpRequest`].
    pub fn http(client: HttpCommunicator) -> Self {
        Self::start(|inputs, outputs| actix_web::rt::spawn(request(client, inputs, outputs)))
    }

    fn start(
        run: impl FnOnce(
            UnboundedReceiver<AppInput>,
            UnboundedSender<AppOutput>,
        ) -> JoinHandle<Result<(), Missed>>,
    ) -> Self {
        let (inputs, taken) = unbounded_channel();
        let (given, outputs) = unbounded_channel();
        Self {
            inputs,
            outputs,
            task: Some(run(taken, given)),
            timeout: DEFAULT_TIMEOUT,
        }
    }

    /// Sets the time limit of the following waits; 1 s by default.
    pub fn timeout(mut self, limit: Duration) -> Self {
        self.timeout = limit;
        self
    }

    /// Queues an event for the application.
    ///
    /// # Errors
    /// If the application has ended: the failure that it ended with, or [`Missed::Ended`].
    pub async fn send_input(&mut self, event: AppInput) -> Result<(), Missed> {
        if self.inputs.send(event).is_ok() {
            return Ok(());
        }
        self.outcome().await?;
        Err(Missed::Ended)
    }

    /// Waits for the application's next event.
    ///
    /// # Errors
    /// [`Missed::Timeout`], after which the application runs on; if it has ended, the failure
    /// that it ended with, or [`Missed::Ended`].
    pub async fn receive_output(&mut self) -> Result<AppOutput, Missed> {
        let received = timeout(self.timeout, self.outputs.recv()).await;
        match received.map_err(|_elapsed| Missed::Timeout(self.timeout))? {
            Some(event) => Ok(event),
            None => {
                self.outcome().await?;
                Err(Missed::Ended)
            }
        }
    }

    /// Whether nothing arrives for a tenth of a second.
    pub async fn receive_nothing(&mut self) -> bool {
        if !self.outputs.is_empty() {
            return false;
        }
        // An application that has ended sends nothing, either.
        !matches!(timeout(QUIET, self.outputs.recv()).await, Ok(Some(_)))
    }

    /// Waits for the application to end: `disconnect` has run.
    ///
    /// # Errors
    /// [`Missed::Timeout`], after which the application runs on; the failure that it ended with:
    /// [`Missed::Closed`] with 1011, or [`Missed::CutOff`] for a response.
    pub async fn wait(&mut self) -> Result<(), Missed> {
        let limit = self.timeout;
        let waited = timeout(limit, self.outcome()).await;
        waited.unwrap_or(Err(Missed::Timeout(limit)))
    }

    /// Ends it as if the client had disconnected.
    pub fn stop(&mut self) {
        if let Some(task) = self.task.take() {
            task.abort();
        }
    }

    /// How the application ended; a failure is returned once.
    async fn outcome(&mut self) -> Result<(), Missed> {
        let Some(task) = &mut self.task else {
            return Ok(());
        };
        let ended = task.await;
        self.task = None;
        // The other failure is a cancelled task.
        ended.unwrap_or(Err(Missed::Ended))
    }
}

impl Drop for ApplicationCommunicator {
    fn drop(&mut self) {
        self.stop();
    }
}

async fn socket(
    client: WebsocketCommunicator,
    mut inputs: UnboundedReceiver<AppInput>,
    outputs: UnboundedSender<AppOutput>,
) -> Result<(), Missed> {
    let mut client = client.timeout(Duration::MAX);
    let mut connected = false;
    // Ignored, because the test no longer reads.
    let out = |event| drop(outputs.send(event));
    loop {
        let sent = async {
            if connected {
                client.receive_from().await
            } else {
                pending().await
            }
        };
        tokio::select! {
            input = inputs.recv() => match input {
                Some(AppInput::WebsocketConnect) => match client.connect().await {
                    Ok(accepted) => {
                        connected = true;
                        out(AppOutput::WebsocketAccept(accepted));
                    }
                    Err(denied) => {
                        out(AppOutput::WebsocketDeny(denied));
                        return Ok(());
                    }
                },
                Some(AppInput::WebsocketReceive(frame)) => client.send_to(frame)?,
                Some(AppInput::WebsocketDisconnect(code)) => return client.disconnect(code).await,
                Some(event) => return Err(Missed::Input(event)),
                None => return Ok(()),
            },
            sent = sent => match sent {
                Ok(frame) => out(AppOutput::WebsocketSend(frame)),
                Err(Missed::Closed { code, reason }) => {
                    let failed = code == CloseCode::INTERNAL.as_u16();
                    out(AppOutput::WebsocketClose { code, reason: reason.clone() });
                    client.wait().await?;
                    return if failed { Err(Missed::Closed { code, reason }) } else { Ok(()) };
                }
                Err(missed) => return Err(missed),
            },
        }
    }
}

async fn request(
    client: HttpCommunicator,
    mut inputs: UnboundedReceiver<AppInput>,
    outputs: UnboundedSender<AppOutput>,
) -> Result<(), Missed> {
    let out = |event| drop(outputs.send(event));
    let mut whole = BytesMut::new();
    loop {
        match inputs.recv().await {
            Some(AppInput::HttpRequest { body, more_body }) => {
                whole.extend_from_slice(&body);
                if !more_body {
                    break;
                }
            }
            Some(AppInput::HttpDisconnect) | None => return Ok(()),
            Some(event) => return Err(Missed::Input(event)),
        }
    }
    let mut client = client.timeout(Duration::MAX).body(whole.freeze());
    let head = tokio::select! {
        head = client.send() => head?,
        // The client does not wait for the answer any more.
        _ = inputs.recv() => return Ok(()),
    };
    let (status, headers) = (head.status, head.headers);
    out(AppOutput::HttpResponseStart { status, headers });
    loop {
        let chunk = tokio::select! {
            chunk = client.next_chunk() => chunk?,
            _ = inputs.recv() => return client.disconnect().await,
        };
        let more_body = chunk.is_some();
        let body = chunk.unwrap_or_default();
        out(AppOutput::HttpResponseBody { body, more_body });
        if !more_body {
            return client.wait().await;
        }
    }
}
