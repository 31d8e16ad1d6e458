ALTER TABLE read_before DROP COLUMN marked_seq;
