-- Which history this database holds. Row ids and event numbers mean something only within one epoch:
-- `parlour restore` sets a new one, so that a page notices that the numbers it knows were given again.
-- `run_id` names the run of the server that wrote last: a write-ahead log of another run is not
-- this file's (src/db/run.rs). `probes` is what the readiness probe changes, so that it really writes.
CREATE TABLE history (
    id     BIGINT NOT NULL PRIMARY KEY CHECK (id = 1),
    epoch  TEXT   NOT NULL,
    run_id TEXT,
    probes BIGINT NOT NULL DEFAULT 0
);

INSERT INTO history (id, epoch) VALUES (1, lower(hex(randomblob(16))));
