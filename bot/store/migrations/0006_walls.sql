-- What stood around an attempt's process: the layers, and why others did not; JSON. Null: it ended
-- before it could tell, or is older than this.

ALTER TABLE attempts ADD COLUMN walls TEXT;

PRAGMA user_version = 6;
