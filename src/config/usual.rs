//! Usual and advanced settings. Advanced ones work in the same way, but only `--help-advanced` and
//! a separate section of the documents list them.

use clap::{Arg, ArgAction, Command};

/// The flag that lists every setting.
pub(super) const HELP_ADVANCED: &str = "--help-advanced";

/// The ids of the usual settings, which the operator of a server may want to change. All others are
/// advanced: limits that only measurements and tests change.
pub(super) const USUAL: [&str; 26] = [
    // The site.
    "config",
    "bind",
    "data",
    "database_url",
    "secret_key_file",
    "public_url",
    "workers",
    "allowed_hosts",
    "trusted_proxies",
    "insecure_cookies",
    // Limits of accounts, messages and rooms.
    "message_chars",
    "edit_window",
    "group_people",
    "room_delete_after",
    "session_idle",
    "session_max",
    "bcrypt_cost",
    // Sizes and rates. A school or an office, where many people share one address, needs higher
    // limits per address.
    "sockets_per_user",
    "sockets_per_ip",
    "connections_per_ip",
    "messages",
    "messages_ip",
    "registrations_ip",
    "login_failures",
    "friend_requests",
    "room_creations",
];

/// Adds `--help-advanced` to `command`, and hides the advanced settings unless `show_advanced`.
pub(super) fn with_advanced(command: Command, show_advanced: bool) -> Command {
    let command = command
        .mut_args(|arg| {
            if is_advanced(&arg) {
                arg.hide(!show_advanced).help_heading("Advanced settings")
            } else {
                arg
            }
        })
        .arg(
            Arg::new("help_advanced")
                .long(HELP_ADVANCED.trim_start_matches('-'))
                .action(ArgAction::HelpShort)
                .help("Print help with all settings, including those that few servers need"),
        );
    if show_advanced {
        command
    } else {
        command.after_help("More settings, which few servers need: parlour --help-advanced")
    }
}

/// Returns whether an argument is a setting: one that the environment can set, too.
fn is_advanced(arg: &Arg) -> bool {
    arg.get_env().is_some() && !USUAL.contains(&arg.get_id().as_str())
}
