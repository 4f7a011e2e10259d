-- Keyed hashes of what credentials are made of: whose, behind which reference, and whether it is
-- what that one signs in with now. No credential can be had from them.

CREATE TABLE prints (
  owner TEXT NOT NULL,
  reference TEXT NOT NULL,
  print TEXT NOT NULL,
  own INTEGER NOT NULL CHECK (own IN (0, 1)),
  seen_at TEXT NOT NULL,
  PRIMARY KEY (owner, reference, print)
) STRICT;

CREATE INDEX prints_print ON prints (print) WHERE own = 1;

PRAGMA user_version = 9;
