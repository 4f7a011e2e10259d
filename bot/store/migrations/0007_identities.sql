-- Whose data each source of a client serves, as an operator confirmed it: the identity as JSON, by
-- whom and when. Every run compares; another identity than this one holds its report.

CREATE TABLE identities (
  client TEXT NOT NULL,
  source TEXT NOT NULL,
  identity TEXT NOT NULL,
  confirmed_by TEXT NOT NULL,
  confirmed_at TEXT NOT NULL,
  PRIMARY KEY (client, source)
) STRICT;

PRAGMA user_version = 7;
