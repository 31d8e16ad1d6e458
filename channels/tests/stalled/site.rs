//! The server: one room, in which everybody receives every message.

use std::io::{BufRead as _, BufReader, Read as _};
use std::net::SocketAddr;
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use actix_web::{App, web};
use channels::server::ServerHandle;
use channels::socket::mounted;
use channels::{
    Context, Frame, GroupName, HandlerResult, IntoEndpoint as _, Layer, Scope, Server,
    SocketOptions, WebsocketConsumer,
};
use serde::{Deserialize, Serialize};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

pub(crate) const DRIVER: &str = "STALLED_DRIVER";
const READY: &str = "listening on ";

/// A server in another process, which ends with this value.
pub(crate) struct Site {
    child: Child,
    pub(crate) address: SocketAddr,
}

impl Site {
    pub(crate) fn start(driver: &str) -> Self {
        let program = std::env::current_exe().expect("this program");
        let mut child = Command::new(program)
            .env(DRIVER, driver)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("the server to start");
        let stdout = child.stdout.take().expect("a pipe");
        let mut lines = BufReader::new(stdout).lines().map_while(Result::ok);
        let ready = lines.find_map(|line| {
            let (_, address) = line.split_once(READY)?;
            address.parse().ok()
        });
        let address = ready.expect("the server to say its address");
        Self { child, address }
    }

    /// Connections that the server counts.
    pub(crate) async fn connections(&self) -> usize {
        let mut stream = TcpStream::connect(self.address).await.expect("the server");
        let request = b"GET /connections HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";
        stream.write_all(request).await.expect("an open connection");
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await.expect("an answer");
        let (_, body) = answer.split_once("\r\n\r\n").expect("a head and a body");
        body.parse().expect("a number")
    }

    /// The most memory that the server ever had; 0 where that cannot be told.
    pub(crate) fn peak_bytes(&self) -> usize {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id()));
        let status = status.unwrap_or_default();
        let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        let kib = peak.and_then(|peak| peak.trim().strip_suffix(" kB"));
        kib.map_or(0, |kib| kib.parse::<usize>().expect("a number") * 1024)
    }
}

impl Drop for Site {
    fn drop(&mut self) {
        // One that has ended by itself need not be ended.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

struct Member;

#[derive(Serialize, Deserialize)]
#[serde(tag = "type")]
enum Said {
    #[serde(rename = "chat.message")]
    Message { text: String },
}

impl WebsocketConsumer for Member {
    type Event = Said;

    fn groups(&self, _: &Scope) -> Vec<GroupName> {
        vec![GroupName::new("room").expect("a valid name")]
    }

    async fn receive(&mut self, frame: Frame, ctx: &mut Context<Self>) -> HandlerResult {
        let text = frame.as_text().unwrap_or_default().to_owned();
        let room = GroupName::new("room")?;
        ctx.group_send(&room, Said::Message { text }).await?;
        Ok(())
    }

    /// Makes a copy of its own for each member: the most memory that a chat can need.
    async fn event(&mut self, said: Arc<Said>, ctx: &mut Context<Self>) -> HandlerResult {
        ctx.send_json(&*said)
    }
}

static HANDLE: OnceLock<ServerHandle> = OnceLock::new();

async fn connections() -> String {
    let open = HANDLE.get().map(ServerHandle::connections);
    open.unwrap_or_default().to_string()
}

/// Serves until its parent has gone.
pub(crate) async fn serve() {
    let Ok(driver) = std::env::var(DRIVER) else {
        return;
    };
    let layer = Layer::in_memory();
    let app = (|_: &Scope| Member).into_endpoint();
    // Less than the default, so that the test has a margin.
    let options = SocketOptions::new().send_timeout(Duration::from_secs(8));
    let server = Server::new().workers(2).disable_signals();
    let server = if driver == "own" {
        server
            .http(|| App::new().route("/connections", web::get().to(connections)))
            .websocket(app, &layer, options)
    } else {
        server.http(move || {
            let route = mounted(app.clone(), &layer, options.clone());
            App::new()
                .route("/connections", web::get().to(connections))
                .service(web::resource("/ws/").route(route))
        })
    };
    let server = server.bind(("127.0.0.1", 0)).expect("a free port");
    let address = server.addrs()[0];
    let running = server.run();
    HANDLE.get_or_init(|| running.handle());
    actix_web::rt::spawn(running);
    println!("{READY}{address}");
    let parent = web::block(|| std::io::stdin().read_to_end(&mut Vec::new()));
    parent.await.expect("a thread").expect("a pipe");
}
