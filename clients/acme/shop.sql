-- Views over the shop's daily export, made anew for every run. Paths are inside this folder.
CREATE VIEW daily AS
SELECT * FROM read_csv(
    'data/shop.csv',
    header = true,
    columns = {
        'day': 'DATE',
        'channel': 'VARCHAR',
        'sessions': 'BIGINT',
        'orders': 'BIGINT',
        'gross': 'DECIMAL(18, 2)',     -- money is decimal, never double
        'refunds': 'DECIMAL(18, 2)'
    }
);
