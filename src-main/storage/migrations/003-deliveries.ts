/**
 * Deliveries with their attempts, and endpoints with all that can be chosen of them. What changes with every attempt
 * has a table of its own (webhook_health). A delivery goes when its event does; the journal sees to that, so that no
 * look-up from event to delivery is needed.
 */
export const deliveries = `
-- In which form an event's data was written: 0 by the first versions, which knew less of a message.
ALTER TABLE event ADD COLUMN form INTEGER NOT NULL DEFAULT 0;

ALTER TABLE webhook ADD COLUMN name TEXT;
ALTER TABLE webhook ADD COLUMN conversations TEXT NOT NULL DEFAULT '[]';
ALTER TABLE webhook ADD COLUMN only_incoming INTEGER NOT NULL DEFAULT 0;
ALTER TABLE webhook ADD COLUMN include_own INTEGER NOT NULL DEFAULT 1;
ALTER TABLE webhook ADD COLUMN signature TEXT NOT NULL DEFAULT 'aimessage';
ALTER TABLE webhook ADD COLUMN format TEXT NOT NULL DEFAULT 'bellhop';
ALTER TABLE webhook ADD COLUMN sealed_headers BLOB;
ALTER TABLE webhook ADD COLUMN sealed_previous_secret BLOB;
ALTER TABLE webhook ADD COLUMN rotates_until INTEGER;
ALTER TABLE webhook ADD COLUMN allows_local INTEGER NOT NULL DEFAULT 0;
-- What was on this network by the look of it could be put only with permission; other names never had any.
UPDATE webhook SET allows_local = 1 WHERE id IN (
  SELECT id FROM (
    SELECT id, substr(rest, 1, instr(rest || '/', '/') - 1) AS authority
    FROM (SELECT id, substr(url, instr(url, '://') + 3) AS rest FROM webhook)
  )
  WHERE authority GLOB 'localhost' OR authority GLOB 'localhost:*'
    OR authority GLOB '*.local' OR authority GLOB '*.local:*'
    OR authority GLOB '*.localhost' OR authority GLOB '*.localhost:*'
    OR authority GLOB '127.[0-9]*' OR authority GLOB '10.[0-9]*' OR authority GLOB '192.168.[0-9]*'
    OR authority GLOB '172.1[6-9].[0-9]*' OR authority GLOB '172.2[0-9].[0-9]*' OR authority GLOB '172.3[01].[0-9]*'
    OR authority GLOB '[[]::1]*' OR authority GLOB '[[]f[cd]*'
);
ALTER TABLE webhook ADD COLUMN disabled_because TEXT;
ALTER TABLE webhook ADD COLUMN disabled_at INTEGER;
UPDATE webhook SET disabled_because = 'gone', disabled_at = created_at WHERE enabled = 0;

CREATE TABLE webhook_health (
  webhook_id TEXT PRIMARY KEY REFERENCES webhook (id) ON DELETE CASCADE,
  failures INTEGER NOT NULL DEFAULT 0,
  failing_since INTEGER,
  last_attempt_at INTEGER,
  last_status INTEGER,
  last_error TEXT,
  next_attempt_at INTEGER NOT NULL DEFAULT 0,
  -- The day (local, as days since 1970) that delivered_today counts.
  day INTEGER NOT NULL DEFAULT 0,
  delivered_today INTEGER NOT NULL DEFAULT 0
) STRICT, WITHOUT ROWID;
INSERT INTO webhook_health (webhook_id, failures, failing_since, last_status, next_attempt_at)
  SELECT id, failures, failing_since, last_status, next_attempt_at FROM webhook;
ALTER TABLE webhook DROP COLUMN failures;
ALTER TABLE webhook DROP COLUMN failing_since;
ALTER TABLE webhook DROP COLUMN last_status;
ALTER TABLE webhook DROP COLUMN next_attempt_at;

DROP INDEX delivery_pending;
DROP INDEX delivery_settled;
ALTER TABLE delivery RENAME TO delivery_before;
CREATE TABLE delivery (
  webhook_id TEXT NOT NULL REFERENCES webhook (id) ON DELETE CASCADE,
  seq INTEGER NOT NULL,
  state TEXT NOT NULL DEFAULT 'pending',
  dead_because TEXT,
  attempts INTEGER NOT NULL DEFAULT 0,
  refusals INTEGER NOT NULL DEFAULT 0,
  queued_at INTEGER NOT NULL,
  settled_at INTEGER,
  last_status INTEGER,
  PRIMARY KEY (webhook_id, seq)
) STRICT, WITHOUT ROWID;
INSERT INTO delivery (webhook_id, seq, state, dead_because, attempts, refusals, queued_at, settled_at)
  SELECT d.webhook_id, d.seq, d.state, CASE d.state WHEN 'dead' THEN 'refused' END, d.attempts, d.refusals, e.at, d.settled_at
  FROM delivery_before d JOIN event e ON e.seq = d.seq;
DROP TABLE delivery_before;
CREATE INDEX delivery_pending ON delivery (webhook_id, seq) WHERE state = 'pending';
CREATE INDEX delivery_dead ON delivery (webhook_id, seq) WHERE state = 'dead';

CREATE TABLE attempt (
  webhook_id TEXT NOT NULL,
  seq INTEGER NOT NULL,
  number INTEGER NOT NULL,
  at INTEGER NOT NULL,
  took_ms REAL NOT NULL,
  status INTEGER,
  error TEXT,
  request_headers TEXT NOT NULL,
  sealed_answer BLOB,
  PRIMARY KEY (webhook_id, seq, number),
  FOREIGN KEY (webhook_id, seq) REFERENCES delivery (webhook_id, seq) ON DELETE CASCADE
) STRICT, WITHOUT ROWID;
`;
