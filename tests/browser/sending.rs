//! The life of an own message as its author sees it: delivered, and through a network that lets no
//! WebSocket pass.

use thirtyfour::By;

use crate::{
    profile::Profile,
    stage::{Program, until},
};

#[tokio::test]
async fn two_ticks_say_that_the_other_has_the_message() {
    let site = Program::start(&["--bcrypt-cost", "4"]).await;
    let (ana, bo) = tokio::join!(Profile::start(&site), Profile::start(&site));
    ana.meet(&bo, ("ana", "bo")).await;

    bo.wire.cut();
    ana.say("are you there?").await;
    ana.wait_for_count(1).await;
    ana.wait_for_state("Sent ").await;
    bo.wire.mend();

    ana.wait_for_state("Delivered · Sent ").await;
    ana.say("good").await;
    ana.wait_for_count(2).await;
    ana.wait_for_state("Delivered · Sent ").await;
    ana.wait_for_text("ms (p99) in the last hour").await;
    ana.screenshot("delivered").await;
    // What the author's other page shows after loading is the same.
    ana.reload().await;
    ana.wait_for_state("Delivered · Sent ").await;
    ana.prefer("dark").await;
    ana.use_screen(360, 640).await;
    ana.screenshot("delivered-phone-dark").await;
    for (width, name) in [(1280, "status-wide"), (360, "status-phone")] {
        ana.use_screen(width, 720).await;
        ana.open("/status/").await;
        ana.screenshot(name).await;
        assert!(!ana.scrolls_sideways().await);
    }
}

impl Profile {
    /// Waits until the words about the newest own message begin like this.
    async fn wait_for_state(&self, start: &str) {
        until(&format!("the state '{start}…'"), async || {
            let states = self
                .driver
                .find_all(By::Css("[role=log] .message-state"))
                .await;
            let newest = states.ok()?.pop()?;
            let words = newest.attr("title").await.ok()??;
            words.starts_with(start).then_some(())
        })
        .await;
    }
}
