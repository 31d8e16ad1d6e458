//! Reads the settings, starts the log, and does what the command line says.

use std::{
    error::Error as _,
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
        return complain(&cause(&error));
    }
    let done = match cli.command {
        None => serve(cli.settings).await,
        Some(Command::CreateSuperuser { username }) => {
            parlour::create_superuser(cli.settings, username).await
        }
        Some(Command::Backup { file }) => say(backup::back_up(cli.settings, file).await),
        Some(Command::Restore { file }) => say(backup::restore(cli.settings, file).await),
    };
    // Repeated warnings that are only counted so far.
    log::logger().flush();
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => complain(&cause(&error)),
    }
}

async fn serve(settings: Settings) -> Result<()> {
    let listener = TcpListener::bind(settings.bind)
        .map_err(|cause| Error::internal(format!("--bind {}: {cause}", settings.bind)))?;
    let running = Running::start(settings, listener).await?;
    greet(&running);
    running.until_signal().await
}

/// What whoever starts Parlour needs to know, whatever is logged.
fn greet(running: &Running) {
    let mut words = format!("Parlour is ready: {}\n", running.url());
    if let Some(link) = running.first_run() {
        words += &format!("Nobody owns this server yet; make the owner here, once: {link}\n");
    }
    // Without a standard output there is nobody to greet.
    drop(io::stdout().write_all(words.as_bytes()));
}

/// What a command did, in a line for the operator.
fn say(done: Result<String>) -> Result<()> {
    let line = done? + "\n";
    // Without a standard output there is nobody to tell; the work is done all the same.
    drop(io::stdout().write_all(line.as_bytes()));
    Ok(())
}

/// clap explains at length; a wrong setting is one line.
fn first_line(text: &str) -> &str {
    text.lines()
        .next()
        .unwrap_or(text)
        .trim_start_matches("error: ")
}

/// The operator reads the cause; what visitors read never holds it.
fn cause(error: &Error) -> String {
    error
        .source()
        .map_or_else(|| error.to_string(), ToString::to_string)
}

fn complain(sentence: &str) -> ExitCode {
    // Without a standard error there is nobody to tell.
    drop(writeln!(io::stderr(), "parlour: {sentence}"));
    ExitCode::from(2)
}
