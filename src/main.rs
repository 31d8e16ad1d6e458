//! Reads the settings, starts the log, and does what the command line says.

use std::process::ExitCode;

use clap::error::ErrorKind;
use parlour::config::{Cli, Command};

#[actix_web::main]
async fn main() -> ExitCode {
    let cli = match Cli::read(std::env::args_os()) {
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
    env_logger::Builder::from_env(env_logger::Env::default().default_filter_or("info")).init();
    if let Err(sentence) = cli.settings.check() {
        return complain(&sentence);
    }
    let done = match cli.command {
        _ if cli.print_config => {
            parlour::say(&cli.settings.to_toml());
            Ok(())
        }
        None => parlour::serve(cli.settings).await,
        Some(Command::CreateSuperuser { username }) => {
            parlour::create_superuser(cli.settings, username).await
        }
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => complain(&error.to_string()),
    }
}

/// clap explains at length; a wrong setting is one line.
fn first_line(text: &str) -> &str {
    text.lines()
        .next()
        .unwrap_or(text)
        .trim_start_matches("error: ")
}

fn complain(sentence: &str) -> ExitCode {
    log::logger().flush();
    parlour::complain(sentence);
    ExitCode::from(2)
}
