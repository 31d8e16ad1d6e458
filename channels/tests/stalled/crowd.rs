//! The clients: some chat, and some say nothing and read nothing.

use std::net::SocketAddr;
use std::time::Duration;

use futures_util::{SinkExt as _, StreamExt as _};
use tokio::net::{TcpSocket, TcpStream};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::time::timeout;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::{WebSocketStream, client_async};

/// Longer than one message to everybody takes, also on a busy machine.
const PATIENCE: Duration = Duration::from_secs(60);

type Client = WebSocketStream<TcpStream>;

async fn enter(stream: TcpStream, address: SocketAddr) -> Client {
    let entering = client_async(format!("ws://{address}/ws/"), stream);
    let (client, _) = entering.await.expect("the server to accept");
    client
}

/// Clients that read whatever comes; the first of them speaks.
pub(crate) struct Healthy {
    speaker: futures_util::stream::SplitSink<Client, Message>,
    heard: UnboundedReceiver<usize>,
    members: usize,
    rounds: usize,
}

impl Healthy {
    pub(crate) async fn open(address: SocketAddr, members: usize) -> Self {
        let (hear, heard) = unbounded_channel();
        let mut speaker = None;
        for _ in 0..members {
            let stream = TcpStream::connect(address).await;
            let client = enter(stream.expect("the server to listen"), address).await;
            let (sink, stream) = client.split();
            // The others' halves for sending stay as well, or their sockets would be closed.
            let kept = speaker.replace(sink);
            actix_web::rt::spawn(listen(stream, kept, hear.clone()));
        }
        Self {
            speaker: speaker.expect("a member"),
            heard,
            members,
            rounds: 0,
        }
    }

    /// Sends the next number, and waits until every member has received it.
    pub(crate) async fn round(&mut self, padding: usize) {
        let text = format!("{} {}", self.rounds, "x".repeat(padding.saturating_sub(64)));
        let saying = self.speaker.send(Message::text(text));
        saying.await.expect("an open connection");
        let everybody = async {
            for _ in 0..self.members {
                let number = self.heard.recv().await;
                assert_eq!(
                    number,
                    Some(self.rounds),
                    "a message is lost or comes again"
                );
            }
        };
        let waited = timeout(PATIENCE, everybody).await;
        waited.expect("every healthy member to hear it");
        self.rounds += 1;
    }
}

/// Reports the number in each message.
async fn listen(
    mut stream: futures_util::stream::SplitStream<Client>,
    kept: Option<futures_util::stream::SplitSink<Client, Message>>,
    hear: UnboundedSender<usize>,
) {
    while let Some(Ok(message)) = stream.next().await {
        let Message::Text(json) = message else {
            continue;
        };
        // Reading it as JSON would cost more than all the rest.
        let (_, text) = json.split_once(r#""text":""#).expect("a text");
        let (number, _) = text.split_once(' ').expect("a number and padding");
        if hear.send(number.parse().expect("a number")).is_err() {
            break;
        }
    }
    drop(kept);
}

/// A client that has stopped reading.
pub(crate) struct Stalled(Client);

/// Enters the room and reads nothing from there on; its kernel takes little for it.
pub(crate) async fn stall(address: SocketAddr) -> Stalled {
    let socket = TcpSocket::new_v4().expect("a socket");
    socket.set_recv_buffer_size(4096).expect("a small buffer");
    let stream = socket.connect(address).await;
    Stalled(enter(stream.expect("the server to listen"), address).await)
}

impl Stalled {
    /// Reads again, and finds the connection reset.
    pub(crate) async fn wakes_up_alone(mut self) {
        let reading = async { while let Some(Ok(_)) = self.0.next().await {} };
        let waited = timeout(PATIENCE, reading).await;
        waited.expect("the end of the connection");
    }
}
