-- Credentials in the place of others: one row for each try, from its first moment on, so that a bot
-- that is killed anywhere finds what it had begun. Nothing of a secret stands here: versions are
-- names in the store that holds the credential, what was found are identities and figures.

CREATE TABLE rotations (
  id TEXT PRIMARY KEY,
  client TEXT NOT NULL,
  source TEXT NOT NULL,
  owner TEXT NOT NULL,
  reference TEXT NOT NULL,
  state TEXT NOT NULL,
  candidate TEXT,
  previous TEXT,
  began_by TEXT NOT NULL,
  began_at TEXT NOT NULL,
  changed_at TEXT NOT NULL,
  until TEXT,
  found TEXT,
  said TEXT NOT NULL
) STRICT;

CREATE UNIQUE INDEX rotations_open ON rotations (owner, reference)
WHERE state IN ('testing', 'tested', 'swapping', 'returning');
CREATE INDEX rotations_of ON rotations (owner, reference, began_at);

PRAGMA user_version = 10;
