-- What is to come, for the time when a client's files cannot be read and nobody else could tell:
-- the next fire of each report, in the words of the files as they last were in order.

CREATE TABLE expected (
  client       TEXT NOT NULL,
  report       TEXT NOT NULL,
  key          TEXT NOT NULL,
  due_at       TEXT NOT NULL,
  deliver_by   TEXT,
  client_name  TEXT NOT NULL,
  report_title TEXT NOT NULL,
  timezone     TEXT NOT NULL,
  owner        TEXT,
  -- Which message warns the operators that nothing runs for it.
  message      TEXT,
  told_at      TEXT,
  PRIMARY KEY (client, report, key),
  CHECK ((message IS NULL) = (told_at IS NULL))
) STRICT;
CREATE INDEX expected_due ON expected (due_at);

PRAGMA user_version = 5;
