use std::fs;

use super::*;

fn read(arguments: &[&str]) -> Result<Cli, clap::Error> {
    Cli::read([&["parlour"], arguments].concat())
}

fn first_line(arguments: &[&str]) -> String {
    read(arguments)
        .unwrap_err()
        .to_string()
        .lines()
        .next()
        .unwrap()
        .to_owned()
}

#[test]
fn a_wrong_setting_is_one_line_that_names_it() {
    assert!(first_line(&["--workers", "many"]).contains("--workers"));
    assert!(first_line(&["--idle-timeout", "soon"]).contains("--idle-timeout"));
    assert!(first_line(&["--messages", "30/10s,0/1m"]).contains("--messages"));
    assert!(first_line(&["--database-url", "postgres://db/x"]).contains("--database-url"));
    assert!(first_line(&["--public-url", "https://x.org/chat"]).contains("--public-url"));
}

#[test]
fn the_file_replaces_defaults_and_a_flag_beats_the_file() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("p.toml");
    fs::write(
        &file,
        "message_chars = 99\npage_len = 20\nallowed_hosts = [\"a\", \"b\"]",
    )
    .unwrap();
    let cli = read(&["--config", file.to_str().unwrap(), "--page-len", "30"]).unwrap();
    assert_eq!(cli.settings.limits.message_chars, 99);
    assert_eq!(cli.settings.limits.page_len, 30);
    assert_eq!(cli.settings.allowed_hosts, ["a", "b"]);
}

#[test]
fn a_wrong_file_is_named_with_its_key() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("p.toml");
    let path = file.to_str().unwrap();
    fs::write(&file, "colour = \"red\"").unwrap();
    assert!(first_line(&["--config", path]).contains("`colour`"));
    fs::write(&file, "page_len = 500").unwrap();
    assert!(first_line(&["--config", path]).contains("--page-len"));
    assert!(first_line(&["--config", "/nowhere/p.toml"]).contains("/nowhere/p.toml"));
}

#[test]
fn printed_settings_read_back_as_the_same_settings() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("p.toml");
    let printed = Settings::for_data("somewhere").to_toml();
    fs::write(&file, &printed).unwrap();
    let cli = read(&["--config", file.to_str().unwrap()]).unwrap();
    assert_eq!(cli.settings.to_toml(), printed);
}

#[test]
fn plain_http_for_other_machines_must_be_asked_for() {
    let settings = |arguments: &[&str]| read(arguments).unwrap().settings;
    assert!(settings(&[]).check().is_ok());
    assert!(settings(&["--bind", "0.0.0.0:80"]).check().is_err());
    assert!(
        settings(&["--bind", "0.0.0.0:80", "--insecure-cookies"])
            .check()
            .is_ok()
    );
    let https = ["--public-url", "https://chat.example.org"];
    assert!(settings(&https).check().is_ok());
    assert!(settings(&https).secure_cookies());
    assert!(
        settings(&[https[0], https[1], "--insecure-cookies"])
            .check()
            .is_err()
    );
    assert!(!settings(&[]).secure_cookies());
}
