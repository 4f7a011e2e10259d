-- The first shape. Instants are UTC as text of one width (2026-11-23T06:00:00.000000Z), dates are
-- ISO text, money is decimal text, structures are JSON. No table ever holds a credential.

CREATE TABLE meta (
  key   TEXT PRIMARY KEY,
  value TEXT NOT NULL
) STRICT;

CREATE TABLE runs (
  id              TEXT PRIMARY KEY,
  client          TEXT NOT NULL,
  report          TEXT NOT NULL,
  key             TEXT NOT NULL,
  trigger         TEXT NOT NULL CHECK (trigger IN ('scheduled', 'slack', 'shell')),
  period_kind     TEXT NOT NULL CHECK (period_kind IN
                    ('day', 'week', 'month', 'quarter', 'last_days', 'week_to_date', 'month_to_date')),
  period_start    TEXT NOT NULL,
  period_end      TEXT NOT NULL,
  partial         INTEGER NOT NULL CHECK (partial IN (0, 1)),
  as_of           TEXT NOT NULL,
  status          TEXT NOT NULL CHECK (status IN
                    ('queued', 'running', 'waiting', 'held', 'ready', 'posting',
                     'succeeded', 'failed', 'missed', 'skipped', 'cancelled')),
  created_at      TEXT NOT NULL,
  scheduled_for   TEXT,
  next_attempt_at TEXT,
  post_at         TEXT,
  deliver_by      TEXT,
  late            INTEGER NOT NULL CHECK (late IN (0, 1)),
  attempts        INTEGER NOT NULL CHECK (attempts >= 0),
  retries         INTEGER NOT NULL CHECK (retries >= 0),
  requested_by    TEXT,
  reply_channel   TEXT,
  revision        INTEGER NOT NULL CHECK (revision >= 0),
  without         TEXT NOT NULL,
  hold            TEXT NOT NULL,
  CHECK (period_start < period_end),
  UNIQUE (client, report, key)
) STRICT;

-- Settled 1: one unfinished run per client, report and period.
CREATE UNIQUE INDEX runs_unfinished ON runs (client, report, period_start, period_end)
  WHERE status NOT IN ('succeeded', 'missed', 'skipped', 'cancelled');
CREATE INDEX runs_status ON runs (status, next_attempt_at);
CREATE INDEX runs_newest ON runs (client, report, created_at);

CREATE TABLE attempts (
  run        TEXT NOT NULL REFERENCES runs (id),
  number     INTEGER NOT NULL CHECK (number > 0),
  started_at TEXT NOT NULL,
  ended_at   TEXT,
  ended      TEXT CHECK (ended IN ('report', 'failed', 'abandoned')),
  failure    TEXT,
  asked_by   TEXT,
  timings    TEXT NOT NULL,
  CHECK ((ended IS NULL) = (ended_at IS NULL)),
  CHECK (ended IS NOT 'failed' OR failure IS NOT NULL),
  PRIMARY KEY (run, number)
) STRICT;

-- A run is tried by one attempt at a time.
CREATE UNIQUE INDEX attempts_open ON attempts (run) WHERE ended IS NULL;

CREATE TABLE outcomes (
  run     TEXT PRIMARY KEY REFERENCES runs (id),
  attempt INTEGER NOT NULL,
  made_at TEXT NOT NULL,
  report  TEXT NOT NULL,
  FOREIGN KEY (run, attempt) REFERENCES attempts (run, number)
) STRICT;
CREATE INDEX outcomes_age ON outcomes (made_at);

CREATE TABLE usage (
  id                 INTEGER PRIMARY KEY,
  run                TEXT NOT NULL,
  attempt            INTEGER NOT NULL,
  client             TEXT NOT NULL,
  report             TEXT NOT NULL,
  at                 TEXT NOT NULL,
  kind               TEXT NOT NULL CHECK (kind IN ('model', 'bigquery')),
  item               TEXT NOT NULL,
  cost               TEXT NOT NULL,
  input_tokens       INTEGER NOT NULL CHECK (input_tokens >= 0),
  output_tokens      INTEGER NOT NULL CHECK (output_tokens >= 0),
  cache_read_tokens  INTEGER NOT NULL CHECK (cache_read_tokens >= 0),
  cache_write_tokens INTEGER NOT NULL CHECK (cache_write_tokens >= 0),
  bytes_billed       INTEGER NOT NULL CHECK (bytes_billed >= 0),
  FOREIGN KEY (run, attempt) REFERENCES attempts (run, number)
) STRICT;
CREATE INDEX usage_month ON usage (at, client);
CREATE INDEX usage_run ON usage (run);

CREATE TABLE deliveries (
  key           TEXT PRIMARY KEY,
  kind          TEXT NOT NULL CHECK (kind IN ('report', 'card', 'reply', 'notice', 'ops')),
  client        TEXT,
  report        TEXT,
  period_start  TEXT,
  period_end    TEXT,
  revision      INTEGER NOT NULL CHECK (revision >= 0),
  run           TEXT REFERENCES runs (id),
  incident      TEXT,
  channel       TEXT NOT NULL,
  parent        TEXT REFERENCES deliveries (key),
  bodies        TEXT NOT NULL,
  state         TEXT NOT NULL CHECK (state IN
                  ('pending', 'posting', 'unknown', 'posted', 'failed', 'cancelled')),
  rung          INTEGER NOT NULL CHECK (rung >= 0),
  ts            TEXT,
  posting_since TEXT,
  not_before    TEXT,
  tries         INTEGER NOT NULL CHECK (tries >= 0),
  error         TEXT NOT NULL,
  version       INTEGER NOT NULL CHECK (version > 0),
  shown         INTEGER NOT NULL CHECK (shown <= version),
  created_at    TEXT NOT NULL,
  posted_at     TEXT,
  -- Posted only with a ts in hand; on its way only with Slack's own time to look back from.
  CHECK ((state = 'posted') = (ts IS NOT NULL)),
  CHECK ((ts IS NULL) = (posted_at IS NULL)),
  CHECK (state NOT IN ('posting', 'unknown') OR posting_since IS NOT NULL),
  CHECK (kind != 'report' OR (client IS NOT NULL AND report IS NOT NULL AND run IS NOT NULL
                              AND period_start IS NOT NULL AND period_end IS NOT NULL))
) STRICT;

-- Settled 2: the unit of exactly-once.
CREATE UNIQUE INDEX deliveries_report ON deliveries (client, report, period_start, period_end, revision)
  WHERE kind = 'report';
CREATE INDEX deliveries_open ON deliveries (state, not_before)
  WHERE state IN ('pending', 'posting', 'unknown');
CREATE INDEX deliveries_stale ON deliveries (key) WHERE state = 'posted' AND shown < version;
CREATE INDEX deliveries_thread ON deliveries (parent, state) WHERE parent IS NOT NULL;
CREATE INDEX deliveries_run ON deliveries (run);
CREATE INDEX deliveries_incident ON deliveries (incident) WHERE incident IS NOT NULL;
CREATE INDEX deliveries_message ON deliveries (channel, ts) WHERE ts IS NOT NULL;
CREATE INDEX deliveries_failed ON deliveries (kind) WHERE state = 'failed';
CREATE INDEX deliveries_notices ON deliveries (run) WHERE kind = 'notice';

CREATE TABLE incidents (
  id            TEXT PRIMARY KEY,
  client        TEXT NOT NULL,
  cause         TEXT NOT NULL,
  failure       TEXT NOT NULL,
  status        TEXT NOT NULL CHECK (status IN ('open', 'recovered', 'closed')),
  version       INTEGER NOT NULL CHECK (version > 0),
  replies       INTEGER NOT NULL CHECK (replies >= 0),
  opened_at     TEXT NOT NULL,
  closed_at     TEXT,
  closed_by     TEXT,
  next_retry_at TEXT,
  noticed       INTEGER NOT NULL CHECK (noticed IN (0, 1)),
  acted_by      TEXT,
  acted_at      TEXT,
  acted         TEXT NOT NULL,
  CHECK ((status = 'open') = (closed_at IS NULL))
) STRICT;
CREATE INDEX incidents_open ON incidents (client, cause) WHERE status = 'open';

CREATE TABLE incident_runs (
  incident TEXT NOT NULL REFERENCES incidents (id),
  run      TEXT NOT NULL REFERENCES runs (id),
  position INTEGER NOT NULL,
  PRIMARY KEY (incident, run)
) STRICT;
CREATE INDEX incident_runs_run ON incident_runs (run);

CREATE TABLE pauses (
  id         INTEGER PRIMARY KEY,
  client     TEXT NOT NULL,
  since      TEXT NOT NULL,
  until      TEXT,
  by         TEXT NOT NULL,
  reason     TEXT NOT NULL,
  resumed_at TEXT
) STRICT;
CREATE UNIQUE INDEX pauses_in_force ON pauses (client) WHERE resumed_at IS NULL;

CREATE TABLE watermarks (
  client     TEXT NOT NULL,
  report     TEXT NOT NULL,
  considered TEXT NOT NULL,
  PRIMARY KEY (client, report)
) STRICT;

CREATE TABLE channels (
  id           TEXT PRIMARY KEY,
  outside      INTEGER NOT NULL CHECK (outside IN (0, 1)),
  fingerprint  TEXT NOT NULL,
  checked_at   TEXT NOT NULL,
  confirmed    TEXT,
  confirmed_by TEXT,
  confirmed_at TEXT
) STRICT;

CREATE TABLE audit (
  id     INTEGER PRIMARY KEY,
  at     TEXT NOT NULL,
  who    TEXT NOT NULL,
  what   TEXT NOT NULL,
  client TEXT,
  detail TEXT NOT NULL,
  via    TEXT NOT NULL
) STRICT;
CREATE INDEX audit_client ON audit (client, id);

PRAGMA user_version = 1;
