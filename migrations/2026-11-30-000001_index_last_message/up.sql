-- The newest `last_message_at` of all rooms is read for each message, so that the lists of rooms have
-- the order of the commits even if the clock jumps back.
CREATE INDEX rooms_by_last_message ON rooms (last_message_at);
