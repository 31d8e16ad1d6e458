-- Whether the page "What you missed" is the first one after more than a day away.
ALTER TABLE preferences ADD COLUMN catch_up BOOLEAN NOT NULL DEFAULT TRUE;
