-- Which history this database holds. Row ids and event numbers mean something only within one epoch:
-- `parlour restore` sets a new one, so that a page notices that the numbers it knows were given again.
CREATE TABLE history (
    id    BIGINT NOT NULL PRIMARY KEY CHECK (id = 1),
    epoch TEXT   NOT NULL
);

INSERT INTO history (id, epoch) VALUES (1, lower(hex(randomblob(16))));
