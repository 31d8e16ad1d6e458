ALTER TABLE rooms DROP COLUMN members_pin;
DROP TABLE pins;
