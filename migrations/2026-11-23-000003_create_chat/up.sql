-- `last_seq` is the number of the room's newest event; the next event takes last_seq + 1.
-- `direct_key` is "smaller id:larger id" for a conversation of two, so that a pair has one room.
CREATE TABLE rooms (
    id              INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    kind            TEXT    NOT NULL,
    direct_key      TEXT    UNIQUE,
    last_seq        BIGINT  NOT NULL DEFAULT 0,
    last_message_at BIGINT  NOT NULL DEFAULT 0,
    created_at      BIGINT  NOT NULL
);

CREATE TABLE members (
    room_id   BIGINT NOT NULL REFERENCES rooms (id) ON DELETE CASCADE,
    user_id   BIGINT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    joined_at BIGINT NOT NULL,
    PRIMARY KEY (room_id, user_id)
);

CREATE INDEX members_by_user ON members (user_id, room_id);

-- `client_id` is the sender's own name for the message: a repeat finds the first row.
CREATE TABLE messages (
    id         INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    room_id    BIGINT NOT NULL REFERENCES rooms (id) ON DELETE CASCADE,
    author_id  BIGINT NOT NULL REFERENCES users (id),
    client_id  TEXT   NOT NULL,
    body       TEXT   NOT NULL,
    seq        BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    UNIQUE (author_id, client_id),
    UNIQUE (room_id, seq)
);

-- Everything that happens in a room, in one gap-free sequence.
CREATE TABLE events (
    room_id    BIGINT NOT NULL REFERENCES rooms (id) ON DELETE CASCADE,
    seq        BIGINT NOT NULL,
    kind       TEXT   NOT NULL,
    actor_id   BIGINT NOT NULL REFERENCES users (id),
    message_id BIGINT REFERENCES messages (id) ON DELETE CASCADE,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (room_id, seq)
);

CREATE INDEX events_by_actor ON events (actor_id);
CREATE INDEX events_by_message ON events (message_id);
