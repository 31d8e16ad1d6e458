-- Times are Unix milliseconds, UTC. `username_key` is the case-folded name that must be unique.
CREATE TABLE users (
    id                  INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    username            TEXT    NOT NULL,
    username_key        TEXT    NOT NULL UNIQUE,
    password            TEXT    NOT NULL,
    session_epoch       BIGINT  NOT NULL DEFAULT 0,
    is_owner            BOOLEAN NOT NULL DEFAULT FALSE,
    is_active           BOOLEAN NOT NULL DEFAULT TRUE,
    created_at          BIGINT  NOT NULL,
    password_changed_at BIGINT  NOT NULL
);

-- One row per signed-in browser. Only the SHA-256 of the session key is kept.
CREATE TABLE sessions (
    id_hash             TEXT    NOT NULL PRIMARY KEY,
    user_id             BIGINT  NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    data                TEXT    NOT NULL,
    epoch               BIGINT  NOT NULL,
    created_at          BIGINT  NOT NULL,
    last_seen_at        BIGINT  NOT NULL,
    expires_at          BIGINT  NOT NULL,
    absolute_expires_at BIGINT  NOT NULL,
    user_agent          TEXT    NOT NULL,
    ip                  TEXT    NOT NULL
);

CREATE INDEX sessions_by_user ON sessions (user_id, last_seen_at);
CREATE INDEX sessions_by_expiry ON sessions (expires_at);
