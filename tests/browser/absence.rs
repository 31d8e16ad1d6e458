//! A page that was offline for a minute shows afterwards everything that the others did meanwhile,
//! without a reload.

use serde_json::Value;

use crate::{
    profile::Profile,
    stage::{Program, until},
};

/// The number of events that a reconnect may get. With more, a range is left out.
const RESUME_LEN: usize = 40;
/// The number of messages that are posted meanwhile, enough for several pages.
const SAID: usize = 130;

impl Profile {
    /// Posts many messages at once, with the form of the room.
    pub(crate) async fn say_many(&self, texts: &[String]) {
        let texts = serde_json::to_string(texts).unwrap();
        let script = format!(
            "return (async () => {{
               const form = document.getElementById('composer');
               for (const body of {texts}) {{
                 const fields = new URLSearchParams(new FormData(form));
                 fields.set('body', body);
                 fields.set('client_id', crypto.randomUUID?.() ?? '00000000-0000-4000-8000-' + Math.random().toString().slice(2, 14).padEnd(12, '0'));
                 await fetch(form.action, {{ method: 'POST', body: fields, redirect: 'manual' }});
               }}
             }})()"
        );
        self.ask_page::<Value>(&script).await;
    }

    /// Edits, deletes or reacts to the message with this text, with its form.
    pub(crate) async fn do_to(&self, text: &str, act: &str, fields: &str) {
        let script = format!(
            "return (async () => {{
               const article = [...document.querySelectorAll('article[data-id]')]
                 .find((one) => one.querySelector('.message-text').textContent === '{text}');
               const form = document.getElementById('composer');
               const fields = new URLSearchParams('{fields}');
               fields.set('csrf_token', new FormData(form).get('csrf_token'));
               fields.set('client_id', '00000000-0000-4000-8000-' + String(article.dataset.id).padStart(6, '0') + String(Math.random()).slice(2, 8).padEnd(6, '0'));
               const path = `/rooms/{{room}}/messages/${{article.dataset.id}}/{act}/`.replace('{{room}}', document.querySelector('[data-room]').dataset.room);
               return (await fetch(path, {{ method: 'POST', body: fields, redirect: 'manual' }})).type;
             }})()"
        );
        let answer: String = self.ask_page(&script).await;
        assert_eq!(answer, "opaqueredirect", "{act} of {text}");
    }

    /// Renames the room, with its form.
    async fn rename(&self, name: &str) {
        let script = format!(
            "return (async () => {{
               const fields = new URLSearchParams({{ name: '{name}', topic: '' }});
               fields.set('csrf_token', new FormData(document.getElementById('composer')).get('csrf_token'));
               const path = `/rooms/${{document.querySelector('[data-room]').dataset.room}}/about/`;
               return (await fetch(path, {{ method: 'POST', body: fields, redirect: 'manual' }})).type;
             }})()"
        );
        assert_eq!(self.ask_page::<String>(&script).await, "opaqueredirect");
    }

    /// Returns all lines of the conversation on screen, without what only this person sees.
    async fn screen(&self) -> Vec<String> {
        self.ask_page(
            "const words = (element) => element?.textContent.replace(/\\s+/g, ' ').trim() ?? '';
             const lines = [...document.querySelectorAll('#log-inner > *')]
               .filter((one) => one.matches('article, .notice, .day, .missing'))
               .map((one) => one.matches('article')
                 ? [one.matches('.deleted'), words(one.querySelector('.message-author')), words(one.querySelector('.quote')),
                    words(one.querySelector('.message-text')), words(one.querySelector('.edited')), words(one.querySelector('.message-time')),
                    ...[...one.querySelectorAll('.chip')].map((chip) => words(chip) + chip.title)].join('|')
                 : words(one));
             return [words(document.querySelector('h1')), words(document.querySelector('.room-state > :first-child')),
               words(document.querySelector('#conversations [aria-current] .side-name')), ...lines]",
        )
        .await
    }

    /// Simulates a minute without network: moves the page's clock forward and fires the `online`
    /// event.
    pub(crate) async fn a_minute_has_passed(&self) {
        self.ask_page::<Value>(
            "const now = Date.now.bind(Date); Date.now = () => now() + 60_000; dispatchEvent(new Event('online'))",
        )
        .await;
    }

    async fn fill_holes(&self) {
        until("no hole to be left", async || {
            if self.has(".missing").await {
                // The row may disappear while it is being filled.
                let row = "document.querySelector('.missing:not([aria-busy=true]) a')?.click()";
                self.ask_page::<Value>(row).await;
                return None;
            }
            Some(())
        })
        .await;
    }
}

pub(crate) fn numbered(word: &str, count: usize) -> Vec<String> {
    (1..=count)
        .map(|number| format!("{word} {number}"))
        .collect()
}

struct Three {
    ana: Profile,
    bo: Profile,
    cleo: Profile,
    room: String,
}

impl Three {
    /// Creates Bo's room with ana and cleo in it and sixty messages, more than a screen.
    async fn meet(site: &Program) -> Self {
        let (ana, bo, cleo) = tokio::join!(
            Profile::start(site),
            Profile::start(site),
            Profile::start(site)
        );
        bo.meet(&ana, ("bo", "ana")).await;
        cleo.join("cleo").await;
        cleo.befriend(&bo, ("cleo", "bo")).await;
        let room = bo.make_room("Closed", "Tea", &["ana", "cleo"]).await;
        bo.say_many(&numbered("before", 45)).await;
        for person in [&ana, &bo, &cleo] {
            person.open(&room).await;
            person.find_text_message("before 45").await;
        }
        ana.say("mine, before").await;
        bo.find_text_message("mine, before").await;
        Self {
            ana,
            bo,
            cleo,
            room,
        }
    }

    /// Does everything while ana is offline: to messages above her screen, to new ones, and to the
    /// room.
    async fn happen(&self, said: usize) {
        let Self { bo, cleo, room, .. } = self;
        bo.do_to("before 3", "edit", "body=before 3, better").await;
        bo.do_to("before 5", "delete", "").await;
        bo.do_to("before 7", "reactions", "emoji=%F0%9F%8C%B1")
            .await;
        bo.do_to("mine, before", "reactions", "emoji=%F0%9F%8C%B1")
            .await;
        cleo.do_to("before 7", "reactions", "emoji=%F0%9F%8C%B1")
            .await;
        bo.say_many(&numbered("meanwhile", said)).await;
        bo.find_text_message(&format!("meanwhile {said}")).await;
        bo.do_to("meanwhile 2", "edit", "body=meanwhile 2, better")
            .await;
        bo.do_to("meanwhile 4", "delete", "").await;
        bo.do_to("before 44", "delete", "").await;
        cleo.open(&format!("{room}leave/")).await;
        cleo.press("button", "Leave").await;
        cleo.wait_for_path("/").await;
        bo.rename("Coffee").await;
        bo.find("heading", "Coffee").await;
        bo.do_to(&format!("meanwhile {said}"), "edit", "body=the last one")
            .await;
        bo.find_text_message("the last one").await;
    }
}

/// Compares both screens.
async fn same_screens(ana: &Profile, bo: &Profile) {
    until("both screens to say the same", async || {
        (ana.screen().await == bo.screen().await).then_some(())
    })
    .await;
}

#[tokio::test]
async fn after_a_minute_without_a_network_both_screens_say_the_same() {
    let resume_len = RESUME_LEN.to_string();
    let site = Program::start(&[
        "--bcrypt-cost",
        "4",
        "--messages",
        "100000/1s",
        "--reactions",
        "100000/1s",
        "--forms",
        "100000/1s",
        "--resume-len",
        &resume_len,
    ])
    .await;
    let three = Three::meet(&site).await;
    let Three { ana, bo, .. } = &three;
    ana.mark_page().await;
    ana.paste("half a thought").await;
    let before = ana.screen().await;

    ana.wire.cut();
    three.happen(SAID).await;
    assert_eq!(ana.screen().await, before, "ana hears of nothing");
    ana.wire.mend();
    ana.a_minute_has_passed().await;

    ana.find_text_message("the last one").await;
    ana.screenshot("absence-hole").await;
    assert!(ana.has(".missing").await, "a hole is never silent");
    ana.fill_holes().await;
    same_screens(ana, bo).await;
    assert!(ana.is_marked_page().await, "without a reload");
    assert_eq!(ana.draft().await, "half a thought");
}

#[tokio::test]
async fn an_absence_full_of_the_worst_texts_is_filled_piece_by_piece() {
    const WORST: usize = 9;
    // Raise the rate limit, because fifty messages in a row exceed it on a slow machine.
    let site = Program::start(&["--bcrypt-cost", "4", "--messages", "100000/1s"]).await;
    let three = Three::meet(&site).await;
    let Three { ana, bo, .. } = &three;
    let worst: Vec<String> = (1..=WORST)
        .map(|number| format!("{number} {}", "&<>\"' ".repeat(1_600)))
        .collect();

    ana.wire.cut();
    bo.say_many(&worst).await;
    bo.say("the last one").await;
    ana.wire.mend();
    ana.a_minute_has_passed().await;

    ana.find_text_message("the last one").await;
    assert!(ana.has(".missing").await, "not all of it fits at once");
    ana.fill_holes().await;
    same_screens(ana, bo).await;
}
