-- Messages that the server sends later. `state` is `waiting`, the reason why it was not sent, or `returned` if its
-- author has taken it back into the box. A room that is gone leaves the text to its author.
CREATE TABLE scheduled_messages (
    id         INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    author_id  BIGINT  NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    room_id    BIGINT  REFERENCES rooms (id) ON DELETE SET NULL,
    client_id  TEXT    NOT NULL,
    body       TEXT    NOT NULL,
    reply_to   BIGINT,
    due_at     BIGINT  NOT NULL,
    state      TEXT    NOT NULL DEFAULT 'waiting',
    created_at BIGINT  NOT NULL,
    UNIQUE (author_id, client_id)
);

CREATE INDEX scheduled_messages_by_time ON scheduled_messages (state, due_at);
CREATE INDEX scheduled_messages_by_room ON scheduled_messages (room_id);
