-- Who has dismissed the tips for newcomers. People who were here before there were tips know Parlour.
CREATE TABLE dismissed_tips (
    user_id BIGINT NOT NULL PRIMARY KEY REFERENCES users (id) ON DELETE CASCADE
);

INSERT INTO dismissed_tips (user_id) SELECT id FROM users;
