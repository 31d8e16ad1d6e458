DROP INDEX rooms_by_last_message;
