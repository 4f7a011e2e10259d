-- What was accepted and is still to be done (docs/decisions/0006). A row stands before its
-- acknowledgement leaves; once it is done only its key is kept, so that it is not done again.

CREATE TABLE inbox (
  key         TEXT PRIMARY KEY,
  deed        TEXT NOT NULL,
  facts       TEXT NOT NULL CHECK (length(facts) <= 16384),
  received_at TEXT NOT NULL,
  tries       INTEGER NOT NULL CHECK (tries >= 0),
  done_at     TEXT,
  CHECK (done_at IS NULL OR facts = '')
) STRICT;
CREATE INDEX inbox_undone ON inbox (received_at) WHERE done_at IS NULL;
CREATE INDEX inbox_done ON inbox (done_at) WHERE done_at IS NOT NULL;

PRAGMA user_version = 3;
