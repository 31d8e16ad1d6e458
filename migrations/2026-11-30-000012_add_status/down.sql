ALTER TABLE users DROP COLUMN status_until;
ALTER TABLE users DROP COLUMN status_text;
ALTER TABLE users DROP COLUMN status_emoji;
ALTER TABLE users DROP COLUMN shared_zone;
ALTER TABLE users DROP COLUMN about;
