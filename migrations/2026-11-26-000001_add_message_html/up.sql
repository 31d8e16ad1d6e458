-- The markup of the text, and the version of the renderer that made it. Rows of another version,
-- as those that are there now, are rendered when they are read.
ALTER TABLE messages ADD COLUMN html TEXT NOT NULL DEFAULT '';
ALTER TABLE messages ADD COLUMN rendering BIGINT NOT NULL DEFAULT 0;
