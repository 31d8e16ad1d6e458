ALTER TABLE messages DROP COLUMN rendering;
ALTER TABLE messages DROP COLUMN html;
