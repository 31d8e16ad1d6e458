//! Scans every page with axe-core (`scripts/setup` installs it) for violations of WCAG 2.2 A and AA
//! and of its best practices, in light and dark, on desktop and phone.

use std::path::PathBuf;

use serde_json::Value;

use crate::{profile::Profile, stage::Program};

/// Runs the scanner in the page. Returns each violation: rule, help, and element.
const SCAN: &str = r#"
    const done = arguments[arguments.length - 1];
    const tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];
    axe.run(document, { runOnly: tags, resultTypes: ["violations"] }).then(
        ({ violations }) => done(violations.flatMap(({ id, help, nodes }) => nodes.map(
            ({ target, failureSummary }) => `${id}: ${help} at ${target.join(" ")}: ${failureSummary}`))),
        (error) => done([`the scan failed: ${error}`]));
"#;

fn scanner() -> String {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("target/npm/node_modules/axe-core/axe.min.js");
    let source = std::fs::read_to_string(&path);
    source.unwrap_or_else(|error| {
        panic!(
            "{}: {error}; scripts/setup installs the scanner",
            path.display()
        )
    })
}

impl Profile {
    /// Returns the violations on the current page.
    pub(crate) async fn violations(&self) -> Vec<String> {
        let empty: Vec<Value> = Vec::new();
        self.driver.execute(scanner(), empty.clone()).await.unwrap();
        let found = self.driver.execute_async(SCAN, empty).await.unwrap();
        found.convert().unwrap()
    }

    pub(crate) async fn expect_accessible(&self, paths: &[&str]) {
        let mut found = Vec::new();
        for path in paths {
            for scheme in ["light", "dark"] {
                self.prefer(scheme).await;
                self.open(path).await;
                let violations = self.violations().await;
                found.extend(
                    violations
                        .iter()
                        .map(|one| format!("{path} {scheme}: {one}")),
                );
            }
        }
        assert!(found.is_empty(), "{}", found.join("\n\n"));
    }
}

#[tokio::test]
async fn no_page_breaks_a_rule_of_accessibility() {
    let site = Program::start(&["--bcrypt-cost", "4"]).await;
    let (ana, bo) = tokio::join!(Profile::start(&site), Profile::start(&site));
    ana.expect_accessible(&["/accounts/login/", "/accounts/register/", "/status/"])
        .await;
    ana.meet(&bo, ("ana", "bo")).await;
    let room = ana.path().await;
    for text in ["hello", "are you there?"] {
        ana.say(text).await;
    }
    bo.say("I am").await;
    ana.wait_for_count(3).await;
    let reminder = format!("{room}messages/1/reminder/");
    let pages = [
        "/",
        "/reminders/",
        "/later/",
        reminder.as_str(),
        "/friends/",
        "/accounts/devices/",
        "/accounts/profile/",
        "/people/2/",
        "/accounts/password/",
        "/nowhere",
        room.as_str(),
    ];

    ana.expect_accessible(&pages).await;
    ana.use_screen(360, 720).await;
    ana.expect_accessible(&pages).await;
}
