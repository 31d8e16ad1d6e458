ALTER TABLE users DROP COLUMN name;
DROP INDEX users_by_display_skeleton;
ALTER TABLE users DROP COLUMN shares_name;
ALTER TABLE users DROP COLUMN display_skeleton;
ALTER TABLE users DROP COLUMN display_name;
