-- Run before each report, in a database of its own that holds nothing else. Only files inside this
-- folder can be read. Name types here: guessed ones change with the data.
CREATE VIEW orders AS
SELECT * FROM read_csv(
    'data/orders.csv',
    header = true,
    columns = {'ordered_on': 'DATE', 'channel': 'VARCHAR', 'total': 'DECIMAL(18, 2)'}
);
