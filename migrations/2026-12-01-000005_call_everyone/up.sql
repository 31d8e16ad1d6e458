-- Whether `@everyone` and `@here` call the members of the room. Otherwise these words are text.
ALTER TABLE rooms ADD COLUMN calls_all BOOLEAN NOT NULL DEFAULT TRUE;
-- The word that called the person, `everyone` or `here`, if the message neither names them nor answers them.
ALTER TABLE mentions ADD COLUMN call_word TEXT;
