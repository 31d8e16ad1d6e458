//! The documents list exactly the settings that the program has.

use std::{collections::BTreeSet, fs, path::Path};

use clap::CommandFactory;
use parlour::config::Cli;

fn document(name: &str) -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(name)).unwrap()
}

/// Returns flag, environment variable and default of every setting.
fn settings() -> Vec<(String, String, String)> {
    let command = Cli::command();
    let read = |arg: &clap::Arg| {
        let environment = arg.get_env()?.to_str()?.to_owned();
        let defaults: Vec<_> = arg
            .get_default_values()
            .iter()
            .filter_map(|v| v.to_str())
            .collect();
        Some((
            format!("--{}", arg.get_long()?),
            environment,
            defaults.join(","),
        ))
    };
    command.get_arguments().filter_map(read).collect()
}

#[test]
fn every_setting_stands_in_the_table_with_its_default() {
    let table = document("docs/settings.md");
    for (flag, environment, default) in settings() {
        let row = format!("| `{flag}` | `{environment}` |");
        let line = table.lines().find(|line| line.starts_with(&row));
        let line = line.unwrap_or_else(|| panic!("docs/settings.md has no row {row}"));
        if !default.is_empty() && default != "false" {
            assert!(
                line.contains(&format!("| `{default}` |")),
                "{line} should say {default}"
            );
        }
    }
}

#[test]
fn every_environment_variable_stands_in_the_example_and_none_else() {
    let example = document(".env.example");
    let named = |line: &str| Some(line.strip_prefix('#')?.split_once('=')?.0.to_owned());
    let named: BTreeSet<_> = example
        .lines()
        .filter_map(named)
        .filter(|name| !name.contains(' '))
        .collect();
    let known: BTreeSet<_> = settings().into_iter().map(|(_, name, _)| name).collect();

    assert_eq!(named, known);
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
