-- A view over the ad platforms' daily export.
CREATE VIEW ads AS
SELECT * FROM read_csv(
    'data/ads.csv',
    header = true,
    columns = {'day': 'DATE', 'platform': 'VARCHAR', 'cost': 'DECIMAL(18, 2)'}
);
