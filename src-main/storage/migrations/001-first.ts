/** What the first version of Bellhop keeps. `BLOB` columns named `sealed_…` are AES-256-GCM (vault.ts). */
export const first = `
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT;

CREATE TABLE feed_state (only INTEGER PRIMARY KEY CHECK (only = 1), state TEXT NOT NULL) STRICT;

CREATE TABLE event (
  seq INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  type TEXT NOT NULL,
  at INTEGER NOT NULL,
  sealed_data BLOB NOT NULL
) STRICT;

CREATE TABLE api_key (
  id TEXT PRIMARY KEY,
  name TEXT NOT NULL,
  digest BLOB NOT NULL UNIQUE,
  last_four TEXT NOT NULL,
  sealed_key BLOB,
  created_at INTEGER NOT NULL
) STRICT;

CREATE TABLE outbox_item (
  id TEXT PRIMARY KEY,
  created_at INTEGER NOT NULL,
  chat TEXT NOT NULL,
  state TEXT NOT NULL,
  fault TEXT,
  reason TEXT
) STRICT;
CREATE INDEX outbox_item_open ON outbox_item (created_at) WHERE state IN ('queued', 'dispatching');

CREATE TABLE outbox_part (
  item_id TEXT NOT NULL REFERENCES outbox_item (id) ON DELETE CASCADE,
  position INTEGER NOT NULL,
  kind TEXT NOT NULL,
  sealed_content BLOB NOT NULL,
  state TEXT NOT NULL,
  dispatched_at INTEGER,
  after_row_id INTEGER,
  message_guid TEXT UNIQUE,
  message_row_id INTEGER,
  PRIMARY KEY (item_id, position)
) STRICT;
CREATE INDEX outbox_part_awaited ON outbox_part (dispatched_at) WHERE state IN ('dispatching', 'unknown');

CREATE TABLE webhook (
  id TEXT PRIMARY KEY,
  url TEXT NOT NULL UNIQUE,
  events TEXT NOT NULL,
  sealed_secret BLOB,
  enabled INTEGER NOT NULL DEFAULT 1,
  created_at INTEGER NOT NULL,
  failures INTEGER NOT NULL DEFAULT 0,
  failing_since INTEGER,
  last_status INTEGER,
  next_attempt_at INTEGER NOT NULL DEFAULT 0
) STRICT;

CREATE TABLE delivery (
  webhook_id TEXT NOT NULL REFERENCES webhook (id) ON DELETE CASCADE,
  seq INTEGER NOT NULL REFERENCES event (seq),
  state TEXT NOT NULL DEFAULT 'pending',
  attempts INTEGER NOT NULL DEFAULT 0,
  refusals INTEGER NOT NULL DEFAULT 0,
  settled_at INTEGER,
  PRIMARY KEY (webhook_id, seq)
) STRICT, WITHOUT ROWID;
CREATE INDEX delivery_pending ON delivery (webhook_id, seq) WHERE state = 'pending';
CREATE INDEX delivery_settled ON delivery (settled_at) WHERE state = 'delivered';
`;
