/**
 * Idempotency keys with the item that each was used for. The digest of an order is sealed: whoever guesses a short text
 * could tell by it that it was the right one.
 */
export const idempotency = `
CREATE TABLE idempotency_key (
  by TEXT NOT NULL,
  key TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  sealed_digest BLOB NOT NULL,
  outbox_id TEXT NOT NULL REFERENCES outbox_item (id) ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED,
  PRIMARY KEY (by, key)
) STRICT;
CREATE INDEX idempotency_key_age ON idempotency_key (created_at);
CREATE INDEX idempotency_key_item ON idempotency_key (outbox_id);
`;
