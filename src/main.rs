//! The entry point: reads the settings, starts the log, and runs the command.

use std::{
    io::{self, Write},
    net::TcpListener,
    process::ExitCode,
};

use clap::error::ErrorKind;
use parlour::{
    Running, backup,
    config::{Cli, Command, Settings},
    error::{Error, Result},
};

#[actix_web::main]
async fn main() -> ExitCode {
    let arguments: Vec<_> = std::env::args_os().collect();
    let cli = match Cli::read(arguments) {
        Ok(cli) => cli,
        Err(error)
            if matches!(
                error.kind(),
                ErrorKind::DisplayHelp | ErrorKind::DisplayVersion
            ) =>
        {
            error.exit()
        }
        Err(error) => return complain(first_line(&error.to_string())),
    };
    if let Err(sentence) = cli.settings.check() {
        return complain(&sentence);
    }
    if cli.print_config {
        let printed = io::stdout().write_all(cli.settings.to_toml().as_bytes());
        return if printed.is_ok() {
            ExitCode::SUCCESS
        } else {
            ExitCode::FAILURE
        };
    }
    let started = parlour::logging::start(&cli.settings.limits);
    if let Err(error) = started.and_then(|()| parlour::survive_file_size_limit()) {
        return complain(&error.cause());
    }
    let done = match cli.command {
        None => serve(cli.settings).await,
        Some(Command::CreateSuperuser { username }) => {
            parlour::create_superuser(cli.settings, username).await
        }
        Some(Command::Backup { file }) => say(backup::back_up(cli.settings, file).await),
        Some(Command::Restore { file }) => say(backup::restore(cli.settings, file).await),
    };
    // Flush repeated warnings that are only counted so far.
    log::logger().flush();
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => complain(&error.cause()),
    }
}

async fn serve(settings: Settings) -> Result<()> {
    let listener = TcpListener::bind(settings.bind)
        .map_err(|cause| Error::internal(format!("--bind {}: {cause}", settings.bind)))?;
    let running = Running::start(settings, listener).await?;
    greet(&running);
    running.until_signal().await
}

/// Prints the address for the person who starts Parlour, whatever the log level is.
fn greet(running: &Running) {
    let mut words = format!("Parlour is ready: {}\n", running.url());
    if let Some(link) = running.first_run() {
        words += &format!(
            "This server has no owner yet. Create the owner account here (the link \
            works once): {link}\n"
        );
    }
    // Ignore errors, because standard output may be closed.
    drop(io::stdout().write_all(words.as_bytes()));
}

/// Prints the result of a command as a line for the operator.
fn say(done: Result<String>) -> Result<()> {
    let line = done? + "\n";
    // Ignore errors, because standard output may be closed. The work is done anyway.
    drop(io::stdout().write_all(line.as_bytes()));
    Ok(())
}

/// Returns the first line of clap's error text. The rest is too long for one wrong setting.
fn first_line(text: &str) -> &str {
    text.lines()
        .next()
        .unwrap_or(text)
        .trim_start_matches("error: ")
}

fn complain(sentence: &str) -> ExitCode {
    // Ignore errors, because standard error may be closed.
    drop(writeln!(io::stderr(), "parlour: {sentence}"));
    ExitCode::from(2)
}
