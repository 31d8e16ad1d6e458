-- How a person wants Parlour to behave; whoever has no row has the defaults of the program.
-- `quiet_days`: bit 0 is Monday. `quiet_from`, `quiet_until`: minutes after midnight in `time_zone`,
-- which is an IANA name, empty while it is not known.
CREATE TABLE preferences (
    user_id       BIGINT  NOT NULL PRIMARY KEY REFERENCES users (id) ON DELETE CASCADE,
    typing        BOOLEAN NOT NULL,
    seen          BOOLEAN NOT NULL,
    open_unread   BOOLEAN NOT NULL,
    enter_sends   BOOLEAN NOT NULL,
    sounds        BOOLEAN NOT NULL,
    hide_previews BOOLEAN NOT NULL,
    letter_keys   BOOLEAN NOT NULL,
    quiet_days    BIGINT  NOT NULL,
    quiet_from    BIGINT  NOT NULL,
    quiet_until   BIGINT  NOT NULL,
    time_zone     TEXT    NOT NULL,
    snoozed_until BIGINT
);

-- What held before a change, so that a message can be told why nobody was notified of it when it
-- came. `room_id` 0: the person's quiet hours and snooze; otherwise the level of that room.
CREATE TABLE past_settings (
    user_id BIGINT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    room_id BIGINT NOT NULL,
    until   BIGINT NOT NULL,
    value   TEXT   NOT NULL,
    PRIMARY KEY (user_id, room_id, until)
);

-- Where a person stood before "mark all read", which can be taken back for a moment.
CREATE TABLE read_before (
    user_id   BIGINT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    room_id   BIGINT NOT NULL REFERENCES rooms (id) ON DELETE CASCADE,
    read_seq  BIGINT NOT NULL,
    marked_at BIGINT NOT NULL,
    PRIMARY KEY (user_id, room_id)
);

CREATE INDEX read_before_by_room ON read_before (room_id);

-- What may be unread, counted without a look at the messages themselves.
CREATE INDEX messages_that_count ON messages (room_id, seq, author_id, deleted_at, notice)
    WHERE deleted_at IS NULL AND notice IS NULL;
