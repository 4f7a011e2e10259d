CREATE VIEW orders AS
SELECT * FROM read_csv('orders.csv', columns = {'day': 'DATE', 'number': 'BIGINT', 'total': 'DECIMAL(18, 2)'});
