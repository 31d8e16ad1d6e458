-- Messages of which people want to be reminded. `state` is `waiting`, or `due` until the person has dealt with it.
CREATE TABLE reminders (
    id         INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    user_id    BIGINT  NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    message_id BIGINT  NOT NULL REFERENCES messages (id) ON DELETE CASCADE,
    due_at     BIGINT  NOT NULL,
    state      TEXT    NOT NULL DEFAULT 'waiting',
    created_at BIGINT  NOT NULL,
    UNIQUE (user_id, message_id)
);

CREATE INDEX reminders_by_time ON reminders (state, due_at);
CREATE INDEX reminders_by_message ON reminders (message_id);
