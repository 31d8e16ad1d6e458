DROP INDEX members_by_pin;
ALTER TABLE members DROP COLUMN pin;
