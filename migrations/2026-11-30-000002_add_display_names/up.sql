-- The name that a person chose to be shown as. Empty: the user name is shown. `display_skeleton` is what it looks like
-- (as `username_skeleton`), computed by `src/accounts/display_name.rs`. `shares_name` is true if somebody else has a
-- name that looks the same: then the user name stands beside it, so that nobody can pass for another person.
ALTER TABLE users ADD COLUMN display_name TEXT NOT NULL DEFAULT '';
ALTER TABLE users ADD COLUMN display_skeleton TEXT;
ALTER TABLE users ADD COLUMN shares_name BOOLEAN NOT NULL DEFAULT 0;
CREATE INDEX users_by_display_skeleton ON users (display_skeleton);
-- The name that pages and events show. A display name has no `@`, so it cannot imitate the form with a user name.
ALTER TABLE users ADD COLUMN name TEXT NOT NULL GENERATED ALWAYS AS (
    CASE
        WHEN display_name = '' THEN username
        WHEN shares_name THEN display_name || ' (@' || username || ')'
        ELSE display_name
    END
) VIRTUAL;
