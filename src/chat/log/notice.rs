//! Notices: system messages in the log, for example that a member joined or that the room was
//! renamed. The database stores the kind and its values. The text is made when a notice is shown,
//! so that it is always in the current wording.

use crate::db::text_enum;

/// What a line gathers from neighbouring notices of one kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Gathers {
    /// The names of those who did it: "bo and 2 more joined".
    Actors,
    /// The names of those to whom one person did it: "ana added bo and 2 more".
    Values,
    /// The number of messages to which one person did it: "ana pinned 3 messages".
    Messages,
}

text_enum! {
    /// The kind of a notice. Its text has the key `notice-<word>`. `$actor` is the person who did
    /// it, `$value` a name or a text.
    NoticeKind {
        /// The room was created.
        Created = "created",
        /// The actor joined from the list of open rooms.
        Joined = "joined",
        /// The actor joined by an invite link.
        Invited = "invited",
        /// The people in the value were added.
        Added = "added",
        /// The person in the value was removed.
        Removed = "removed",
        /// The actor left.
        Left = "left",
        /// The person in the value became a moderator.
        Moderator = "moderator",
        /// The person in the value is no longer a moderator.
        Member = "member",
        /// The person in the value became the owner.
        Owner = "owner",
        /// The value is the new name.
        Renamed = "renamed",
        /// The value is the new name of a group.
        GroupNamed = "group-named",
        /// The name of a group was removed.
        NameGone = "name-gone",
        /// The value is the new topic.
        Topic = "topic",
        /// The topic was removed.
        TopicGone = "topic-gone",
        /// The room became open: everybody may join.
        Opened = "opened",
        /// The room became closed: only invited people may join.
        Closed = "closed",
        /// The room was archived: nobody may write.
        Archived = "archived",
        /// The room was unarchived: members may write again.
        Unarchived = "unarchived",
        /// The room will be deleted on the day in the value.
        Deleting = "deleting",
        /// The deletion was cancelled.
        Kept = "kept",
        /// The actor pinned the message whose id is the value.
        Pinned = "pinned",
    }
}

impl NoticeKind {
    /// Returns what neighbouring notices of this kind share in one line, if they do.
    pub fn gathers(self) -> Option<Gathers> {
        match self {
            Self::Joined | Self::Invited | Self::Left => Some(Gathers::Actors),
            Self::Added | Self::Removed => Some(Gathers::Values),
            Self::Pinned => Some(Gathers::Messages),
            _ => None,
        }
    }

    /// Returns whether the value of the notice is the id of a message, to which the notice links.
    pub fn is_of_message(self) -> bool {
        self == Self::Pinned
    }

    /// Returns the key of its text in the locale files.
    pub fn words_key(self) -> String {
        format!("notice-{}", self.word())
    }
}
