//! What a measurement asks of a browser beyond what people do: slowness, another network, garbage
//! collection, and the notes that `watch.js` takes inside the page.

use serde_json::{Value, json};

use crate::profile::Profile;

/// How much slower than this machine a phone's processor is taken to be.
const PHONE: f64 = 4.0;

impl Profile {
    /// From the next page on, `watched` in the page says what happened when.
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

    /// From now on looks out for the message with this text.
    pub(crate) async fn expect(&self, text: &str) {
        let script = format!("watched.expect({})", json!(text));
        self.ask_page::<Value>(&script).await;
    }

    /// When the message that was expected was drawn, milliseconds since 1970.
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
