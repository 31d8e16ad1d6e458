-- Messages that the members of a room pinned. `seq` is the number of the event that pinned the message.
CREATE TABLE pins (
    message_id BIGINT NOT NULL PRIMARY KEY REFERENCES messages (id) ON DELETE CASCADE,
    room_id    BIGINT NOT NULL REFERENCES rooms (id) ON DELETE CASCADE,
    seq        BIGINT NOT NULL,
    user_id    BIGINT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    created_at BIGINT NOT NULL,
    UNIQUE (room_id, seq)
);

CREATE INDEX pins_by_user ON pins (user_id);
-- Whether members who do not moderate may pin messages and unpin them.
ALTER TABLE rooms ADD COLUMN members_pin BOOLEAN NOT NULL DEFAULT TRUE;
