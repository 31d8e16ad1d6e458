-- What a person says about themselves: one line, and a status that ends by itself. An ended one stays in its row until
-- the next one; whoever reads it compares `status_until` (Unix milliseconds, NULL for no end) with the clock.
-- `shared_zone` is the time zone that others may see, empty for none.
ALTER TABLE users ADD COLUMN about TEXT NOT NULL DEFAULT '';
ALTER TABLE users ADD COLUMN shared_zone TEXT NOT NULL DEFAULT '';
ALTER TABLE users ADD COLUMN status_emoji TEXT NOT NULL DEFAULT '';
ALTER TABLE users ADD COLUMN status_text TEXT NOT NULL DEFAULT '';
ALTER TABLE users ADD COLUMN status_until BIGINT;
