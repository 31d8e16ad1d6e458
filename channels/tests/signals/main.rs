//! The effect of a signal on a server, which runs in a process of its own.

#![cfg(unix)]
#![expect(
    clippy::print_stdout,
    reason = "a process tells another its address and what became of it"
)]

use std::io::{BufRead as _, BufReader, Lines};
use std::net::SocketAddr;
use std::process::{Child, ChildStdout, Command, ExitCode, Stdio};
use std::time::{Duration, Instant};

use actix_web::rt::System;
use channels::{
    Accept, Context, Deny, Disconnect, Frame, HandlerResult, Layer, Scope, Server, SocketOptions,
    WebsocketConsumer,
};
use futures_util::StreamExt as _;
use libtest_mimic::{Arguments, Trial};
use tokio::time::timeout;
use tokio_tungstenite::connect_async;
use tokio_tungstenite::tungstenite::Message;

const CHILD: &str = "SIGNALS_CHILD";
const PATIENCE: Duration = Duration::from_secs(20);

struct Site {
    child: Child,
    lines: Lines<BufReader<ChildStdout>>,
    address: SocketAddr,
}

impl Site {
    fn start() -> Self {
        let program = std::env::current_exe().expect("this program");
        let mut child = Command::new(program)
            .env(CHILD, "1")
            .stdout(Stdio::piped())
            .spawn()
            .expect("the server to start");
        let mut lines = BufReader::new(child.stdout.take().expect("a pipe")).lines();
        let ready = lines.by_ref().map_while(Result::ok).find_map(|line| {
            let (_, address) = line.split_once("listening on ")?;
            address.parse().ok()
        });
        let address = ready.expect("the server to say its address");
        Self {
            child,
            lines,
            address,
        }
    }

    fn signal(&self, name: &str) {
        let id = self.child.id().to_string();
        let sent = Command::new("kill").args([name, &id]).status();
        assert!(sent.expect("a program `kill`").success());
    }

    /// The lines up to the end of the process, which must be an orderly one.
    fn finish(mut self) -> Vec<String> {
        let lines = self.lines.by_ref().map_while(Result::ok).collect();
        let status = self.child.wait().expect("an end");
        assert!(status.success(), "{status}");
        lines
    }
}

impl Drop for Site {
    fn drop(&mut self) {
        // One that has ended by itself need not be ended.
        let _ = self.child.kill();
    }
}

fn has(lines: &[String], wanted: &str) -> bool {
    lines.iter().any(|line| line.contains(wanted))
}

fn main() -> ExitCode {
    let system = System::new();
    if std::env::var(CHILD).is_ok() {
        system.block_on(serve());
        return ExitCode::SUCCESS;
    }
    let trials = vec![
        Trial::test(
            "either_signal_sees_every_socket_off_and_ends_the_server_in_order",
            || {
                System::new()
                    .block_on(either_signal_sees_every_socket_off_and_ends_the_server_in_order());
                Ok(())
            },
        ),
        Trial::test("a_second_signal_waits_for_nobody", || {
            System::new().block_on(a_second_signal_waits_for_nobody());
            Ok(())
        }),
    ];
    libtest_mimic::run(&Arguments::from_args(), trials).exit_code()
}

async fn either_signal_sees_every_socket_off_and_ends_the_server_in_order() {
    for name in ["-TERM", "-INT"] {
        let site = Site::start();
        let entering = connect_async(format!("ws://{}/quick/", site.address));
        let (mut client, _) = entering.await.expect("the server to accept");
        site.signal(name);
        let closing = timeout(PATIENCE, client.next()).await;
        let Ok(Some(Ok(Message::Close(Some(close))))) = closing else {
            panic!("no Close for {name}: {closing:?}");
        };
        assert_eq!(u16::from(close.code), 1012, "{name}");
        // Answers the Close.
        while let Some(Ok(_)) = client.next().await {}
        drop(client);
        let lines = site.finish();
        assert!(has(&lines, "disconnect Some(1012)"), "{lines:?}");
        assert!(has(&lines, "shut down"), "the hook runs last: {lines:?}");
    }
}

async fn a_second_signal_waits_for_nobody() {
    let site = Site::start();
    let entering = connect_async(format!("ws://{}/slow/", site.address));
    let (mut client, _) = entering.await.expect("the server to accept");
    let started = Instant::now();
    site.signal("-TERM");
    let closing = timeout(PATIENCE, client.next()).await;
    assert!(matches!(closing, Ok(Some(Ok(Message::Close(_))))));
    // Its consumer's `disconnect` never ends, and may take as long as the server waits.
    site.signal("-TERM");
    let lines = site.finish();
    assert!(has(&lines, "disconnect"), "{lines:?}");
    assert!(started.elapsed() < PATIENCE);
}

/// What runs in the process of its own.
async fn serve() {
    // Longer than a test waits.
    let for_ever = Duration::from_secs(600);
    let options = SocketOptions::new().handler_grace(for_ever);
    let sockets = |scope: &Scope| Leaves {
        slowly: scope.path() == "/slow/",
    };
    let server = Server::new()
        .workers(1)
        .shutdown_timeout(for_ever)
        .on_shutdown(|| async {
            println!("shut down");
            Ok(())
        })
        .websocket(sockets, &Layer::in_memory(), options)
        .bind(("127.0.0.1", 0))
        .expect("a free port");
    println!("listening on {}", server.addrs()[0]);
    server.run().await.expect("an orderly end");
}

struct Leaves {
    slowly: bool,
}

impl WebsocketConsumer for Leaves {
    type Event = ();

    async fn connect(&mut self, ctx: &mut Context<Self>) -> Result<(), Deny> {
        Ok(ctx.accept(Accept::new())?)
    }

    async fn receive(&mut self, _: Frame, _: &mut Context<Self>) -> HandlerResult {
        Ok(())
    }

    async fn disconnect(&mut self, why: Disconnect, _: &mut Context<Self>) {
        println!("disconnect {:?}", why.code);
        if self.slowly {
            std::future::pending::<()>().await;
        }
    }
}
