-- What a name looks like (the skeleton of Unicode Technical Standard #39), so that no new name looks like another one.
-- SQL cannot compute it: `src/accounts/models/skeletons.rs` fills it when the server starts. Of older names that look
-- alike only the first has one.
ALTER TABLE users ADD COLUMN username_skeleton TEXT;
CREATE UNIQUE INDEX users_by_skeleton ON users (username_skeleton);
