//! Slash commands that do something instead of being sent: `/mute`, `/mute off` and `/invite name`.
//! The box sends them to this form, with scripts and without. The commands that are messages are in
//! `chat/messages/formatting/spoken.rs`. Any other `/word` is a text.

use super::asker::Asker;
use crate::{
    accounts::{Person, Redirect, username},
    chat::{
        reading::{Arrange, Level},
        rooms::{RoomId, RoomMember},
    },
    error::{Error, Result},
    friends::friends_of,
    security::Action,
    words,
};

/// A command with its argument.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Command {
    /// No notifications of this room.
    Mute,
    /// The notifications that rooms of this kind have at first.
    Unmute,
    /// Adds the friend with this name.
    Invite(String),
    /// Opens the page that adds people.
    ChoosePeople,
}

impl Command {
    /// Reads what was typed. `static/js/messages/composer.js` has the same rule.
    pub(super) fn read(typed: &str) -> Option<Self> {
        let typed = typed.trim();
        let (command, argument) = typed.split_once(' ').unwrap_or((typed, ""));
        let argument = argument.trim();
        if argument.contains('\n') {
            return None;
        }
        match (command, argument) {
            ("/mute", "") => Some(Self::Mute),
            ("/mute", "off") => Some(Self::Unmute),
            ("/invite", "") => Some(Self::ChoosePeople),
            ("/invite", name) => Some(Self::Invite(name.trim_start_matches('@').to_owned())),
            _ => None,
        }
    }

    /// Does what the command says, in this room. Returns where that leads.
    ///
    /// # Errors
    /// [`Error::Invalid`] with a sentence, and those of the change.
    pub(super) async fn run(self, asker: &Asker, room: RoomId) -> Result<Redirect> {
        match self {
            Self::Mute => choose_level(asker, room, true).await,
            Self::Unmute => choose_level(asker, room, false).await,
            Self::Invite(name) => invite(asker, room, name).await,
            Self::ChoosePeople => Ok(Redirect::to(format!("/rooms/{room}/people/"))),
        }
    }
}

async fn choose_level(asker: &Asker, room: RoomId, mute: bool) -> Result<Redirect> {
    asker.count(Action::SettingsChange)?;
    let user = asker.user.id;
    let (wanted, key) = match mute {
        true => (Arrange::level(user, room, Level::Nothing), "command-muted"),
        false => (Arrange::default_level(user, room), "command-unmuted"),
    };
    let chosen = asker.chat.server.send(wanted).await;
    let name = chosen.map_err(|_closed| Error::ActorGone("the chat server"))??;
    let done = words::text_with(key, &[("name", name.into())]);
    Ok(Redirect::to(format!("/rooms/{room}/")).done(done))
}

async fn invite(asker: &Asker, room: RoomId, name: String) -> Result<Redirect> {
    let most = asker.chat.limits.group_people;
    let wanted = name.clone();
    let add = move |conn: &mut _, me| {
        let host = RoomMember::find(conn, room, me)?.host()?;
        let key = username::key(&wanted);
        let friends = friends_of(conn, me)?;
        let is_wanted = |friend: &&Person| username::key(&friend.username) == key;
        match friends.iter().find(is_wanted) {
            Some(friend) => host.add(conn, &[friend.id], most),
            None => {
                let names = [("name", wanted.as_str().into())];
                let sentence = words::text_with("command-invite-unknown", &names);
                Err(Error::invalid("body", sentence))
            }
        }
    };
    asker.change(Action::Invitation, add).await?;
    let done = words::text_with("command-invited", &[("name", name.into())]);
    Ok(Redirect::to(format!("/rooms/{room}/")).done(done))
}

/// Returns the sentence that says why a command was not run.
pub(super) fn refusal(error: &Error) -> Option<String> {
    match error {
        Error::Invalid(errors) => errors.values().next().cloned(),
        Error::Forbidden => Some(words::text("command-invite-denied")),
        Error::TooMany { .. } => Some(words::text("rooms-error-limited")),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_whole_commands_are_commands() {
        assert_eq!(Command::read("/mute"), Some(Command::Mute));
        assert_eq!(Command::read(" /mute off\n"), Some(Command::Unmute));
        assert_eq!(Command::read("/invite"), Some(Command::ChoosePeople));
        for typed in ["/invite bo", "/invite  @bo "] {
            assert_eq!(Command::read(typed), Some(Command::Invite("bo".into())));
        }
        for typed in [
            "/mutes",
            "/mute it",
            "//mute",
            "mute",
            "/me",
            "/invite bo\nhello",
            "/",
        ] {
            assert_eq!(Command::read(typed), None, "{typed}");
        }
    }
}
