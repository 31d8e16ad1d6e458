DELETE FROM mentions WHERE call_word IS NOT NULL;
ALTER TABLE mentions DROP COLUMN call_word;
ALTER TABLE rooms DROP COLUMN calls_all;
