-- What a file is, and how the connection to it is set up.

-- name: journal
-- Readers never wait for the writer, and a commit is one append.
PRAGMA journal_mode = WAL

-- name: synchronous
-- A commit survives power loss: a lost `posting` would be a second post.
PRAGMA synchronous = FULL

-- name: foreign_keys
-- Off by default in SQLite.
PRAGMA foreign_keys = ON

-- name: busy_timeout
-- Somebody may look at the file with the sqlite3 shell; wait for them.
PRAGMA busy_timeout = 5000

-- name: trusted_schema
-- Functions with side effects are never called from the schema.
PRAGMA trusted_schema = OFF

-- name: check
-- The file's pages and indices hold together.
PRAGMA quick_check(1)

-- name: check_meta
-- The same of one table, where the file is large.
PRAGMA quick_check('meta')

-- name: check_runs
PRAGMA quick_check('runs')

-- name: check_watermarks
PRAGMA quick_check('watermarks')

-- name: application
-- Whose database it is: 0x52504f50, "RPOP"; a fresh file says 0.
PRAGMA application_id

-- name: claim_application
-- Make it ours.
PRAGMA application_id = 1380994896

-- name: tables
-- How many tables it has; a foreign database has some.
SELECT count(*) FROM sqlite_schema WHERE type = 'table'

-- name: version
-- The number of the last migration that was applied.
PRAGMA user_version

-- name: temporary
-- The bot writes nowhere but beside the database, so that what does not fit is kept in memory.
PRAGMA temp_store = MEMORY
