//! The driver with a socket of its own, which it takes over from the HTTP server.
//!
//! Called by `server/` for each request that asks for an upgrade. A peer that stops reading does
//! not stop its consumer here, and an idle connection costs no buffers.

use std::cell::RefCell;
use std::pin::Pin;
use std::rc::Rc;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use actix_http::body::{BodySize, MessageBody as _};
use actix_http::{Request, Response, h1};
use actix_web::HttpResponse;
use actix_web::dev::RequestHead;
use actix_web::http::header::{HeaderName, HeaderValue};
use bytes::BytesMut;
use futures_util::future::LocalBoxFuture;
use socket2::SockRef;
use tokio_util::codec::Encoder as _;

use super::deflate::Agreed;
use super::handshake::{denied, refusal, scope_of, switching_protocols};
use super::incoming::Incoming;
use super::kill::bound_send_buffer;
use super::options::SocketOptions;
use super::outlet::Way;
use super::peer::{Peer, Transport};
use super::registry::{Entry, Registry};
use super::wire::{Io, Source, Wire, end_orderly};
use crate::answer::Deny;
use crate::connection::{Answer, Limits};
use crate::front::{Arrival, SocketVisit, Visit, dress};
use crate::launch::{Launched, launch};
use crate::layers::Layer;
use crate::routing::Endpoint;

/// Rounds of actor and socket, before other tasks get their turn.
const ROUNDS_PER_POLL: usize = 4;

/// A socket, as the HTTP server passes it on.
pub(crate) struct HandedOver<T> {
    pub(crate) io: T,
    pub(crate) codec: h1::Codec,
    /// The bytes that the peer sent after its handshake.
    pub(crate) already_read: BytesMut,
    /// Responses to earlier requests that are not sent yet.
    pub(crate) unsent: BytesMut,
    pub(crate) arrival: Arrival,
    pub(crate) visit: Option<Visit>,
}

/// One application on sockets of its own.
pub(crate) struct OwnSockets {
    pub(crate) app: Endpoint,
    pub(crate) layer: Layer,
    pub(crate) options: Rc<SocketOptions>,
    /// The timeout of the options.
    pub(crate) limits: Rc<Limits>,
    pub(crate) registry: Arc<Registry>,
    /// The headers of every answer.
    pub(crate) headers: Arc<[(HeaderName, HeaderValue)]>,
}

impl OwnSockets {
    /// Answers the handshake; an accepted connection continues as a task of its own.
    pub(crate) async fn open<T: Io + 'static>(&self, request: Request, handed: HandedOver<T>) {
        let HandedOver {
            io,
            mut codec,
            already_read,
            mut unsent,
            arrival,
            visit,
        } = handed;
        if let Some(tcp) = io.tcp() {
            bound_send_buffer(&SockRef::from(tcp), &self.options);
        }
        let wire: Wire = Rc::new(RefCell::new(io));
        let visit = visit.map(Visit::connecting);
        let deflate = self.options.agree(request.head());
        let answer = self.answer(request.head(), &arrival, visit, deflate.as_ref());
        let (mut response, launched) = match answer.await {
            Ok((response, launched, entry)) => (response, Some((launched, entry))),
            Err(response) => (response, None),
        };
        dress(response.headers_mut(), &self.headers);
        encode(&mut codec, response, &mut unsent);
        let Some((launched, entry)) = launched else {
            end_orderly(&wire, unsent, self.options.close_timeout).await;
            return;
        };
        let source = Source::Wire(Rc::clone(&wire));
        let inflater = deflate.map(|agreed| agreed.inflater());
        let incoming = Incoming::new(source, already_read, &self.options, inflater);
        let transport = Transport {
            incoming,
            deflater: deflate.map(|agreed| agreed.deflater()),
            way: Way::Own(wire),
            unsent,
            entry: Some(entry),
        };
        actix_web::rt::spawn(OwnSocket::Open(Peer::new(launched, transport)));
    }

    async fn answer(
        &self,
        head: &RequestHead,
        arrival: &Arrival,
        visit: Option<SocketVisit>,
        deflate: Option<&Agreed>,
    ) -> Result<(HttpResponse, Launched, Rc<Entry>), HttpResponse> {
        if let Some(refused) = refusal(head, self.options.max_head_bytes) {
            return Err(refused);
        }
        let Some(entry) = self.registry.enter() else {
            return Err(denied(Deny::overloaded()));
        };
        let scope = scope_of(head, arrival);
        // The consumer's runner detects an overflow of its channel itself, because it is always
        // polled.
        let launched = launch(&self.app, scope, &self.layer, &self.limits, || {}).await;
        let mut launched = launched.map_err(denied)?;
        let visit = visit.map(Rc::new);
        launched.attached.keep(match &visit {
            None => Rc::clone(&entry) as _,
            Some(visit) => Rc::new((Rc::clone(&entry), Rc::clone(visit))),
        });
        match launched.answer().await {
            Answer::Deny(deny) => Err(denied(deny)),
            Answer::Accept(accept) => {
                if let Some(visit) = visit {
                    visit.connect();
                }
                let mut response = switching_protocols(head, accept, &launched.headers, deflate);
                Ok((response.finish(), launched, entry))
            }
        }
    }
}

/// Writes an answer as the HTTP server would have.
fn encode(codec: &mut h1::Codec, response: HttpResponse, out: &mut BytesMut) {
    let (head, body) = Response::from(response).into_parts();
    // A handshake's answers have no streamed bodies.
    let body = body.try_into_bytes().unwrap_or_default();
    let size = BodySize::Sized(body.len() as u64);
    match codec.encode(h1::Message::Item((head, size)), out) {
        Ok(()) => out.extend_from_slice(&body),
        Err(failure) => {
            log::error!(target: "channels::socket", "an answer could not be written: {failure}");
        }
    }
}

/// A connection and its end, as one task.
#[expect(
    clippy::large_enum_variant,
    reason = "nearly every socket is open, and a box would be an allocation more for each"
)]
enum OwnSocket {
    Open(Peer),
    Ending(LocalBoxFuture<'static, ()>),
}

impl Future for OwnSocket {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        loop {
            match &mut *self {
                Self::Open(peer) => {
                    ready!(poll_round(peer, cx));
                    let ending = Self::Ending(end(peer));
                    self.set(ending);
                }
                Self::Ending(ending) => return ending.as_mut().poll(cx),
            }
        }
    }
}

/// The cleanup after the connection has finished.
fn end(peer: &mut Peer) -> LocalBoxFuture<'static, ()> {
    let (entry, limit) = peer.left_behind();
    let (cut, outlet) = (peer.is_cut(), peer.outlet());
    let (out, wire) = (outlet.take_out(), outlet.wire().cloned());
    Box::pin(async move {
        match wire {
            Some(wire) if cut => wire.borrow().reset_on_close(),
            Some(wire) => end_orderly(&wire, out, limit).await,
            None => {}
        }
        if let Some(entry) = entry {
            entry.is_closed();
        }
    })
}

/// Polls the connection and writes its frames; ready when either can do no more.
fn poll_round(peer: &mut Peer, cx: &mut Context<'_>) -> Poll<()> {
    for _ in 0..ROUNDS_PER_POLL {
        let finished = Pin::new(&mut *peer).poll(cx).is_ready();
        let waiting = peer.outlet().waiting();
        if peer.is_unsent() {
            let written = peer.outlet().poll_write(cx);
            // The peer has disconnected; its earlier bytes were read a moment ago.
            if let Poll::Ready(Err(_)) = written {
                return Poll::Ready(());
            }
            let taken = waiting - peer.outlet().waiting();
            peer.note_sent(taken, written.is_ready());
        }
        if finished {
            return Poll::Ready(());
        }
        let sent = peer.outlet().waiting() < waiting;
        if !(peer.was_held_back() && sent) {
            return Poll::Pending;
        }
    }
    cx.waker().wake_by_ref();
    Poll::Pending
}
