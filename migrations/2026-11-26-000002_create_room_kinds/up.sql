-- `kind`: direct, group, open, closed or notes. `name` and `topic` are empty where a room has none.
-- `direct_key` of notes to self is "id:id", so that a person has one such room.
ALTER TABLE rooms ADD COLUMN name TEXT NOT NULL DEFAULT '';
ALTER TABLE rooms ADD COLUMN topic TEXT NOT NULL DEFAULT '';
ALTER TABLE rooms ADD COLUMN archived_at BIGINT;
-- The room and all that was said in it go after this moment.
ALTER TABLE rooms ADD COLUMN delete_at BIGINT;
-- Open rooms are listed for everybody.
CREATE INDEX rooms_by_kind ON rooms (kind, name);
CREATE INDEX rooms_by_deletion ON rooms (delete_at) WHERE delete_at IS NOT NULL;

-- `role`: member, moderator or owner. `read_seq`: everything up to that event is read.
-- `level`: what this member is notified of, empty for the default of the kind of room.
ALTER TABLE members ADD COLUMN role TEXT NOT NULL DEFAULT 'member';
ALTER TABLE members ADD COLUMN read_seq BIGINT NOT NULL DEFAULT 0;
ALTER TABLE members ADD COLUMN level TEXT NOT NULL DEFAULT '';
ALTER TABLE members ADD COLUMN invite_id BIGINT;
-- A device of this member has received everything up to that event; kept in rooms of few people.
ALTER TABLE members ADD COLUMN delivered_seq BIGINT NOT NULL DEFAULT 0;
-- Nobody finds old conversations unread after an upgrade.
UPDATE members SET read_seq = (SELECT last_seq FROM rooms WHERE rooms.id = members.room_id);

-- Whoever has the token may join, until it expires, is used up or revoked.
CREATE TABLE invites (
    id         INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    room_id    BIGINT  NOT NULL REFERENCES rooms (id) ON DELETE CASCADE,
    token      TEXT    NOT NULL UNIQUE,
    created_by BIGINT  NOT NULL REFERENCES users (id),
    created_at BIGINT  NOT NULL,
    expires_at BIGINT,
    max_uses   BIGINT,
    uses       BIGINT  NOT NULL DEFAULT 0,
    revoked_at BIGINT
);

CREATE INDEX invites_by_room ON invites (room_id, id);
CREATE INDEX invites_by_creator ON invites (created_by);

-- Whoever was removed does not come back unasked, neither by a link nor through the list of open rooms.
CREATE TABLE removals (
    room_id    BIGINT NOT NULL REFERENCES rooms (id) ON DELETE CASCADE,
    user_id    BIGINT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (room_id, user_id)
);

CREATE INDEX removals_by_user ON removals (user_id);

-- Events about a person name them.
ALTER TABLE events ADD COLUMN user_id BIGINT;
