//! Rate-limited actions, with their names in the log and their settings.

use crate::config::{Rate, RateLimits};

/// A rate-limited action.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Action {
    /// A failed log-in. Used by [`super::RateLimiter::start_login`] only.
    LoginFailure,
    /// A submitted registration form, whatever it contains.
    RegistrationForm,
    /// A new account.
    Registration,
    /// A change of the password, including a wrong current one.
    PasswordChange,
    /// A friend request.
    FriendRequest,
    /// Any other change between two people, for example accepting, removing, blocking.
    FriendChange,
    /// Posting, editing or deleting a message.
    Message,
    /// A message with `@everyone` or `@here`, in addition to `Message`.
    Call,
    /// A reaction to a message.
    Reaction,
    /// A new room.
    RoomCreation,
    /// An invite link, or adding people to a room.
    Invitation,
    /// Any other change of a room or its members.
    RoomChange,
    /// A change of personal settings: preferences, levels, snooze, devices, theme.
    SettingsChange,
    /// A moved read cursor.
    ReadMark,
    /// A page, or a part of one.
    PageRead,
    /// A form without an action of its own in the table of routes.
    Form,
    /// A new socket or stream.
    Handshake,
    /// Any event from a socket except messages and reactions, or a request with events of a stream.
    SocketEvent,
    /// A socket event whose answer needs a database query.
    SocketRead,
}

impl Action {
    /// Returns the name in the log.
    pub fn name(self) -> &'static str {
        match self {
            Self::LoginFailure => "login_failure",
            Self::RegistrationForm => "registration_form",
            Self::Registration => "registration",
            Self::PasswordChange => "password_change",
            Self::FriendRequest => "friend_request",
            Self::FriendChange => "friend_change",
            Self::Message => "message",
            Self::Call => "call",
            Self::Reaction => "reaction",
            Self::RoomCreation => "room_creation",
            Self::Invitation => "invitation",
            Self::RoomChange => "room_change",
            Self::SettingsChange => "settings_change",
            Self::ReadMark => "read_mark",
            Self::PageRead => "page_read",
            Self::Form => "form",
            Self::Handshake => "handshake",
            Self::SocketEvent => "socket_event",
            Self::SocketRead => "socket_read",
        }
    }

    /// Returns the rates of an account and those of an address.
    pub(super) fn rates(self, of: &RateLimits) -> (&[Rate], &[Rate]) {
        match self {
            Self::LoginFailure => (&of.login_failures.0, &of.login_failures_ip.0),
            Self::RegistrationForm => (&[], &of.registration_forms_ip.0),
            Self::Registration => (&[], &of.registrations_ip.0),
            Self::PasswordChange => (&of.password_changes.0, &of.password_changes_ip.0),
            Self::FriendRequest => (&of.friend_requests.0, &of.friend_requests_ip.0),
            Self::FriendChange => (&of.friend_changes.0, &of.friend_changes_ip.0),
            Self::Message => (&of.messages.0, &of.messages_ip.0),
            Self::Call => (&of.calls.0, &of.calls_ip.0),
            Self::Reaction => (&of.reactions.0, &of.reactions_ip.0),
            Self::RoomCreation => (&of.room_creations.0, &of.room_creations_ip.0),
            Self::Invitation => (&of.invitations.0, &of.invitations_ip.0),
            Self::RoomChange => (&of.room_changes.0, &of.room_changes_ip.0),
            Self::SettingsChange => (&of.settings_changes.0, &of.settings_changes_ip.0),
            Self::ReadMark => (&of.read_marks.0, &of.read_marks_ip.0),
            Self::PageRead => (&of.page_reads.0, &of.page_reads_ip.0),
            Self::Form => (&of.forms.0, &of.forms_ip.0),
            Self::Handshake => (&of.handshakes.0, &of.handshakes_ip.0),
            Self::SocketEvent => (&of.events.0, &of.events_ip.0),
            Self::SocketRead => (&of.socket_reads.0, &of.socket_reads_ip.0),
        }
    }
}
