//! The program itself: settings, files, start and shutdown.

use std::{fs, os::unix::fs::PermissionsExt};

use rustix::process::{Pid, Signal, kill_process};

use crate::{
    stage::{Program, number},
    support::{PASSWORD, Person, run},
};

#[tokio::test]
async fn a_wrong_setting_stops_the_start_with_a_line_that_names_it() {
    for (arguments, name) in [
        (vec!["--bind", "nowhere"], "--bind"),
        (vec!["--public-url", "ftp://example.org"], "--public-url"),
        (
            vec!["--database-url", "postgres://localhost/x"],
            "--database-url",
        ),
        (vec!["--page-len", "0"], "--page-len"),
        (vec!["--login-failures", "often"], "--login-failures"),
        (vec!["--bind", "0.0.0.0:0"], "--public-url"),
        (vec!["--config", "no-such-file.toml"], "no-such-file.toml"),
        (
            vec!["--public-url", "https://a.example", "--insecure-cookies"],
            "--insecure-cookies",
        ),
    ] {
        let output = run(&arguments, "").await;
        assert!(!output.status.success(), "{arguments:?}");
        let said = String::from_utf8(output.stderr).unwrap();
        let first = said.lines().next().unwrap_or_default();
        assert!(first.contains(name), "{arguments:?}: {said}");
        assert!(!said.contains("panicked"), "{said}");
    }
}

#[tokio::test]
async fn print_config_shows_a_file_that_gives_the_same_settings_back() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("parlour.toml");
    let first = run(
        &[
            "--print-config",
            "--message-chars",
            "77",
            "--messages",
            "1/1s,2/1m",
        ],
        "",
    )
    .await;
    let shown = String::from_utf8(first.stdout).unwrap();
    assert!(shown.contains("message_chars = 77"), "{shown}");
    fs::write(&file, &shown).unwrap();

    let again = run(&["--print-config", "--config", file.to_str().unwrap()], "").await;

    assert_eq!(String::from_utf8(again.stdout).unwrap(), shown);
}

#[tokio::test]
async fn what_is_secret_is_readable_by_its_owner_alone() {
    let program = Program::start(&[]).await;
    let mode = |path: &std::path::Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;

    assert_eq!(mode(&program.data()), 0o700);
    let files = fs::read_dir(program.data())
        .unwrap()
        .map(|entry| entry.unwrap().path());
    let files: Vec<_> = files.filter(|path| path.is_file()).collect();
    assert!(files.len() >= 2, "{files:?}");
    for file in files {
        assert_eq!(mode(&file), 0o600, "{}", file.display());
    }
}

#[tokio::test]
async fn a_secret_that_others_can_read_stops_the_start() {
    let mut program = Program::start(&[]).await;
    program.kill().await;
    let key = fs::read_dir(program.data())
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .find(|path| fs::metadata(path).unwrap().len() == 64)
        .expect("a key of 64 bytes");
    fs::set_permissions(&key, fs::Permissions::from_mode(0o644)).unwrap();

    let data = program.data();
    let output = run(
        &["--bind", "127.0.0.1:0", "--data", data.to_str().unwrap()],
        "",
    )
    .await;

    assert!(!output.status.success());
    let name = key.file_name().unwrap().to_str().unwrap();
    assert!(String::from_utf8(output.stderr).unwrap().contains(name));
}

#[tokio::test]
async fn a_second_server_on_the_same_data_does_not_start() {
    let program = Program::start(&[]).await;

    let data = program.data();
    let output = run(
        &["--bind", "127.0.0.1:0", "--data", data.to_str().unwrap()],
        "",
    )
    .await;

    assert!(!output.status.success());
    assert!(!output.stderr.is_empty());
}

#[tokio::test]
async fn the_owner_is_made_on_the_command_line() {
    let mut program = Program::start(&["--bcrypt-cost", "4"]).await;
    program.kill().await;
    let data = program.data();
    let data = data.to_str().unwrap();

    let input = format!("{PASSWORD}\n{PASSWORD}\n");
    let output = run(
        &[
            "--data",
            data,
            "--bcrypt-cost",
            "4",
            "createsuperuser",
            "--username",
            "root",
        ],
        &input,
    )
    .await;
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );

    program.start_again().await;
    let mut owner = Person::new(program.address);
    assert_eq!(owner.log_in("root", PASSWORD).await.status, 303);
    let database = program.data().join("parlour.sqlite3");
    assert_eq!(number(&database, "SELECT is_owner AS number FROM users"), 1);
    assert!(
        !program.said().contains("first-run"),
        "no link while there is an owner"
    );
}

#[tokio::test]
async fn the_first_run_link_makes_the_owner_once() {
    let program = Program::start(&["--bcrypt-cost", "4"]).await;
    let said = program.said();
    let start = said
        .find("/accounts/first-run/")
        .expect("a link is printed");
    let link: String = said[start..]
        .chars()
        .take_while(|c| !c.is_whitespace())
        .collect();
    let first = Person::new(program.address);
    let typed = [
        ("username", "root"),
        ("password", PASSWORD),
        ("password_again", PASSWORD),
    ];

    let second = Person::new(program.address);
    let token = second.csrf_token(&link).await;
    let mut open = vec![("csrf_token".to_owned(), token)];
    let made = first.submit(&link, &link, &typed).await;

    assert_eq!(made.status, 303, "{}", made.body);
    assert!(first.is_signed_in().await);
    let database = program.data().join("parlour.sqlite3");
    assert_eq!(
        number(&database, "SELECT sum(is_owner) AS number FROM users"),
        1
    );
    assert_eq!(second.get(&link).await.status, 404, "good for one use");
    open.extend([
        ("username".to_owned(), "rosa".to_owned()),
        ("password".to_owned(), PASSWORD.to_owned()),
        ("password_again".to_owned(), PASSWORD.to_owned()),
    ]);
    let refused = second.post(&link, &open).await;
    assert_eq!(refused.status, 404);
    assert!(refused.body.contains("it was already used"));
    assert!(refused.body.contains(r#"value="rosa""#), "the name is kept");
    assert!(!second.is_signed_in().await);
    assert_eq!(
        second
            .get("/accounts/first-run/0000000000000000/")
            .await
            .status,
        404
    );
}

#[tokio::test]
async fn a_term_signal_says_goodbye_and_ends_the_program_well() {
    let mut program = Program::start(&["--bcrypt-cost", "4"]).await;
    let mut ana = Person::new(program.address);
    ana.sign_up("ana").await;
    let mut socket = ana.socket().await;
    let mut process = program.process.take().unwrap();

    let pid = Pid::from_raw(process.id().unwrap().try_into().unwrap()).unwrap();
    kill_process(pid, Signal::TERM).unwrap();

    assert!(
        socket.wait_for("server.restarting").await["reconnect_within_ms"]
            .as_u64()
            .unwrap()
            > 0
    );
    assert_eq!(socket.wait_for_close().await, Some(1012));
    let ending = tokio::time::timeout(std::time::Duration::from_secs(12), process.wait());
    assert_eq!(
        ending.await.expect("within ten seconds").unwrap().code(),
        Some(0)
    );
    let database = program.data().join("parlour.sqlite3");
    assert_eq!(number(&database, "SELECT count(*) AS number FROM users"), 1);
}

#[tokio::test]
async fn the_log_of_a_full_run_holds_nothing_that_people_typed() {
    let program = Program::start(&["--bcrypt-cost", "4"]).await;
    let (mut ana, mut bo) = (Person::new(program.address), Person::new(program.address));
    ana.sign_up("ana").await;
    bo.sign_up("bo").await;
    ana.befriend(&bo).await;
    let mut room = ana.open_room(&bo).await;
    room.post("canary-message").await;
    room.socket.send_text("canary-broken-event").await;
    room.socket.wait_for("error.reported").await;
    let token = ana.csrf_token("/friends/").await;
    ana.get("/friends/?search=canary-query").await;
    ana.post(
        "/friends/add/",
        &[("csrf_token".into(), "canary-token".into())],
    )
    .await;
    bo.log_out().await;
    Person::new(program.address)
        .log_in("ana", "canary-password")
        .await;

    let said = program.said();

    let session = ana.cookies();
    let name = format!("parlour_session_{}=", program.address.port());
    let (_, key) = session.split_once(&name).unwrap();
    let key = key.split(';').next().unwrap();
    for canary in ["canary", PASSWORD, &token, key] {
        assert!(!said.contains(canary), "{canary}: {said}");
    }
    assert!(said.contains("/rooms/"), "the run is in the log: {said}");
}
