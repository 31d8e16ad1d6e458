//! Screenshots of every page, and a check that none scrolls sideways on the smallest phone.

use thirtyfour::By;
use thirtyfour::extensions::query::ElementQueryable;

use crate::{
    profile::{Kind, Profile},
    stage::Program,
};

#[tokio::test]
async fn no_page_scrolls_sideways_at_320_pixels() {
    let site = Program::start(&["--bcrypt-cost", "4"]).await;
    let phone = Kind {
        size: (320, 640),
        ..Kind::default()
    };
    let (ana, bo) = tokio::join!(Profile::at(site.address, phone), Profile::start(&site));
    ana.use_screen(320, 640).await;
    for path in ["/accounts/login/", "/accounts/register/"] {
        ana.open(path).await;
        assert!(!ana.scrolls_sideways().await, "{path}");
    }
    ana.meet(&bo, ("a-rather-long-name-for-a-phone", "bo"))
        .await;
    let room = ana.path().await;
    ana.paste(&"Donaudampfschifffahrtsgesellschaft".repeat(8))
        .await;
    ana.press_enter().await;
    ana.wait_for_count(1).await;

    for path in [
        "/",
        "/friends/",
        "/accounts/devices/",
        "/accounts/password/",
        "/nowhere",
        &room,
    ] {
        ana.open(path).await;
        ana.driver.query(By::Tag("main")).first().await.unwrap();
        assert!(!ana.scrolls_sideways().await, "{path}");
        let name = if path == room {
            "room".to_owned()
        } else {
            path.replace('/', "")
        };
        ana.screenshot(&format!("phone-{name}")).await;
    }
}

#[tokio::test]
async fn the_room_has_a_picture_in_light_and_in_dark() {
    let site = Program::start(&["--bcrypt-cost", "4"]).await;
    let (ana, bo) = tokio::join!(Profile::start(&site), Profile::start(&site));
    ana.use_screen(1200, 720).await;
    ana.open("/accounts/login/").await;
    ana.screenshot("login-light").await;
    ana.meet(&bo, ("ana", "bo")).await;
    let others = Profile::start(&site).await;
    for name in ["cleo", "dario"] {
        others.join(name).await;
        others.befriend(&ana, (name, "ana")).await;
    }
    let friends = ["bo", "cleo", "dario"];
    let room = ana.make_room("Closed", "Sunday lunch", &friends).await;
    bo.open(&room).await;
    let talk = [
        (&ana, "Are you home already?"),
        (&bo, "Almost. The train stood in the tunnel for a while."),
        (&bo, "I wrote this in there, by the way."),
        (&ana, "It arrived the moment you came out."),
        (&bo, "**Soup at seven?** I bring the bread."),
    ];
    for (person, text) in talk {
        person.paste(text).await;
        person.press_enter().await;
        for reader in [&ana, &bo] {
            reader.message(&text.replace("**", "")).await;
        }
    }
    let invitation = "Soup at seven? I bring the bread.";
    ana.choose(invitation, "React").await;
    ana.press("button", "party popper").await;
    bo.wait_for_chips(&["\u{1f389} 1"]).await;
    ana.choose("I wrote this in there, by the way.", "Reply")
        .await;
    ana.say("Nothing is lost here.").await;
    bo.message("Nothing is lost here.").await;

    for (scheme, name) in [("light", "room-light"), ("dark", "room-dark")] {
        ana.prefer(scheme).await;
        ana.reload().await;
        ana.wait_for_chips(&["\u{1f389} 1 mine"]).await;
        ana.screenshot(name).await;
    }
    others.prefer("dark").await;
    others.open("/accounts/login/").await;
    others.screenshot("login-dark").await;
}
