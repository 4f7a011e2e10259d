-- Time: what is still to be said about fires nobody ran, and what is asked often. And the channel
-- of an act.

-- Of a missed run: the message that names it, until that message is a row of its own. Empty: it is
-- in no message yet. Null: said, or nothing to say.
ALTER TABLE runs ADD COLUMN unsaid TEXT;
CREATE INDEX runs_unsaid ON runs (unsaid) WHERE unsaid IS NOT NULL;

-- Promises that can still be broken.
CREATE INDEX runs_promised ON runs (deliver_by)
  WHERE deliver_by IS NOT NULL AND status NOT IN ('succeeded', 'missed', 'skipped', 'cancelled');

-- How long reports usually take: their newest successful attempts.
CREATE INDEX attempts_made ON attempts (started_at) WHERE ended = 'report';

-- Pauses by the bot itself, whose notice follows them.
CREATE INDEX pauses_ours ON pauses (since) WHERE by = 'reportops';

-- Where it was asked for; null in the shell.
ALTER TABLE audit ADD COLUMN channel TEXT;

PRAGMA user_version = 2;
