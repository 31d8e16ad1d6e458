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
    fs::write(&file, "help_advanced = true").unwrap();
    assert!(first_line(&["--config", path]).contains("`help_advanced`"));
    fs::write(&file, "page_len = 500").unwrap();
    assert!(first_line(&["--config", path]).contains("--page-len"));
    assert!(first_line(&["--config", "/nowhere/p.toml"]).contains("/nowhere/p.toml"));
}

#[test]
fn help_lists_the_usual_settings_and_names_the_way_to_the_others() {
    let usual = read(&["--help"]).unwrap_err().to_string();
    let all = read(&["--help-advanced"]).unwrap_err().to_string();

    assert!(usual.contains("--public-url"), "{usual}");
    assert!(!usual.contains("--resume-bytes"), "{usual}");
    assert!(
        usual.trim_end().ends_with("parlour --help-advanced"),
        "{usual}"
    );
    assert!(all.contains("--public-url"), "{all}");
    let (_, advanced) = all.split_once("Advanced settings:").unwrap();
    assert!(advanced.contains("--resume-bytes"), "{all}");
    assert!(!advanced.contains("--public-url"), "{all}");
}

#[test]
fn every_name_in_the_list_of_usual_settings_is_a_setting() {
    let command = Cli::command_line();
    let shown = command
        .get_arguments()
        .filter(|arg| arg.get_env().is_some() && !arg.is_hide_set());
    assert_eq!(shown.count(), usual::USUAL.len());
}

#[test]
fn an_advanced_setting_is_set_like_any_other() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("p.toml");
    fs::write(&file, "resume_len = 9").unwrap();
    let cli = read(&["--config", file.to_str().unwrap(), "--page-bytes", "8"]).unwrap();
    assert_eq!(cli.settings.limits.resume_len, 9);
    assert_eq!(cli.settings.limits.page_bytes, 8);
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
