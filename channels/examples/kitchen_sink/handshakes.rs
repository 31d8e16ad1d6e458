//! One socket for each result of a handshake.

use channels::security::{OriginValidator, WebsocketDenier};
use channels::{
    Accept, CloseCode, Context, Deny, Frame, HandlerError, HandlerResult, IntoEndpoint as _, Scope,
    URLRouter, WebsocketConsumer,
};

use crate::Listed;

pub(crate) const LIST: &[Listed] = &[
    ("/handshake/accept/", "connect", "101"),
    (
        "/handshake/subprotocol/",
        "offer some",
        "101 with the last one offered, and a header <code>x-kitchen: sink</code>",
    ),
    (
        "/handshake/send-first/",
        "connect",
        "101 and a frame at once",
    ),
    ("/handshake/deny/", "connect", "403"),
    (
        "/handshake/denier/",
        "connect",
        "403, by <code>WebsocketDenier</code>",
    ),
    (
        "/handshake/deny/429/",
        "connect",
        "429 with <code>retry-after</code> and a body; any status from 300 to 599",
    ),
    (
        "/handshake/code/",
        "connect",
        "101, then closed with 4001: a reason that scripts can read",
    ),
    (
        "/handshake/silent/",
        "connect",
        "403: <code>connect</code> said nothing",
    ),
    ("/handshake/error/", "connect", "500"),
    ("/handshake/panic/", "connect", "500"),
    ("/handshake/slow/", "connect", "503 after 5 s"),
    (
        "/handshake/unoffered/",
        "connect",
        "500: a subprotocol that was not offered",
    ),
    (
        "/handshake/origin/",
        "connect",
        "403 unless the page is of http://example.org",
    ),
    ("/handshake/nowhere/", "connect", "404"),
];

pub(crate) fn routes() -> URLRouter {
    let origin = OriginValidator::new(["http://example.org"]).expect("the pattern is one");
    URLRouter::new()
        .path("accept/", |_: &Scope| Greets::Plainly)
        .path("subprotocol/", |_: &Scope| Greets::WithSubprotocol)
        .path("send-first/", |_: &Scope| Greets::WithFrame)
        .path("deny/", |_: &Scope| Greets::Not)
        .path("denier/", |_: &Scope| WebsocketDenier)
        .path("deny/<int:status>/", |scope: &Scope| {
            Greets::WithStatus(scope.param("status").unwrap_or(403))
        })
        .path("code/", |_: &Scope| Greets::WithCode)
        .path("silent/", |_: &Scope| Greets::Silently)
        .path("error/", |_: &Scope| Greets::WithError)
        .path("panic/", |_: &Scope| Greets::WithPanic)
        .path("slow/", |_: &Scope| Greets::Never)
        .path("unoffered/", |_: &Scope| Greets::WithUnoffered)
        .path("origin/", (|_: &Scope| Greets::Plainly).wrap(origin))
}

enum Greets {
    Plainly,
    WithSubprotocol,
    WithFrame,
    Not,
    WithStatus(u16),
    WithCode,
    Silently,
    WithError,
    WithPanic,
    Never,
    WithUnoffered,
}

impl WebsocketConsumer for Greets {
    type Event = ();

    async fn connect(&mut self, ctx: &mut Context<Self>) -> Result<(), Deny> {
        match self {
            Self::Plainly => ctx.accept(Accept::new())?,
            Self::WithSubprotocol => {
                let last = ctx.scope().subprotocols().last().cloned();
                let accept = Accept::new().header("x-kitchen", "sink");
                ctx.accept(match last {
                    Some(name) => accept.subprotocol(name),
                    None => accept,
                })?;
            }
            Self::WithFrame => {
                ctx.accept(Accept::new())?;
                ctx.send("hello")?;
            }
            Self::Not => return Err(Deny::forbidden()),
            Self::WithStatus(status) => {
                let deny = Deny::status(*status).header("retry-after", "30");
                return Err(deny.text("Not now\n"));
            }
            Self::WithCode => {
                return Err(Deny::after_accept(CloseCode::app(4001)?, "sign in first"));
            }
            Self::Silently => {}
            Self::WithError => return Err(HandlerError::msg("an error, as announced").into()),
            Self::WithPanic => panic!("a panic, as announced"),
            Self::Never => std::future::pending().await,
            Self::WithUnoffered => ctx.accept(Accept::new().subprotocol("never-offered"))?,
        }
        Ok(())
    }

    async fn receive(&mut self, _: Frame, _: &mut Context<Self>) -> HandlerResult {
        Ok(())
    }
}
