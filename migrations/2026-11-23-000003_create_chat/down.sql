DROP TABLE events;
DROP TABLE messages;
DROP TABLE members;
DROP TABLE rooms;
