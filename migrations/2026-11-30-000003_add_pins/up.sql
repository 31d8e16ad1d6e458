-- The place of the conversation among those that this member has pinned; null if it is not pinned.
-- Only the order of the numbers means something.
ALTER TABLE members ADD COLUMN pin BIGINT;
CREATE INDEX members_by_pin ON members (user_id, pin, room_id) WHERE pin IS NOT NULL;
