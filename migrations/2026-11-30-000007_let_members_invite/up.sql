-- Whether members who do not moderate may create invite links and add people.
ALTER TABLE rooms ADD COLUMN members_invite BOOLEAN NOT NULL DEFAULT FALSE;
