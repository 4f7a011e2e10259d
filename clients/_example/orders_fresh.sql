-- The last day of which everything has arrived: one row, one date. It is asked before anything else,
-- and the report waits until the last day of its period is there. Here the newest day may be partial.
SELECT max(ordered_on) - 1 AS complete_to
FROM orders
