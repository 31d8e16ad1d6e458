ALTER TABLE preferences DROP COLUMN double_react;
