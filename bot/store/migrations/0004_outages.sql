-- Causes that stop several clients at once, promises that operators were warned of, and what the
-- morning digest is read by.

CREATE TABLE outages (
  id        TEXT PRIMARY KEY,
  shared    TEXT NOT NULL,
  failure   TEXT NOT NULL,
  status    TEXT NOT NULL CHECK (status IN ('open', 'recovered', 'closed')),
  version   INTEGER NOT NULL CHECK (version > 0),
  opened_at TEXT NOT NULL,
  closed_at TEXT,
  acted_by  TEXT,
  acted_at  TEXT,
  acted     TEXT NOT NULL,
  CHECK ((status = 'open') = (closed_at IS NULL))
) STRICT;

-- One open outage per shared cause.
CREATE UNIQUE INDEX outages_open ON outages (shared) WHERE status = 'open';

-- What the cause has in common with other clients' ('' where it cannot), and the outage it is in.
ALTER TABLE incidents ADD COLUMN shared TEXT NOT NULL DEFAULT '';
ALTER TABLE incidents ADD COLUMN outage TEXT REFERENCES outages (id);
CREATE INDEX incidents_shared ON incidents (shared) WHERE status = 'open' AND shared != '';
CREATE INDEX incidents_outage ON incidents (outage) WHERE outage IS NOT NULL;

-- Which message warns the operators of a run's promise.
CREATE TABLE promises (
  run     TEXT PRIMARY KEY REFERENCES runs (id),
  message TEXT NOT NULL,
  told_at TEXT NOT NULL
) STRICT;
CREATE INDEX promises_told ON promises (told_at);

-- Before this table a promise was told of once it was broken, each in a message of its own.
INSERT INTO promises (run, message, told_at)
SELECT run, key, created_at FROM deliveries
WHERE kind = 'notice' AND run IS NOT NULL AND key = 'late:' || run;

CREATE INDEX runs_fired ON runs (created_at) WHERE trigger = 'scheduled';

PRAGMA user_version = 4;
