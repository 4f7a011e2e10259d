-- What Snowflake took: credits, a decimal as text, estimated from the session's own history. SQLite
-- cannot widen a CHECK, so the table is made anew, with every line in it; nothing refers to it.

CREATE TABLE usage_widened (
  id                 INTEGER PRIMARY KEY,
  run                TEXT NOT NULL,
  attempt            INTEGER NOT NULL,
  client             TEXT NOT NULL,
  report             TEXT NOT NULL,
  at                 TEXT NOT NULL,
  kind               TEXT NOT NULL CHECK (kind IN ('model', 'bigquery', 'snowflake')),
  item               TEXT NOT NULL,
  cost               TEXT NOT NULL,
  input_tokens       INTEGER NOT NULL CHECK (input_tokens >= 0),
  output_tokens      INTEGER NOT NULL CHECK (output_tokens >= 0),
  cache_read_tokens  INTEGER NOT NULL CHECK (cache_read_tokens >= 0),
  cache_write_tokens INTEGER NOT NULL CHECK (cache_write_tokens >= 0),
  bytes_billed       INTEGER NOT NULL CHECK (bytes_billed >= 0),
  credits            TEXT NOT NULL DEFAULT '0',
  estimated          INTEGER NOT NULL DEFAULT 0 CHECK (estimated IN (0, 1)),
  FOREIGN KEY (run, attempt) REFERENCES attempts (run, number)
) STRICT;

INSERT INTO usage_widened (id, run, attempt, client, report, at, kind, item, cost, input_tokens,
  output_tokens, cache_read_tokens, cache_write_tokens, bytes_billed)
SELECT id, run, attempt, client, report, at, kind, item, cost, input_tokens,
  output_tokens, cache_read_tokens, cache_write_tokens, bytes_billed
FROM usage;

DROP TABLE usage;
ALTER TABLE usage_widened RENAME TO usage;
CREATE INDEX usage_month ON usage (at, client);
CREATE INDEX usage_run ON usage (run);

PRAGMA user_version = 8;
