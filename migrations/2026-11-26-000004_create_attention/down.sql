DROP INDEX messages_that_count;
DROP TABLE read_before;
DROP TABLE past_settings;
DROP TABLE preferences;
