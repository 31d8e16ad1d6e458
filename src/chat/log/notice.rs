//! Notices: lines of the log that no person typed, for example who came, who left, and what the room is
//! called now. They are stored as what happened and put into words where they are shown.

use crate::db::text_enum;

text_enum! {
    /// What a line of the log tells; its words are `notice-<word>`, with `$actor` who did it and
    /// `$value` a name or a text.
    NoticeKind {
        /// The room was made.
        Created = "created",
        /// The actor came through the list of open rooms.
        Joined = "joined",
        /// The actor came by a link.
        Invited = "invited",
        /// The people of the value were added.
        Added = "added",
        /// The person of the value was removed.
        Removed = "removed",
        /// The actor left.
        Left = "left",
        /// The person of the value became a moderator.
        Moderator = "moderator",
        /// The person of the value is a moderator no longer.
        Member = "member",
        /// The room belongs to the person of the value now.
        Owner = "owner",
        /// The value is the new name.
        Renamed = "renamed",
        /// The value is the new topic.
        Topic = "topic",
        /// There is no topic any more.
        TopicGone = "topic-gone",
        /// Everybody may join from now on.
        Opened = "opened",
        /// Only the invited may join from now on.
        Closed = "closed",
        /// Nobody may write from now on.
        Archived = "archived",
        /// Members may write again.
        Unarchived = "unarchived",
        /// The room goes on the day of the value.
        Deleting = "deleting",
        /// The room does not go.
        Kept = "kept",
    }
}

impl NoticeKind {
    /// The key of its words.
    pub fn words_key(self) -> String {
        format!("notice-{}", self.word())
    }
}
