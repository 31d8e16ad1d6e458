DROP INDEX messages_that_count;
DROP TABLE past_settings;
DROP TABLE preferences;
