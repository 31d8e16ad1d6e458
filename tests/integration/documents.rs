//! The documents list exactly the settings that the program has.

use std::{fs, path::Path};

use parlour::config::Cli;

/// Begins the section of the advanced settings in each document.
const ADVANCED: [(&str, &str); 2] = [
    ("docs/settings.md", "\n## Advanced\n"),
    (".env.example", "\n# ---- advanced"),
];

/// What `--help` knows of a setting.
struct Setting {
    flag: String,
    environment: String,
    default: String,
    help: String,
    is_advanced: bool,
}

fn document(name: &str) -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(name)).unwrap()
}

/// The usual part and the advanced part of a document.
fn parts(name: &str) -> [String; 2] {
    let (_, begin) = ADVANCED.iter().find(|(of, _)| *of == name).unwrap();
    let text = document(name);
    let (usual, advanced) = text.split_once(begin).unwrap();
    [usual.to_owned(), advanced.to_owned()]
}

fn settings() -> Vec<Setting> {
    let read = |arg: &clap::Arg| {
        let defaults = arg.get_default_values().iter();
        let defaults: Vec<_> = defaults.filter_map(|value| value.to_str()).collect();
        Some(Setting {
            flag: format!("--{}", arg.get_long()?),
            environment: arg.get_env()?.to_str()?.to_owned(),
            default: defaults.join(",").replace("false", ""),
            help: arg.get_help()?.to_string(),
            is_advanced: arg.is_hide_set(),
        })
    };
    Cli::command_line()
        .get_arguments()
        .filter_map(read)
        .collect()
}

#[test]
fn every_setting_stands_in_its_part_of_the_table_as_help_describes_it() {
    let parts = parts("docs/settings.md");
    for setting in settings() {
        let Setting {
            flag,
            environment,
            default,
            help,
            ..
        } = &setting;
        let row = format!("| `{flag}` | `{environment}` |");
        let part = &parts[usize::from(setting.is_advanced)];
        let line = part.lines().find(|line| line.starts_with(&row));
        let line = line.unwrap_or_else(|| panic!("docs/settings.md has no row {row}"));
        assert!(
            line.contains(&format!("| `{default}` |")) || default.is_empty(),
            "{line} should say {default}"
        );
        assert!(
            line.ends_with(&format!("| {help} |")),
            "{line} should say {help}"
        );
    }
    let rows = parts.iter().flat_map(|part| part.lines());
    let rows = rows.filter(|line| line.starts_with("| `--")).count();
    assert_eq!(rows, settings().len(), "rows of settings that are none");
}

#[test]
fn every_environment_variable_stands_in_its_part_of_the_example_and_none_else() {
    let parts = parts(".env.example");
    for setting in settings() {
        let Setting {
            environment,
            default,
            help,
            ..
        } = &setting;
        let lines = format!("\n# {help}\n#{environment}={default}\n");
        let part = &parts[usize::from(setting.is_advanced)];
        assert!(part.contains(&lines), ".env.example should have {lines}");
    }
    let is_variable = |line: &&str| line.starts_with('#') && !line.starts_with("# ");
    let variables = parts.iter().flat_map(|part| part.lines());
    assert_eq!(variables.filter(is_variable).count(), settings().len());
}

#[test]
fn every_link_between_the_documents_leads_somewhere() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    for name in [
        "README.md",
        "CONTRIBUTING.md",
        "ARCHITECTURE.md",
        "docs/settings.md",
        "docs/proxy.md",
    ] {
        let text = document(name);
        for link in text
            .split("](")
            .skip(1)
            .filter_map(|rest| rest.split([')', '#']).next())
        {
            if !link.is_empty() && !link.contains("://") {
                let target = root.join(name).parent().unwrap().join(link);
                assert!(target.exists(), "{name} links to {link}");
            }
        }
    }
}

#[test]
fn the_nginx_example_is_for_the_version_of_debian_12() {
    let proxy = document("docs/proxy.md");
    let example = proxy.split("```nginx").nth(1).unwrap();
    let example = example.split("```").next().unwrap();
    assert!(example.contains("listen 443 ssl http2;"), "{example}");
    // Directives that nginx 1.22 does not know.
    for newer in ["http2 on", "http3 ", "quic", "ssl_reject_handshake_"] {
        assert!(!example.contains(newer), "{newer}");
    }
}
