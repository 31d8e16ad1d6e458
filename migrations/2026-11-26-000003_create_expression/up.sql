-- A deleted message keeps its place and loses its text. `reply_quote` is what the answered message
-- said when it was answered. `notice` says what happened where a row is no text of a person.
ALTER TABLE messages ADD COLUMN edited_at BIGINT;
ALTER TABLE messages ADD COLUMN deleted_at BIGINT;
ALTER TABLE messages ADD COLUMN deleted_by BIGINT;
ALTER TABLE messages ADD COLUMN reply_to BIGINT;
ALTER TABLE messages ADD COLUMN reply_quote TEXT;
ALTER TABLE messages ADD COLUMN notice TEXT;
-- Most messages have no reaction: a page looks only for those of the others.
ALTER TABLE messages ADD COLUMN has_reactions BOOLEAN NOT NULL DEFAULT FALSE;
CREATE INDEX messages_by_reply ON messages (reply_to) WHERE reply_to IS NOT NULL;

-- What a message said before each edit, and since when. `client_id` names the edit, so that a repeat
-- of it finds this row.
CREATE TABLE message_versions (
    id         INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    message_id BIGINT  NOT NULL REFERENCES messages (id) ON DELETE CASCADE,
    client_id  TEXT    NOT NULL,
    body       TEXT    NOT NULL,
    created_at BIGINT  NOT NULL,
    UNIQUE (message_id, client_id)
);

CREATE INDEX message_versions_by_message ON message_versions (message_id, id);

-- The order of `id` is the order of first use.
CREATE TABLE reactions (
    id         INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    message_id BIGINT  NOT NULL REFERENCES messages (id) ON DELETE CASCADE,
    emoji      TEXT    NOT NULL,
    user_id    BIGINT  NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    created_at BIGINT  NOT NULL,
    UNIQUE (message_id, emoji, user_id)
);

CREATE INDEX reactions_by_user ON reactions (user_id);

-- Whom a message calls: by name, or because it answers a message of theirs.
CREATE TABLE mentions (
    user_id    BIGINT  NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    room_id    BIGINT  NOT NULL REFERENCES rooms (id) ON DELETE CASCADE,
    seq        BIGINT  NOT NULL,
    message_id BIGINT  NOT NULL REFERENCES messages (id) ON DELETE CASCADE,
    is_reply   BOOLEAN NOT NULL,
    PRIMARY KEY (user_id, room_id, seq)
);

CREATE INDEX mentions_by_message ON mentions (message_id);
CREATE INDEX mentions_by_room ON mentions (room_id);
