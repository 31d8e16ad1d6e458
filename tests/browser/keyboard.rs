//! Shortcuts that work on all pages: help, and switching the conversation.

use thirtyfour::{Key, extensions::query::ElementQueryable};

use crate::{profile::Profile, stage::Program};

#[tokio::test]
async fn a_part_of_a_name_leads_to_another_conversation() {
    let site = Program::start(&["--bcrypt-cost", "4"]).await;
    let (ana, others) = tokio::join!(Profile::start(&site), Profile::start(&site));
    ana.join("ana").await;
    for name in ["Zoë", "dario"] {
        others.join(name).await;
        others.befriend(&ana, (name, "ana")).await;
    }
    ana.open_conversation("dario").await;
    ana.paste("half a thought").await;

    ana.keys(Key::Control + "k").await;
    let box_ = ana.find("combobox", "Name of a person or room").await;
    box_.send_keys("zoe").await.unwrap();
    ana.find("option", "Zoë").await;
    ana.wait_gone("option", "dario").await;
    box_.send_keys(Key::Enter + "").await.unwrap();

    ana.find("textbox", "Message Zoë").await;
    assert_eq!(ana.draft().await, "");
    ana.keys(Key::Control + "k").await;
    ana.find("combobox", "Name of a person or room")
        .await
        .send_keys("DAR".to_owned() + Key::Enter)
        .await
        .unwrap();
    ana.find("textbox", "Message dario").await;
    assert_eq!(ana.draft().await, "half a thought");
}

#[tokio::test]
async fn a_question_mark_outside_a_box_shows_the_keys_and_escape_hides_them() {
    let site = Program::start(&["--bcrypt-cost", "4"]).await;
    let ana = Profile::start(&site).await;
    ana.join("ana").await;
    ana.open("/").await;

    let page = ana.driver.query(thirtyfour::By::Tag("body")).first().await;
    page.unwrap().send_keys("?").await.unwrap();

    ana.find("dialog", "Keyboard shortcuts").await;
    assert!(ana.violations().await.is_empty());
    ana.screenshot("keys").await;
    ana.keys(Key::Escape + "").await;
    ana.wait_gone("dialog", "Keyboard shortcuts").await;
}
