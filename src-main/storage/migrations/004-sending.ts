/**
 * An outbox in which each part says what became of it, and why. Items have an order of their own, which no clock
 * changes, and a lane: within one they go in order. What is open is found by indexes of what is open alone.
 */
export const sending = `
ALTER TABLE outbox_item ADD COLUMN seq INTEGER NOT NULL DEFAULT 0;
ALTER TABLE outbox_item ADD COLUMN lane TEXT NOT NULL DEFAULT '';
ALTER TABLE outbox_item ADD COLUMN service TEXT;
ALTER TABLE outbox_item ADD COLUMN reply_to TEXT;
ALTER TABLE outbox_item ADD COLUMN is_dry_run INTEGER NOT NULL DEFAULT 0;
ALTER TABLE outbox_item ADD COLUMN is_exempt INTEGER NOT NULL DEFAULT 0;
ALTER TABLE outbox_item ADD COLUMN revision INTEGER NOT NULL DEFAULT 0;
ALTER TABLE outbox_item ADD COLUMN changed_at INTEGER NOT NULL DEFAULT 0;
UPDATE outbox_item SET changed_at = created_at;
UPDATE outbox_item SET seq = numbered.seq
  FROM (SELECT id, row_number() OVER (ORDER BY created_at, rowid) AS seq FROM outbox_item) AS numbered
  WHERE numbered.id = outbox_item.id;
-- The guid without its service, which macOS may change; of a number what every spelling of it ends with.
UPDATE outbox_item SET lane = CASE
  WHEN substr(chat, instr(chat, ';') + 1, 2) = '-;' AND length(ltrim(substr(chat, instr(chat, ';') + 3), '+')) >= 7
    AND ltrim(substr(chat, instr(chat, ';') + 3), '+') NOT GLOB '*[^0-9]*'
  THEN '-;*' || substr(chat, -7)
  WHEN instr(chat, ';') > 0 AND substr(chat, instr(chat, ';') + 1, 2) IN ('-;', '+;')
  THEN substr(chat, instr(chat, ';') + 1) ELSE chat END;

ALTER TABLE outbox_part ADD COLUMN item_seq INTEGER NOT NULL DEFAULT 0;
ALTER TABLE outbox_part ADD COLUMN lane TEXT NOT NULL DEFAULT '';
ALTER TABLE outbox_part ADD COLUMN sealed_name BLOB;
ALTER TABLE outbox_part ADD COLUMN size_bytes INTEGER NOT NULL DEFAULT 0;
ALTER TABLE outbox_part ADD COLUMN fault TEXT;
ALTER TABLE outbox_part ADD COLUMN reason TEXT;
ALTER TABLE outbox_part ADD COLUMN error_code INTEGER NOT NULL DEFAULT 0;
ALTER TABLE outbox_part ADD COLUMN tries INTEGER NOT NULL DEFAULT 0;
ALTER TABLE outbox_part ADD COLUMN may_have_left INTEGER NOT NULL DEFAULT 0;
ALTER TABLE outbox_part ADD COLUMN after_guid TEXT;
ALTER TABLE outbox_part ADD COLUMN turn INTEGER;
ALTER TABLE outbox_part ADD COLUMN retried_as INTEGER;
ALTER TABLE outbox_part ADD COLUMN is_last_try INTEGER NOT NULL DEFAULT 0;
-- Which dates a row may have that proves it after its end.
ALTER TABLE outbox_part ADD COLUMN row_from INTEGER;
ALTER TABLE outbox_part ADD COLUMN row_until INTEGER;
UPDATE outbox_part SET item_seq = i.seq, lane = i.lane FROM outbox_item i WHERE i.id = outbox_part.item_id;
-- What is sealed is 28 bytes longer than what it seals.
UPDATE outbox_part SET size_bytes = length(sealed_content) - 28 WHERE kind = 'text';
UPDATE outbox_part SET fault = i.fault, reason = i.reason
  FROM outbox_item i WHERE i.id = outbox_part.item_id AND outbox_part.state IN ('failed', 'unknown');
-- Of what failed, only a row, or a row that was lost, says that it was taken.
UPDATE outbox_part SET may_have_left = 1
  WHERE state IN ('dispatching', 'sent', 'unknown') OR message_guid IS NOT NULL
    OR (state = 'failed' AND reason LIKE 'Messages took it%' AND dispatched_at IS NOT NULL);
UPDATE outbox_part SET row_from = dispatched_at - 2000, row_until = dispatched_at + 120000
  WHERE state IN ('failed', 'unknown') AND may_have_left = 1 AND message_guid IS NULL;
UPDATE outbox_part SET turn = rowid WHERE state = 'dispatching';
-- What is half sent and waits for its turn again.
UPDATE outbox_item SET state = 'queued' WHERE state = 'dispatching'
  AND NOT EXISTS (SELECT 1 FROM outbox_part p WHERE p.item_id = outbox_item.id AND p.state = 'dispatching')
  AND EXISTS (SELECT 1 FROM outbox_part p WHERE p.item_id = outbox_item.id AND p.state = 'queued');

DROP INDEX outbox_item_open;
DROP INDEX outbox_part_awaited;
CREATE UNIQUE INDEX outbox_item_seq ON outbox_item (seq);
CREATE INDEX outbox_item_state ON outbox_item (state, seq);
CREATE INDEX outbox_item_created ON outbox_item (created_at);
CREATE INDEX outbox_part_queued ON outbox_part (item_seq, position, lane, item_id) WHERE state = 'queued';
CREATE INDEX outbox_part_dispatching ON outbox_part (dispatched_at) WHERE state = 'dispatching';
CREATE INDEX outbox_part_unproved ON outbox_part (row_until, row_from)
  WHERE message_guid IS NULL AND may_have_left = 1;
CREATE INDEX outbox_part_given ON outbox_part (dispatched_at) WHERE may_have_left = 1;
CREATE INDEX outbox_part_turn ON outbox_part (turn) WHERE turn IS NOT NULL;
CREATE INDEX outbox_part_files ON outbox_part (item_id)
  WHERE kind = 'file' AND state IN ('queued', 'dispatching');
`;
