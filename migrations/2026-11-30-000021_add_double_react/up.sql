-- Whether a double-click or double-tap on a message reacts to it.
ALTER TABLE preferences ADD COLUMN double_react BOOLEAN NOT NULL DEFAULT TRUE;
