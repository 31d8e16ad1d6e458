-- Where "mark all read" put the cursor of a room. It is undone only while the cursor is still there: a person who has
-- read on meanwhile, in another tab or on another device, must not be moved back. Rows are valid for a minute, so none
-- is worth keeping.
DELETE FROM read_before;
ALTER TABLE read_before ADD COLUMN marked_seq BIGINT NOT NULL DEFAULT 0;
