//! The browser of one person: a Chromium with its own profile and its own network relay.

use std::net::SocketAddr;
use std::path::PathBuf;

use serde_json::json;
use tempfile::TempDir;
use thirtyfour::{ChromiumLikeCapabilities, DesiredCapabilities, WebDriver};

use crate::chromedriver::Chromedriver;
use crate::stage::Program;
use crate::wire::Wire;

const FLAGS: [&str; 10] = [
    "--headless=new",
    // Root, the usual user in containers, cannot use the sandbox.
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-dev-shm-usage",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    // Parts of Chromium's own window that are pages. They took a fifth of the time of all tests.
    "--disable-features=InitialWebUI,WebUIReloadButton,WebUIOmniboxPopup,WebUIToolbar,WebUIOmnibox",
];

/// A browser window on the site. Dropping it quits Chromium.
pub(crate) struct Profile {
    pub(crate) driver: WebDriver,
    pub(crate) wire: Wire,
    pub(crate) has_scripts: bool,
    origin: String,
    chromedriver: Chromedriver,
    _files: TempDir,
}

impl Drop for Profile {
    /// Quits Chromium even if the test panics. The driver library's own clean-up would block until
    /// its time limit on a runtime with one thread, so this sends a plain request.
    fn drop(&mut self) {
        let session = self.driver.session_id().to_string();
        self.driver.clone().leak().ok();
        self.chromedriver.end_session(&session).ok();
    }
}

/// The properties of a browser.
#[derive(Clone, Copy)]
pub(crate) struct Kind {
    /// Whether pages may run scripts.
    pub(crate) javascript: bool,
    /// The size of the window in CSS pixels.
    pub(crate) size: (u32, u32),
}

impl Default for Kind {
    fn default() -> Self {
        Self {
            javascript: true,
            size: (1280, 800),
        }
    }
}

impl Profile {
    /// Starts an ordinary browser without a signed-in person.
    pub(crate) async fn start(site: &Program) -> Self {
        Self::at(site.address, Kind::default()).await
    }

    /// Starts a browser that runs no scripts.
    pub(crate) async fn without_javascript(site: &Program) -> Self {
        Self::at(
            site.address,
            Kind {
                javascript: false,
                ..Kind::default()
            },
        )
        .await
    }

    /// Starts a browser with these properties for the site at that address.
    pub(crate) async fn at(site: SocketAddr, kind: Kind) -> Self {
        let chromedriver = Chromedriver::start().await;
        let wire = Wire::to(site).await;
        let files = tempfile::tempdir().unwrap();
        let mut wishes = DesiredCapabilities::chrome();
        for flag in FLAGS {
            wishes.add_arg(flag).unwrap();
        }
        wishes
            .add_arg(&format!("--user-data-dir={}", files.path().display()))
            .unwrap();
        wishes
            .add_arg(&format!("--window-size={},{}", kind.size.0, kind.size.1))
            .unwrap();
        // The address bar shows the site's own address, but the traffic goes through the relay.
        let detour = format!("--host-resolver-rules=MAP {} 127.0.0.1:{}", site, wire.port);
        wishes.add_arg(&detour).unwrap();
        let scripts = if kind.javascript { 1 } else { 2 };
        let prefs = json!({
            "profile.managed_default_content_settings.javascript": scripts,
            "credentials_enable_service": false,
        });
        wishes.add_experimental_option("prefs", prefs).unwrap();
        let driver = WebDriver::new(chromedriver.url(), wishes).await.unwrap();
        Self {
            driver,
            wire,
            has_scripts: kind.javascript,
            origin: format!("http://{site}"),
            chromedriver,
            _files: files,
        }
    }

    /// Opens a page of the site in the current tab.
    pub(crate) async fn open(&self, path: &str) {
        // With this answer the driver knows of a page that the last press loads, and waits for it
        // first. It fails where there is no page.
        let _ = self.driver.execute("return 0", Vec::new()).await;
        self.driver
            .goto(format!("{}{path}", self.origin))
            .await
            .unwrap();
    }

    /// Returns path and query of the current page.
    pub(crate) async fn path(&self) -> String {
        let url = self.driver.current_url().await.unwrap();
        match url.query() {
            Some(query) => format!("{}?{query}", url.path()),
            None => url.path().to_owned(),
        }
    }

    /// Reloads the current page.
    pub(crate) async fn reload(&self) {
        self.driver.refresh().await.unwrap();
    }

    /// Opens a page in a new tab, and switches to it.
    pub(crate) async fn open_tab(&self, path: &str) {
        let tab = self.driver.new_tab().await.unwrap();
        self.driver.switch_to_window(tab).await.unwrap();
        self.open(path).await;
    }

    /// Switches to the tab with this index, 0 for the first.
    pub(crate) async fn show_tab(&self, number: usize) {
        let tabs = self.driver.windows().await.unwrap();
        self.driver
            .switch_to_window(tabs[number].clone())
            .await
            .unwrap();
    }

    /// Opens an empty tab, closes the current one, and switches to the empty one.
    pub(crate) async fn close_tab(&self) {
        let old = self.driver.window().await.unwrap();
        let new = self.driver.new_tab().await.unwrap();
        self.driver.switch_to_window(old).await.unwrap();
        self.driver.close_window().await.unwrap();
        self.driver.switch_to_window(new).await.unwrap();
    }

    /// Emulates a screen of exactly this size, because a window cannot be as small as a phone.
    pub(crate) async fn use_screen(&self, width: u32, height: u32) {
        let screen = json!({ "width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 600 });
        let method = "Emulation.setDeviceMetricsOverride";
        self.driver.cdp().send_raw(method, screen).await.unwrap();
    }

    /// Sets the preferred colour scheme, for example `light` or `dark`, like the setting of the
    /// system.
    pub(crate) async fn prefer(&self, scheme: &str) {
        let media = json!({ "features": [{ "name": "prefers-color-scheme", "value": scheme }] });
        self.driver
            .cdp()
            .send_raw("Emulation.setEmulatedMedia", media)
            .await
            .unwrap();
    }

    /// Stores a screenshot as `target/screenshots/<name>.png`.
    pub(crate) async fn screenshot(&self, name: &str) {
        let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("target/screenshots");
        std::fs::create_dir_all(&folder).unwrap();
        self.driver
            .screenshot(&folder.join(format!("{name}.png")))
            .await
            .unwrap();
    }
}
