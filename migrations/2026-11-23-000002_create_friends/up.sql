-- A declined request keeps its row, and keeps it when its sender then cancels: it looks pending
-- to the sender until it lapses, and asking again too soon changes nothing for the recipient.
CREATE TABLE friend_requests (
    sender_id    BIGINT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    recipient_id BIGINT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    created_at   BIGINT NOT NULL,
    declined_at  BIGINT,
    cancelled_at BIGINT,
    PRIMARY KEY (sender_id, recipient_id),
    CHECK (sender_id <> recipient_id)
);

CREATE INDEX friend_requests_by_recipient ON friend_requests (recipient_id, created_at);

-- The smaller id stands first, so that a pair has one row.
CREATE TABLE friendships (
    user_a     BIGINT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    user_b     BIGINT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (user_a, user_b),
    CHECK (user_a < user_b)
);

CREATE INDEX friendships_by_user_b ON friendships (user_b, user_a);

CREATE TABLE blocks (
    blocker_id BIGINT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    blocked_id BIGINT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (blocker_id, blocked_id),
    CHECK (blocker_id <> blocked_id)
);

CREATE INDEX blocks_by_blocked ON blocks (blocked_id, blocker_id);
