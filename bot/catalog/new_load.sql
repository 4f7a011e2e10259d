-- Made-up rows to start with: one order of 100 a day. Replace them by a view over files in this
-- folder, for instance:
--
--   CREATE VIEW orders AS
--   SELECT * FROM read_csv('data/orders.csv', header = true,
--                          columns = {'ordered_on': 'DATE', 'total': 'DECIMAL(18, 2)'});
CREATE VIEW orders AS
SELECT
    CAST(day AS DATE)             AS ordered_on,
    CAST(100 AS DECIMAL(18, 2))   AS total
FROM range(current_date - INTERVAL 500 DAY, current_date, INTERVAL 1 DAY) AS days (day);
