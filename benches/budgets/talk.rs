//! The stage of most measurements: a fresh server, two friends, and a conversation that has messages.

use serde_json::{Value, json};

use crate::{
    profile::Profile,
    sockets::Poster,
    stage::{Program, fill_room},
};

/// High rate limits, so that one address can do in a minute what people do in a day. The other
/// settings have their defaults.
const LIMITS: &str = "--bcrypt-cost 4 --registrations-ip 1000/1m --registration-forms-ip 1000/1m \
    --handshakes-ip 1000000/1m --page-reads 1000000/1m --page-reads-ip 1000000/1m \
    --forms-ip 1000000/1m --socket-reads-ip 1000000/1m --friend-requests 1000/1m \
    --friend-requests-ip 1000/1m --messages 100000/1s --messages-ip 1000000/1s \
    --socket-events 10000/1s --socket-posts 1000 --sockets-per-ip 100000 \
    --sockets-per-user 100";

/// The conversation, which has the number 1.
pub(crate) const ROOM: &str = "/rooms/1/";

/// Starts a fresh server with these limits.
pub(crate) async fn start() -> Program {
    Program::start(&LIMITS.split(' ').collect::<Vec<_>>()).await
}

/// Two friends in a conversation.
pub(crate) struct Talk {
    pub(crate) site: Program,
    /// Whose pages are measured.
    pub(crate) ana: Profile,
    pub(crate) bo: Profile,
}

impl Talk {
    /// The conversation already has this many messages. Ana's next page is watched.
    pub(crate) async fn of(messages: i64) -> Self {
        let site = start().await;
        let (ana, bo) = tokio::join!(Profile::start(&site), Profile::start(&site));
        ana.meet(&bo, ("ana", "bo")).await;
        fill_room(&site.data().join("parlour.sqlite3"), 1, messages);
        ana.watch().await;
        bo.watch().await;
        Self { site, ana, bo }
    }

    /// Ana has the conversation open, in a page that listens.
    pub(crate) async fn open(&self) {
        open_room(&self.ana, ROOM).await;
    }

    /// A user who posts as Bo, without a page. Bo's own browser shows an empty page.
    pub(crate) async fn poster(&self) -> Poster {
        let poster = Poster::connect(self.site.address, &self.bo.cookies().await).await;
        self.bo.driver.goto("about:blank").await.unwrap();
        poster
    }

    /// Posts this many messages, with their numbers at `{}`, and waits until Ana's page has drawn
    /// the last one.
    pub(crate) async fn receive(&self, poster: &mut Poster, count: usize, text: &str) {
        let texts = (0..count).map(|number| text.replace("{}", &number.to_string()));
        let texts: Vec<_> = texts.collect();
        self.ana.expect(&texts[count - 1]).await;
        poster.post(&texts).await;
        self.ana.arrival().await;
    }
}

/// The assumed factor by which a phone's processor is slower than this machine.
const PHONE: f64 = 4.0;

/// Opens a conversation and waits until its page has a socket and the caret is in the box.
pub(crate) async fn open_room(person: &Profile, path: &str) {
    person.open(path).await;
    let ready = "return watched.opened > 0 && document.activeElement.id === 'composer-body'";
    person.wait_until_page(ready).await;
}

/// The commands of measurements to a browser, and the records of `watch.js` in the page.
impl Profile {
    /// Evaluates a condition in each frame of the page until it is true.
    pub(crate) async fn wait_until_page(&self, script: &str) {
        let waiting = format!(
            "const done = arguments[0];
            const asks = () => {{ {script} }};
            const look = () => (asks() ? done(true) : requestAnimationFrame(look));
            look();"
        );
        let answer = self.driver.execute_async(&waiting, Vec::new());
        answer.await.unwrap();
    }

    /// From the next page on, `watched` in the page has the times of events.
    pub(crate) async fn watch(&self) {
        let source = include_str!("watch.js");
        let method = "Page.addScriptToEvaluateOnNewDocument";
        self.command(method, json!({ "source": source })).await;
    }

    /// Scripts and layout take four times as long from now on.
    pub(crate) async fn slow_down(&self) {
        let method = "Emulation.setCPUThrottlingRate";
        self.command(method, json!({ "rate": PHONE })).await;
    }

    /// The network of a phone: 1.6 Mbit/s down, 750 kbit/s up, 150 ms until an answer begins. Nothing
    /// is in the cache. Sockets are as fast as before.
    pub(crate) async fn use_fast_3g(&self) {
        let network = json!({
            "offline": false,
            "latency": 150,
            "downloadThroughput": 1_600_000 / 8,
            "uploadThroughput": 750_000 / 8,
        });
        self.command("Network.enable", json!({})).await;
        self.command("Network.emulateNetworkConditions", network)
            .await;
    }

    pub(crate) async fn forget_cache(&self) {
        self.command("Network.clearBrowserCache", json!({})).await;
    }

    /// The `Cookie` header of this browser.
    pub(crate) async fn cookies(&self) -> String {
        let cookies = self.driver.get_all_cookies().await.unwrap();
        let pairs = cookies.iter().map(|c| format!("{}={}", c.name, c.value));
        pairs.collect::<Vec<_>>().join("; ")
    }

    /// From now on watches for the message with this text.
    pub(crate) async fn expect(&self, text: &str) {
        let script = format!("watched.expect({})", json!(text));
        self.ask_page::<Value>(&script).await;
    }

    /// When the expected message was drawn, in milliseconds since 1970.
    pub(crate) async fn arrival(&self) -> f64 {
        self.ask_page("return watched.arrived.then(({ drawn }) => drawn)")
            .await
    }

    /// A command of the browser's own protocol.
    pub(crate) async fn command(&self, method: &str, parameters: Value) -> Value {
        self.driver
            .cdp()
            .send_raw(method, parameters)
            .await
            .unwrap()
    }
}
