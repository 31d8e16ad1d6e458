-- `typed` is the name as the sender typed it: the list of sent requests shows nothing else of the
-- recipient, so that it looks the same for names that nobody bears.
ALTER TABLE friend_requests ADD COLUMN typed TEXT NOT NULL DEFAULT '';
UPDATE friend_requests
    SET typed = (SELECT username FROM users WHERE users.id = friend_requests.recipient_id);

-- Requests to names that nobody bears. To their sender they look like all others.
CREATE TABLE unknown_requests (
    sender_id  BIGINT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    name_key   TEXT   NOT NULL,
    typed      TEXT   NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (sender_id, name_key)
);
