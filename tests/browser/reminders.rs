//! Reminders: the dialog of a message, the toast at its time on every device, and the home page
//! that shows it until it is done. Also toasts of refused messages, and all of it without scripts.

use serde_json::Value;

use crate::{
    profile::Profile,
    stage::{
        Program,
        database::{change, number},
        until,
    },
};

/// Sends a form of this person with these fields, without showing its page.
async fn send(person: &Profile, action: &str, fields: &str) {
    let script = format!(
        "return (async () => {{
           const page = await (await fetch('/reminders/')).text();
           const token = page.match(/name=\"csrf_token\" value=\"([^\"]+)\"/)[1];
           const body = new URLSearchParams({{ csrf_token: token, {fields} }});
           return (await fetch('{action}', {{ method: 'POST', body, redirect: 'manual' }})).type;
         }})()"
    );
    assert_eq!(person.ask_page::<String>(&script).await, "opaqueredirect");
}

/// Makes the time of all that waits come. The scheduler wakes because a reminder is deleted, which
/// does not exist.
async fn time_passes(site: &Program, person: &Profile) {
    let database = site.data().join("parlour.sqlite3");
    for table in ["reminders", "scheduled_messages"] {
        let passed = format!("UPDATE {table} SET due_at = 1 WHERE state = 'waiting'");
        change(&database, &passed);
    }
    send(person, "/reminders/0/done/", "").await;
}

/// Sets a reminder in the menu of bo's message, after a press without a time and a cancelled
/// dialog.
async fn set_in_the_menu(ana: &Profile) {
    ana.choose("Soup at eight?", "Remind me…").await;
    ana.find("dialog", "Remind me of this message").await;
    ana.screenshot("reminder-dialog").await;
    assert!(ana.violations().await.is_empty());
    ana.press("button", "Choose this time").await;
    ana.wait_for_text("Choose a date and a time.").await;
    ana.press("button", "Cancel").await;
    ana.wait_gone("dialog", "Remind me of this message").await;
    ana.choose("Soup at eight?", "Remind me…").await;
    // As the locale of the browser writes it.
    ana.find_beginning("button", "Tomorrow, 9:00").await;
    let own = "document.querySelector('#later-date').value = '2027-01-01';
        document.querySelector('#later-time').value = '09:00'";
    ana.ask_page::<Value>(own).await;
    ana.press("button", "Choose this time").await;
    ana.wait_gone("dialog", "Remind me of this message").await;
    ana.wait_for_text("You will be reminded on 1 January 2027, 09:00.")
        .await;
}

#[tokio::test]
async fn a_reminder_is_set_in_the_menu_and_tells_every_device_until_it_is_done() {
    let site = Program::start(&["--bcrypt-cost", "4"]).await;
    let (ana, bo) = tokio::join!(Profile::start(&site), Profile::start(&site));
    ana.meet(&bo, ("ana", "bo")).await;
    bo.say("Soup at **eight**?").await;
    ana.find_text_message("Soup at eight?").await;
    ana.mark_page().await;

    set_in_the_menu(&ana).await;
    let database = site.data().join("parlour.sqlite3");
    let waiting = "SELECT count(*) AS number FROM reminders WHERE state = 'waiting'";
    assert_eq!(number(&database, waiting), 1);
    assert!(ana.is_marked_page().await, "without a reload");

    let phone = Profile::start(&site).await;
    phone.open("/").await;
    phone.log_in("ana").await;
    phone.find("heading", "Hello, ana").await;
    time_passes(&site, &bo).await;
    for device in [&ana, &phone] {
        device.wait_for(".toast", true).await;
        device.wait_for_text("Reminder: bo").await;
        device.find("link", "1 reminder is due").await;
        assert!(!device.scrolls_sideways().await);
    }
    ana.screenshot("reminder-toast").await;
    assert!(!bo.has(".toast").await, "it is private");

    phone.find("heading", "Due reminders").await;
    phone.use_screen(320, 640).await;
    phone.open("/").await;
    phone.press("link", "1 reminder is due").await;
    phone.find("heading", "Due reminders").await;
    assert!(!phone.scrolls_sideways().await);
    phone.screenshot("reminders-due-phone").await;
    phone.use_screen(1280, 800).await;
    phone.open("/").await;
    phone.screenshot("reminder-home").await;
    phone.press("button", "Again in 1 hour").await;
    phone.wait_for_text("You will be reminded on").await;
    ana.wait_gone("link", "1 reminder is due").await;
    time_passes(&site, &bo).await;
    phone.find("heading", "Due reminders").await;
    phone.press("button", "Done").await;
    phone.wait_for_text("The reminder is deleted.").await;
    ana.wait_gone("link", "1 reminder is due").await;
    until("no reminder", async || {
        (number(&database, "SELECT count(*) AS number FROM reminders") == 0).then_some(())
    })
    .await;
}

#[tokio::test]
async fn a_system_notification_comes_too_but_not_while_snoozed() {
    let site = Program::start(&["--bcrypt-cost", "4"]).await;
    let (ana, bo) = tokio::join!(Profile::start(&site), Profile::start(&site));
    ana.meet(&bo, ("ana", "bo")).await;
    bo.say("Soup?").await;
    ana.find_text_message("Soup?").await;
    ana.watch_notifications().await;
    ana.record_notifications().await;
    ana.reload().await;
    ana.find_text_message("Soup?").await;
    let id: i64 = ana
        .ask_page("return Number(document.querySelector('article[data-id]').dataset.id)")
        .await;
    let reminder = format!("{}messages/{id}/reminder/", ana.path().await);
    send(&ana, &reminder, "when: 'tomorrow'").await;
    time_passes(&site, &bo).await;
    until("a notification", async || {
        (ana.told().await == ["Reminder: bo: Soup?"]).then_some(())
    })
    .await;

    ana.open("/accounts/preferences/").await;
    ana.press("button", "For 30 minutes").await;
    ana.find("button", "End snooze").await;
    send(&ana, &reminder, "when: 'tomorrow'").await;
    time_passes(&site, &bo).await;
    ana.wait_for(".toast", true).await;
    assert_eq!(ana.told().await.len(), 1, "quiet, but not unseen");
}

#[tokio::test]
async fn a_refused_message_is_told_with_a_link_to_put_it_right() {
    let site = Program::start(&["--bcrypt-cost", "4"]).await;
    let (ana, bo) = tokio::join!(Profile::start(&site), Profile::start(&site));
    ana.meet(&bo, ("ana", "bo")).await;
    let room = ana.path().await;
    let fields = "body: 'good morning', when: 'tomorrow'";
    send(&ana, &format!("{room}scheduled/"), fields).await;
    bo.open("/friends/").await;
    bo.press("button", "Remove ana").await;
    bo.press("button", "Remove ana").await;

    time_passes(&site, &bo).await;
    ana.wait_for(".toast", true).await;
    ana.wait_for_text("Not sent: good morning").await;
    ana.screenshot("refused-toast").await;
    ana.ask_page::<Value>("document.querySelector('.toast a').click()")
        .await;
    ana.find("heading", "Scheduled messages").await;
    ana.wait_for(".later-refused:target", true).await;
    ana.find("button", "Edit").await;
    assert!(!ana.scrolls_sideways().await);
    ana.screenshot("refused-list").await;
}

#[tokio::test]
async fn without_scripts_a_reminder_is_set_changed_and_done_with_forms() {
    let site = Program::start(&["--bcrypt-cost", "4"]).await;
    let ana = Profile::without_javascript(&site).await;
    ana.join("ana").await;
    ana.make_room("Closed", "Tea", &[]).await;
    ana.fill("Message Tea", "water the tomatoes").await;
    ana.press("button", "Send").await;
    ana.find_text_message("water the tomatoes").await;
    ana.press("link", "Message actions").await;
    ana.press("link", "Remind me…").await;
    ana.find("heading", "Remind me of this message").await;
    ana.use_screen(320, 640).await;
    assert!(!ana.scrolls_sideways().await);
    ana.screenshot("reminder-form-phone").await;
    ana.press("button", "Tomorrow, 09:00").await;
    ana.wait_for_text("You will be reminded on").await;

    ana.open("/reminders/").await;
    ana.find("heading", "Waiting").await;
    assert!(!ana.scrolls_sideways().await);
    ana.screenshot("reminders-phone").await;
    ana.press("link", "Change").await;
    ana.wait_for_text("Another time replaces it.").await;
    let hour = ana.find_beginning("button", "In 1 hour").await;
    hour.click().await.unwrap();
    ana.wait_for_text("You will be reminded on").await;
    let database = site.data().join("parlour.sqlite3");
    let count = "SELECT count(*) AS number FROM reminders";
    assert_eq!(number(&database, count), 1);
    change(&database, "UPDATE reminders SET state = 'due'");
    ana.use_screen(1280, 800).await;
    ana.open("/").await;
    ana.find("heading", "Due reminders").await;
    ana.press("button", "Done").await;
    ana.wait_for_text("The reminder is deleted.").await;
    ana.open("/reminders/").await;
    ana.wait_for_text("You have no reminders.").await;
}
