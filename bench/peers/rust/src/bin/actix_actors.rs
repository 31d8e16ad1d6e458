//! actix-web-actors: the well-known chat, one server actor that sends a `String` to each session.

use std::collections::HashMap;

use actix::{Actor, ActorContext as _, Addr, AsyncContext as _, Context, Handler, Message, Recipient, StreamHandler};
use actix_web::{App, HttpRequest, HttpResponse, HttpServer, web};
use actix_web_actors::ws;
use clap::Parser as _;
use parlour_bench_peers::{Arguments, ChatMessage};

#[derive(Message)]
#[rtype(result = "()")]
struct Said(String);

#[derive(Message)]
#[rtype(result = "usize")]
struct Connect {
    room: String,
    session: Recipient<Said>,
}

#[derive(Message)]
#[rtype(result = "()")]
struct Disconnect {
    room: String,
    id: usize,
}

#[derive(Message)]
#[rtype(result = "()")]
struct Say {
    room: String,
    text: String,
}

#[derive(Default)]
struct ChatServer {
    rooms: HashMap<String, HashMap<usize, Recipient<Said>>>,
    next_id: usize,
}

impl Actor for ChatServer {
    type Context = Context<Self>;
}

impl Handler<Connect> for ChatServer {
    type Result = usize;

    fn handle(&mut self, Connect { room, session }: Connect, _: &mut Context<Self>) -> usize {
        self.next_id += 1;
        self.rooms.entry(room).or_default().insert(self.next_id, session);
        self.next_id
    }
}

impl Handler<Disconnect> for ChatServer {
    type Result = ();

    fn handle(&mut self, Disconnect { room, id }: Disconnect, _: &mut Context<Self>) {
        if let Some(members) = self.rooms.get_mut(&room) {
            members.remove(&id);
        }
    }
}

impl Handler<Say> for ChatServer {
    type Result = ();

    fn handle(&mut self, Say { room, text }: Say, _: &mut Context<Self>) {
        for session in self.rooms.get(&room).into_iter().flat_map(HashMap::values) {
            session.do_send(Said(text.clone()));
        }
    }
}

struct Session {
    server: Addr<ChatServer>,
    room: String,
    id: usize,
}

impl Actor for Session {
    type Context = ws::WebsocketContext<Self>;

    fn started(&mut self, ctx: &mut Self::Context) {
        use actix::fut::{ActorFutureExt as _, WrapFuture as _, ready};
        use actix::ContextFutureSpawner as _;
        let connect = Connect {
            room: self.room.clone(),
            session: ctx.address().recipient(),
        };
        self.server
            .send(connect)
            .into_actor(self)
            .then(|id, session, ctx| {
                match id {
                    Ok(id) => session.id = id,
                    Err(_) => ctx.stop(),
                }
                ready(())
            })
            .wait(ctx);
    }

    fn stopped(&mut self, _: &mut Self::Context) {
        self.server.do_send(Disconnect {
            room: self.room.clone(),
            id: self.id,
        });
    }
}

impl Handler<Said> for Session {
    type Result = ();

    fn handle(&mut self, Said(text): Said, ctx: &mut Self::Context) {
        ctx.text(text);
    }
}

impl StreamHandler<Result<ws::Message, ws::ProtocolError>> for Session {
    fn handle(&mut self, message: Result<ws::Message, ws::ProtocolError>, ctx: &mut Self::Context) {
        match message {
            Ok(ws::Message::Text(text)) => {
                if let Some(text) = ChatMessage::again(&text) {
                    self.server.do_send(Say {
                        room: self.room.clone(),
                        text,
                    });
                }
            }
            Ok(ws::Message::Ping(payload)) => ctx.pong(&payload),
            Ok(ws::Message::Close(reason)) => {
                ctx.close(reason);
                ctx.stop();
            }
            Ok(_) => {}
            Err(_) => ctx.stop(),
        }
    }
}

async fn enter(
    request: HttpRequest,
    body: web::Payload,
    room: web::Path<String>,
    server: web::Data<Addr<ChatServer>>,
) -> actix_web::Result<HttpResponse> {
    let session = Session {
        server: Addr::clone(&server),
        room: room.into_inner(),
        id: 0,
    };
    ws::start(session, &request, body)
}

#[actix_web::main]
async fn main() -> std::io::Result<()> {
    let arguments = Arguments::parse();
    let server = ChatServer::default().start();
    HttpServer::new(move || {
        App::new()
            .app_data(web::Data::new(server.clone()))
            .route("/ws/chat/{room}/", web::get().to(enter))
    })
    .workers(arguments.workers)
    .max_connections(usize::MAX)
    // `TCP_NODELAY`, which actix does not set.
    .on_connect(|io, _| {
        if let Some(tcp) = io.downcast_ref::<actix_web::rt::net::TcpStream>() {
            let _ = tcp.set_nodelay(true);
        }
    })
    .bind(arguments.bind)?
    .run()
    .await
}
