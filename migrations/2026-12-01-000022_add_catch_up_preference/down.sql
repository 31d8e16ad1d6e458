ALTER TABLE preferences DROP COLUMN catch_up;
