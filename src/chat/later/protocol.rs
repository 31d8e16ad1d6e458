//! Events to the browser, only to the sockets of the person concerned.

use serde::{Deserialize, Serialize};

use super::models::{
    reminded::Reminded,
    reminder::ReminderId,
    scheduled::{Scheduled, ScheduledId, State},
};
use crate::{
    chat::messages::formatting::{EXCERPT_CHARS, plain},
    words,
};

/// Events about what happens later.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type")]
pub enum ServerEvent {
    /// A message of the person was scheduled, sent, refused or cancelled, or one of their reminders
    /// has changed. Pages that show that fetch it again.
    #[serde(rename = "later.changed")]
    Changed {},
    /// The time of a reminder has come.
    #[serde(rename = "reminder.due")]
    ReminderDue {
        /// The reminder.
        id: ReminderId,
        /// What the person is told.
        #[serde(flatten)]
        told: Told,
    },
    /// A scheduled message was refused when its time came.
    #[serde(rename = "later.refused")]
    Refused {
        /// The scheduled message.
        id: ScheduledId,
        /// What the person is told.
        #[serde(flatten)]
        told: Told,
    },
}

/// The words of a notification.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Told {
    /// The first line.
    pub title: String,
    /// The second line.
    pub text: String,
    /// The page that it leads to.
    pub path: String,
}

impl ServerEvent {
    /// Returns the event of a due reminder. Leaves the text of the message out if the person wants
    /// no previews in notifications.
    pub(super) fn reminder_due(reminded: &Reminded, has_previews: bool) -> Self {
        let told = match &reminded.message {
            None => Told {
                title: words::text("reminder-heading"),
                text: words::text("reminder-hidden"),
                path: "/reminders/".to_owned(),
            },
            Some(message) => {
                let about = match (&message.author, message.place_key()) {
                    (None, _) => message.room_name.clone(),
                    (Some(author), None) => author.clone(),
                    (Some(author), Some(_)) => format!("{author} ({})", message.room_name),
                };
                let text = match has_previews || !message.is_shown {
                    true => message.text.clone(),
                    false => words::text("reminder-no-preview"),
                };
                Told {
                    title: words::text_with("reminder-about", &[("name", about.into())]),
                    text,
                    path: message.path.clone(),
                }
            }
        };
        let id = reminded.reminder.id;
        Self::ReminderDue { id, told }
    }

    /// Returns the event of a message that is refused for this reason.
    pub(super) fn refused(scheduled: &Scheduled, reason: State, has_previews: bool) -> Self {
        let title = match has_previews {
            true => {
                let excerpt = plain(&scheduled.body, EXCERPT_CHARS);
                words::text_with("later-refused-title", &[("text", excerpt.into())])
            }
            false => words::text("later-refused-one"),
        };
        let id = scheduled.id;
        Self::Refused {
            id,
            told: Told {
                title,
                text: reason.problem().unwrap_or_default(),
                path: format!("/later/#scheduled-{id}"),
            },
        }
    }
}
