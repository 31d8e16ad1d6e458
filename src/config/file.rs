//! `parlour.toml`: each key is a flag without its dashes. The values replace clap's defaults, so
//! that flags and environment take precedence, and one parser validates all three.

use std::{ffi::OsString, fs, io, path::Path};

use clap::{Command, error::ErrorKind};

pub(super) fn with_defaults_from_file<I, T>(
    mut command: Command,
    arguments: I,
) -> Result<Command, clap::Error>
where
    I: IntoIterator<Item = T>,
    T: Into<OsString> + Clone,
{
    let named = named_file(arguments);
    let path = named.as_deref().unwrap_or("parlour.toml");
    let text = match fs::read_to_string(Path::new(path)) {
        Ok(text) => text,
        Err(error) if error.kind() == io::ErrorKind::NotFound && named.is_none() => {
            return Ok(command);
        }
        Err(error) => return Err(wrong(&mut command, &format!("{path}: {error}"))),
    };
    let table: toml::Table = match text.parse() {
        Ok(table) => table,
        Err(error) => {
            return Err(wrong(
                &mut command,
                &format!("{path}: {}", one_line(&error)),
            ));
        }
    };
    for (key, value) in table {
        let is_setting = command
            .get_arguments()
            .any(|arg| arg.get_id() == key.as_str() && arg.get_env().is_some());
        if !is_setting || key == "config" {
            return Err(wrong(
                &mut command,
                &format!("{path}: there is no setting `{key}`"),
            ));
        }
        let values = words(&value);
        command = command.mut_arg(key, |arg| {
            if values.is_empty() {
                arg
            } else {
                arg.default_values(values)
            }
        });
    }
    Ok(command)
}

fn named_file<I, T>(arguments: I) -> Option<String>
where
    I: IntoIterator<Item = T>,
    T: Into<OsString> + Clone,
{
    let arguments: Vec<OsString> = arguments.into_iter().map(Into::into).collect();
    let flag = arguments.iter().enumerate().find_map(|(i, argument)| {
        let argument = argument.to_str()?;
        match argument.strip_prefix("--config=") {
            Some(path) => Some(path.to_owned()),
            None if argument == "--config" => Some(arguments.get(i + 1)?.to_str()?.to_owned()),
            None => None,
        }
    });
    flag.or_else(|| std::env::var("PARLOUR_CONFIG").ok())
}

fn words(value: &toml::Value) -> Vec<String> {
    match value {
        toml::Value::String(text) => vec![text.clone()],
        toml::Value::Array(items) => items.iter().flat_map(words).collect(),
        other => vec![other.to_string()],
    }
}

fn wrong(command: &mut Command, sentence: &str) -> clap::Error {
    command.error(ErrorKind::ValueValidation, sentence)
}

fn one_line(error: &toml::de::Error) -> String {
    error.message().lines().collect::<Vec<_>>().join(" ")
}
