-- One row for each booking of the property system's export. cancelled_on is empty while it stands.
CREATE VIEW bookings AS
SELECT * FROM read_csv(
    'data/bookings.csv',
    header = true,
    columns = {
        'booking': 'VARCHAR',
        'booked_on': 'DATE',
        'arrival': 'DATE',
        'nights': 'INTEGER',
        'rate': 'DECIMAL(10, 2)',
        'segment': 'VARCHAR',
        'cancelled_on': 'DATE'
    }
);
