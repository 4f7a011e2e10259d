-- Rows of every table of version 1, each column in the order of migration 0001.

INSERT INTO meta VALUES ('rung', '1');

INSERT INTO runs VALUES ('r1', 'acme', 'weekly', 'fire:2026-11-16T06:00 Europe/Paris', 'scheduled',
  'week', '2026-11-09', '2026-11-16', 0, '2026-11-16T05:00:00.000000Z', 'succeeded',
  '2026-11-16T05:00:00.000000Z', '2026-11-16T06:00 Europe/Paris', NULL, NULL,
  '2026-11-16T08:00:00.000000Z', 0, 2, 1, NULL, NULL, 0, '[]', '');
INSERT INTO runs VALUES ('r2', 'acme', 'weekly', 'ask:1.2', 'slack', 'week', '2026-11-16',
  '2026-11-23', 0, '2026-11-23T05:00:00.000000Z', 'failed', '2026-11-23T05:00:00.000000Z', NULL,
  NULL, NULL, NULL, 1, 1, 0, 'U0CLAIRE', 'C0ACME', 0, '["ads"]', '');
INSERT INTO runs VALUES ('r3', 'xyz', 'daily', 'cli:3', 'shell', 'day', '2026-11-22', '2026-11-23',
  0, '2026-11-23T05:00:00.000000Z', 'queued', '2026-11-23T05:00:00.000000Z', NULL,
  '2026-11-23T06:00:00.000000Z', NULL, NULL, 0, 0, 0, NULL, NULL, 0, '[]', '');

INSERT INTO attempts VALUES ('r1', 1, '2026-11-16T05:00:00.000000Z', '2026-11-16T05:01:00.000000Z',
  'failed', '{"code":"source_busy","source":"shop"}', NULL, '{}');
INSERT INTO attempts VALUES ('r1', 2, '2026-11-16T05:02:00.000000Z', '2026-11-16T05:03:00.000000Z',
  'report', NULL, 'U0CLAIRE', '{"sources":1200}');
INSERT INTO attempts VALUES ('r2', 1, '2026-11-23T05:00:00.000000Z', '2026-11-23T05:01:00.000000Z',
  'failed', '{"code":"credential_refused"}', NULL, '{}');

INSERT INTO outcomes VALUES ('r1', 2, '2026-11-16T05:03:00.000000Z', '{}');

INSERT INTO usage VALUES (1, 'r1', 2, 'acme', 'weekly', '2026-11-16T05:03:00.000000Z', 'model',
  'm', '0.0123456789', 1200, 210, 0, 0, 0);

INSERT INTO deliveries VALUES ('report:acme:weekly:2026-11-09:2026-11-16:0', 'report', 'acme',
  'weekly', '2026-11-09', '2026-11-16', 0, 'r1', NULL, 'C0ACME', NULL, '[{"text":"Acme: up"}]',
  'posted', 1, '1795410001.000200', '1795410000.000100', NULL, 1, '', 2, 2,
  '2026-11-16T05:03:00.000000Z', '2026-11-16T05:03:02.000000Z');
INSERT INTO deliveries VALUES ('card:i1', 'card', 'acme', NULL, NULL, NULL, 0, 'r2', 'i1',
  'C0ACME', NULL, '[{"text":"refused"}]', 'unknown', 0, NULL, '1795410100.000100', NULL, 1,
  'timeout', 1, 1, '2026-11-23T05:01:00.000000Z', NULL);
INSERT INTO deliveries VALUES ('reply:i1:1', 'reply', 'acme', NULL, NULL, NULL, 0, 'r2', 'i1',
  'C0ACME', 'card:i1', '[{"text":"Attempt 1"}]', 'pending', 0, NULL, NULL, NULL, 0, '', 1, 0,
  '2026-11-23T05:01:00.000000Z', NULL);

INSERT INTO incidents VALUES ('i1', 'acme', 'shop:credential_refused',
  '{"code":"credential_refused"}', 'open', 2, 1, '2026-11-23T05:01:00.000000Z', NULL, NULL, NULL,
  1, 'U0CLAIRE', '2026-11-23T05:02:00.000000Z', 'retry');

INSERT INTO incident_runs VALUES ('i1', 'r2', 0);

INSERT INTO pauses VALUES (1, 'xyz', '2026-11-01T00:00:00.000000Z', NULL, 'U0CLAIRE', 'winter',
  NULL);

INSERT INTO watermarks VALUES ('acme', 'weekly', '2026-11-23T05:00:00.000000Z');

INSERT INTO channels VALUES ('C0ACME', 1, 'f', '2026-11-23T05:00:00.000000Z', 'f', 'U0CLAIRE',
  NULL);

INSERT INTO audit VALUES (1, '2026-11-23T05:00:00.000000Z', 'U0CLAIRE', 'retry', 'acme', 'r2',
  'slack');
