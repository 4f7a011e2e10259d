-- What is looked at before a report is due, and what is known of credentials by their use.

-- The newest look at each client; sources: JSON, each with why it could not be opened.
CREATE TABLE preflights (
  client   TEXT PRIMARY KEY,
  at       TEXT NOT NULL,
  sources  TEXT NOT NULL,
  slack    TEXT,
  tries    INTEGER NOT NULL CHECK (tries > 0),
  again_at TEXT
) STRICT;

-- Of each credential of a client, by its reference: since when it works, when it last did, when it
-- ends, and how many days ahead of that it was last announced. Nothing of what it holds.
CREATE TABLE standings (
  client       TEXT NOT NULL,
  reference    TEXT NOT NULL,
  first_at     TEXT NOT NULL,
  good_at      TEXT NOT NULL,
  made_at      TEXT,
  expires_at   TEXT,
  expires_what TEXT NOT NULL,
  version      TEXT NOT NULL,
  told         INTEGER,
  PRIMARY KEY (client, reference)
) STRICT;

-- When a preflight met what no run has met yet.
ALTER TABLE incidents ADD COLUMN foreseen TEXT;

PRAGMA user_version = 11;
