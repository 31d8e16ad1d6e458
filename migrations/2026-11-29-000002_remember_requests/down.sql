DROP TABLE unknown_requests;
ALTER TABLE friend_requests DROP COLUMN typed;
